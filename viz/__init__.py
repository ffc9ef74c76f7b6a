"""Figures: records in, Plotly figures out. Nothing here computes a run or knows a widget.

Start at `figures.FIGURES`, every figure by name, and `panels.PANELS`, what the main figure is stacked from.
"""

from .comparisons import loss_curve, low_precision_curve, total_curve
from .curves import Curve
from .export import as_figure, config, csv, framed, table
from .figures import FIGURES
from .flow_figure import Drawn, flow, panel_figure
from .notebook import Shown, save, show
from .offline import offline_html, plotly_js
from .panel import View
from .panels import PANELS
from .pins import Pinned, pinned, run_curves

__all__ = [
    "FIGURES",
    "PANELS",
    "Curve",
    "Drawn",
    "Pinned",
    "Shown",
    "View",
    "as_figure",
    "config",
    "csv",
    "flow",
    "framed",
    "loss_curve",
    "low_precision_curve",
    "offline_html",
    "panel_figure",
    "pinned",
    "plotly_js",
    "run_curves",
    "save",
    "show",
    "table",
    "total_curve",
]
