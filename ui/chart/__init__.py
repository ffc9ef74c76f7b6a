"""The chart on the page: draws a figure in the browser, repaints it in place, saves it as SVG or PNG."""

from .chart import event_of, show_chart

__all__ = ["event_of", "show_chart"]
