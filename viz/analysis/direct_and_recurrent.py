"""Total = direct + recurrent: what a state gets through its own output, and what comes back from later steps."""

import numpy as np

from cells.analysis.gradient.direct_and_recurrent import DirectAndRecurrent
from viz import words
from viz.curves import Array, Curve, norm_curve
from viz.lines import Frame, line_panel
from viz.panel import PanelData, Scene

from .chart import Chart, ChartLabel, Look, timed

PARTS = ChartLabel("parts", "Total = direct + recurrent")
HEIGHT = 220
SAME = 0.004  # decades: 1 % more or less


def direct_and_recurrent(record: tuple[DirectAndRecurrent, ...], scene: Scene, look: Look) -> Chart:
    """Return the parts of dL/dh_t, and of dL/dc_t where there is a c, in panels of their own."""
    return timed(PARTS, [_panel(split, scene) for split in record], scene, _finding(record[0], scene))


def _panel(split: DirectAndRecurrent, scene: Scene) -> PanelData:
    name = f"dL/d{split.part}"
    curves = [
        _curve(split.total, f"norm {name}", "total", "total", width=3.2),
        _curve(split.recurrent, f"norm recurrent {name}", "recurrent", "recurrent", dash="dash"),
        _curve(split.direct, f"norm direct {name}", _direct_label(split, scene), "direct", symbol="diamond-open"),
    ]
    frame = Frame(name, f"{name}<sub>t</sub>, total and its two parts", f"‖{name}<sub>t</sub>‖", HEIGHT)
    return line_panel(frame, curves, scene, [])


def _curve(log10_norms: Array, name: str, label: str, role: str, **style) -> Curve:
    return norm_curve(log10_norms, name, label, role, band=False, **style)


def _direct_label(split: DirectAndRecurrent, scene: Scene) -> str:
    return "direct = retain_grad" if _is_retained(split, scene) else "direct"


def _is_retained(split: DirectAndRecurrent, scene: Scene) -> bool:
    """PyTorch hands out the top layer's h alone."""
    return split.part == "h" and split.layer + 1 == len(scene.trace.layers)


def _finding(split: DirectAndRecurrent, scene: Scene) -> str:
    """Return how many steps the direct part alone would call dead."""
    means = split.means()
    dead = int((np.isneginf(means["direct"][1:]) & ~np.isneginf(means["total"][1:])).sum())
    shown = "retain_grad() on a PyTorch module's output" if _is_retained(split, scene) else "the direct part alone"
    if dead:
        return f"At {dead} of {scene.steps} steps {shown} shows exactly 0, although a gradient arrives there."
    first, total = float(means["direct"][1]), float(means["total"][1])
    if not np.isfinite([first, total]).all():
        return f"At step 1 the direct part is {words.from_log10(first)}, the total {words.from_log10(total)}."
    if abs(first - total) < SAME:
        return f"At step 1 {shown} shows about the whole gradient, {words.from_log10(total)}."
    return f"At step 1 {shown} shows {words.from_log10(first)}, where the whole gradient is {words.from_log10(total)}."
