"""Curves from elsewhere, drawn over the gradient: another loss mode, a coarser number format."""

from cells.analysis.gradient.low_precision import LowPrecision
from cells.trace import Trace

from .curves import Curve, norm_curve
from .panel import Scene, View

LOSSES = {
    ("last", "mean"): "loss on last step",
    ("last", "sum"): "loss on last step",
    ("all", "mean"): "loss on all steps",
    ("all", "sum"): "all steps, summed",
    ("chosen", "mean"): "chosen steps",
    ("chosen", "sum"): "chosen, summed",
}


def loss_curve(trace: Trace, view: View | None = None) -> Curve:
    """Return the total gradient of a run that differs in its loss, named after its loss."""
    settings = trace.settings
    label = "other loss" if settings is None else LOSSES[settings.loss, settings.loss_reduction]
    return total_curve(trace, label, view)


def total_curve(trace: Trace, label: str, view: View | None = None, role: str = "total", dash: str = "dash") -> Curve:
    """Return the total gradient of another run of the same length, in a colour and dash of choice."""
    norms = Scene(trace, view or View()).layer.log10_grad_norms["h"]
    return norm_curve(norms, f"norm dL/dh, {label}", label, role, band=False, dash=dash)


def low_precision_curve(lens: LowPrecision) -> Curve:
    """Return what a coarser number format would have shown of the total gradient."""
    name, norms = lens.precision, lens.log10_norms["h"]
    return norm_curve(norms, f"norm dL/dh in {name}", f"in {name}", name, band=False, dash="dash", width=2.2)
