"""Your network: weights and sequences of the reader's own, and at once what becomes of their gradient."""

import streamlit as st

from cells import RunSettings
from ui import compute
from ui.brought.sequences import sequences_widgets
from ui.brought.weights import weights_widgets
from ui.chart import show_chart
from ui.export.exportables import offer
from ui.flow.flow_exportables import flow_exportables
from ui.flow.verdict_header import show_verdict_header
from ui.frame import theme
from ui.shell.run_page import run_page
from ui.views.page import PageView


def bring() -> None:
    weights, sequences = st.columns(2, gap="large")
    with weights:
        weights_widgets()
    with sequences:
        sequences_widgets()


def draw(settings: RunSettings, view: PageView) -> None:
    found = compute.summary_of(settings, compute.layer_of(settings, view))
    body = compute.body_of(settings, view, theme())
    show_verdict_header(*found)
    show_chart(*body, key="chart own")
    offer(*flow_exportables(settings, view))


run_page(draw, tools=bring)
