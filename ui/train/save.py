"""Saving what a run has shown: each figure as SVG, PNG, CSV or a page that needs nothing else; a report of all."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

import viz
from ui.chart import show_chart
from ui.compute import chart_body
from ui.export.exportables import Exportable
from ui.frame import VERSION, theme

EXPORTING = "train_exporting"  # the run whose dialog is open


def _close() -> None:
    st.session_state.pop(EXPORTING, None)


@st.dialog("Export", width="large", on_dismiss=_close)
def save_dialog(offers: Sequence[Exportable], run: str, told: str) -> None:
    """Choose a figure of the run, see it as it will be saved, save it; `told` is what a report says on top."""
    by_name = {one.name: one for one in offers}
    titles = {"format_func": lambda name: by_name[name].title, "key": "train_export_chart"}
    one = by_name[st.selectbox("Chart", list(by_name), **titles)]
    drawn, link = one.draw(theme()), link_of(run)
    whole = [each for each in offers if not each.part]
    with st.container(horizontal=True, key="saves"):
        _save("Save CSV", partial(viz.csv, drawn), f"backflow-{one.name}.csv", "text/csv")
        _save("Save as HTML", partial(page_html, [one], drawn.title, link), f"backflow-{one.name}.html", "text/html")
        name = f"backflow-run-{run.replace('.', '-')}.html"
        _save("Save a report of the run", partial(page_html, whole, told, link), name, "text/html")
    figure = viz.framed(drawn, theme(), link, VERSION)
    show_chart(chart_body(figure, drawn, save=True), figure["layout"]["height"] + 40, key=f"saved {one.name}")


def _save(label: str, make, name: str, kind: str) -> None:
    st.download_button(label, make, name, kind, on_click="ignore")


def page_html(offers: Sequence[Exportable], told: str, link: str) -> str:
    """Return figures as one page, in both themes, with the words on top, all settings, the version and the link."""
    figures = {mode: [one.draw(mode) for one in offers] for mode in ("light", "dark")}
    return viz.offline_html(figures, told, link, VERSION)


def link_of(run: str) -> str:
    """The address that opens the run for anyone who may reach this server."""
    return f"{(st.context.url or '').split('?')[0]}?run={run}"
