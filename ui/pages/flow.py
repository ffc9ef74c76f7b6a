"""Gradient flow: the verdict, and everything over time; one knob to drag, runs to compare with."""

from cells import RunSettings
from ui import compute
from ui.chart import show_chart
from ui.flow_offers import flow_offers
from ui.frame import theme
from ui.head import show_head
from ui.offers import offer
from ui.pinned import show_differences
from ui.run_page import run_page
from ui.scrubber import show_scrubber
from ui.tools import tool_row
from ui.view import PageView


def draw(settings: RunSettings, view: PageView) -> None:
    if not show_scrubber(settings, view):
        found = compute.summary_of(settings, compute.layer_of(settings, view))
        body = compute.body_of(settings, view, theme())
        show_head(*found)  # once all is computed, so that words and chart arrive together and are drawn as one
        show_chart(*body, key="chart")
    show_differences(view)
    offer(*flow_offers(settings, view))


run_page(draw, tools=tool_row)
