"""What leaves the page: a chart as SVG, PNG or CSV; the whole page as one offline HTML file."""

from functools import partial

import streamlit as st

import viz
from cells import RunSettings
from cells.knobs import BadValue
from viz.flow import Drawn

from . import compute, state
from .chart import show_chart
from .fields import page_view, run_settings
from .frame import VERSION, theme
from .link import left_out
from .ranges import range_of
from .view import PageView

WHOLE = "flow"


@st.dialog("Export", width="large")
def export_dialog() -> None:
    """Choose a chart, see it as it will be saved, save it."""
    shown = st.session_state.drawn
    settings, view, link = run_settings(shown), page_view(shown), state.address(shown)
    trace = compute.trace_of(settings)
    names = [name for name, kind in viz.FIGURES.items() if kind.fits(trace)]
    chosen = st.selectbox("Chart", names, format_func=lambda name: viz.FIGURES[name].title, key="export_chart")
    drawn = compute.drawn_of(chosen, settings, view, theme())
    for sentence in left_out(shown):
        st.warning(sentence)
    with st.container(horizontal=True, key="saves"):
        page = partial(page_html, settings, view, link)
        st.download_button("Save CSV", viz.csv(drawn), f"backflow-{chosen}.csv", "text/csv", on_click="ignore")
        st.download_button("Save whole page as HTML", page, "backflow.html", "text/html", on_click="ignore")
    figure = viz.framed(drawn, theme(), link, VERSION)
    show_chart(compute.chart_body(figure, drawn, save=True), figure["layout"]["height"] + 40, key=f"export {chosen}")
    with st.expander("Data as a table"):
        st.dataframe(viz.table(drawn), hide_index=True)


def _whole(settings: RunSettings, view: PageView, mode: str) -> Drawn:
    """The main figure, with its frames where it can be dragged."""
    try:
        if view.scrub:
            return range_of(settings, view, mode)
    except BadValue:
        pass  # the page has said why
    return compute.drawn_of(WHOLE, settings, view, mode)


def page_html(settings: RunSettings, view: PageView, link: str) -> str:
    """The page's charts, interactive, with the verdict, all settings, version and link."""
    sentence = compute.summary_of(settings, compute.layer_of(settings, view))[0].sentence
    figures = {mode: [_whole(settings, view, mode)] for mode in ("light", "dark")}
    return viz.offline_html(figures, sentence, link, VERSION)
