"""What a run tells: pure functions of settings and traces, records out."""

from .batch import band_log10, mean_log10
from .lens import Lens, lens
from .marks import Mark, critical_scales
from .metrics import Metrics, metrics
from .verdict import Curve, Verdict, verdict

__all__ = [
    "Curve",
    "Lens",
    "Mark",
    "Metrics",
    "Verdict",
    "band_log10",
    "critical_scales",
    "lens",
    "mean_log10",
    "metrics",
    "verdict",
]
