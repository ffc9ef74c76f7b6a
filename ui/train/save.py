"""Saving what a run has shown: each figure as SVG, PNG, CSV, or as an HTML page that needs nothing else."""

from collections.abc import Sequence

import streamlit as st

import viz
from ui.chart import show_chart
from ui.compute import chart_body
from ui.export.exportables import Exportable
from ui.frame import VERSION, theme


@st.dialog("Export", width="large")
def save_dialog(offers: Sequence[Exportable], run: str) -> None:
    """Choose a figure of the run, see it as it will be saved, save it."""
    by_name = {one.name: one for one in offers}
    titles = {"format_func": lambda name: by_name[name].title, "key": "train_export_chart"}
    one = by_name[st.selectbox("Chart", list(by_name), **titles)]
    drawn, link = one.draw(theme()), link_of(run)
    with st.container(horizontal=True, key="saves"):
        st.download_button("Save CSV", viz.csv(drawn), f"backflow-{one.name}.csv", "text/csv", on_click="ignore")
        html = viz.offline_html({mode: [one.draw(mode)] for mode in ("light", "dark")}, drawn.title, link, VERSION)
        st.download_button("Save as HTML", html, f"backflow-{one.name}.html", "text/html", on_click="ignore")
    figure = viz.framed(drawn, theme(), link, VERSION)
    show_chart(chart_body(figure, drawn, save=True), figure["layout"]["height"] + 40, key=f"saved {one.name}")


def link_of(run: str) -> str:
    """The address that opens the run for anyone who may reach this server."""
    return f"{(st.context.url or '').split('?')[0]}?run={run.split('.')[0]}"
