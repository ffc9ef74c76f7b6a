"""Saving: a chart as SVG, PNG, CSV or as a page of its own, and all charts of the page as one offline HTML file."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

import viz
from cells import RunSettings
from ui import compute, platform, state
from ui.chart import show_chart
from ui.frame import VERSION, theme
from ui.link.link import left_out
from ui.rich_text import as_written
from ui.table import Column, show_table
from ui.traces import trace_of
from ui.views.fields import page_view, run_settings
from viz.flow_figure import Drawn

from .exportables import Exportable

COLUMNS, NUMBERS = 200, 60_000  # of a table that are shown
FEW = 6  # columns that its name lists


@st.dialog("Export", width="large")
def export_dialog(offers: Sequence[Exportable]) -> None:
    """Choose a chart, see it as it will be saved, save it."""
    if not offers:
        st.info("No chart of this page is drawn yet.")
        return
    values = state.drawn()
    if offers[0].asks:
        _save_question(offers[0], state.address(values))
        return
    one, link = _chosen(offers), state.address(values)
    drawn = one.draw(theme())
    for sentence in left_out(values):
        st.warning(sentence)
    with st.container(horizontal=True, key="saves"):
        html = partial(page_html, link=link, sentence=_verdict())
        _save("Save CSV", partial(viz.csv, drawn), f"backflow-{one.name}.csv", "text/csv")
        _save("Save as HTML", partial(html, [one]), f"backflow-{one.name}.html", "text/html")
        if platform.PLATFORM.packages:
            weights = partial(_weights, run_settings(values))
            _save("Save weights", weights, "backflow-weights.safetensors", "application/octet-stream")
        whole = [each for each in offers if not each.part]
        if len(offers) > 1:
            _save("Save whole page as HTML", partial(html, whole), "backflow.html", "text/html")
    figure = viz.framed(drawn, theme(), link, VERSION)
    show_chart(compute.chart_body(figure, drawn, save=True), figure["layout"]["height"] + 40, key=f"saved {one.name}")
    with st.expander("Data as a table"):
        _show_table(drawn)


def _save_question(one: Exportable, link: str) -> None:
    """A page that asks before it shows; nothing of the answer is seen here."""
    st.markdown(f"**{as_written(one.title)}**")
    st.caption("A page of its own, without a server: it asks first and then shows the figure.")
    with st.container(horizontal=True, key="saves"):
        _save("Save as HTML", partial(page_html, [one], link, ""), "backflow-question.html", "text/html")


def _chosen(offers: Sequence[Exportable]) -> Exportable:
    """Return the figure to be saved, the first one to begin with."""
    if len(offers) == 1:
        return offers[0]
    by_name = {one.name: one for one in offers}
    return by_name[
        st.selectbox("Chart", list(by_name), format_func=lambda name: by_name[name].title, key="export_chart")
    ]


def _verdict() -> str:
    values = state.drawn()
    settings = run_settings(values)
    return compute.summary_of(settings, compute.layer_of(settings, page_view(values)))[0].sentence


def _weights(settings: RunSettings) -> bytes:
    """Return the run's weights, which the page Your network reads back."""
    from lab.weights import to_safetensors

    return to_safetensors(trace_of(settings))


def _save(label: str, make: Callable[[], str | bytes], name: str, kind: str) -> None:
    st.download_button(label, make, name, kind, on_click="ignore")


def _show_table(drawn: Drawn) -> None:
    columns = viz.table(drawn)
    all_rows, width = len(next(iter(columns.values()))), min(len(columns), COLUMNS)
    rows = min(all_rows, NUMBERS // width)
    shown = {name: Column(values[:rows]) for name, values in list(columns.items())[:width]}
    show_table(shown, f"numbers {drawn.name}", f"The numbers behind the figure: {', '.join(list(shown)[:FEW])}")
    if width < len(columns) or rows < all_rows:
        part = f"The first {rows} rows and {width} columns"
        st.caption(f"{part}; the CSV has all {all_rows} rows and {len(columns)} columns.")


def page_html(offers: Sequence[Exportable], link: str, sentence: str) -> str:
    """Return the figures, interactive and in both themes, with the verdict, all settings, version and link."""
    figures = {mode: [one.on_page(mode) for one in offers] for mode in ("light", "dark")}
    return viz.offline_html(figures, sentence, link, VERSION, platform.plotly_source or viz.plotly_js)
