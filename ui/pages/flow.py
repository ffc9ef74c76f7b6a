"""Gradient flow: the verdict, and everything over time."""

from cells import RunSettings
from ui import compute
from ui.chart import show_chart
from ui.frame import theme
from ui.head import show_head
from ui.run_page import run_page
from ui.view import PageView


def draw(settings: RunSettings, view: PageView) -> None:
    show_head(*compute.summary_of(settings, compute.layer_of(settings, view)))
    show_chart(*compute.body_of(settings, view, theme()), key="chart")


run_page(draw)
