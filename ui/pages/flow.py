"""Gradient flow: the verdict, and everything over time; one knob to drag, runs to compare with."""

from cells import RunSettings
from ui import compute
from ui.chart import show_chart
from ui.export.exportables import offer
from ui.flow.compare_bar import compare_bar
from ui.flow.flow_exportables import flow_exportables
from ui.flow.pin_table import show_differences
from ui.flow.scrubber import show_scrubber
from ui.flow.verdict_header import show_verdict_header
from ui.frame import theme
from ui.lessons.tour import offer_tour
from ui.shell.run_page import run_page
from ui.views.page import PageView


def draw(settings: RunSettings, view: PageView) -> None:
    if not show_scrubber(settings, view):
        found = compute.summary_of(settings, compute.layer_of(settings, view))
        body = compute.body_of(settings, view, theme())
        show_verdict_header(
            *found
        )  # once all is computed, so that words and chart arrive together and are drawn as one
        show_chart(*body, key="chart")
    show_differences(view)
    offer(*flow_exportables(settings, view))


run_page(draw, tools=compare_bar, runs=lambda settings, view: compute.runs_of_body(settings, view, theme()))
offer_tour()
