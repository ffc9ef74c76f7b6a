"""The chart on the page: draws a figure in the browser, repaints it in place, saves it as SVG or PNG."""

from .chart import show_chart

__all__ = ["show_chart"]
