"""Norms of the states over time; the axis turns logarithmic by itself when they span decades."""

import numpy as np

from viz.curves import Curve, norm_curve, plain
from viz.findings import exceptions, extent, joined
from viz.lines import Frame, line_panel
from viz.panel import PanelData, Scene

HEIGHT = 108
DECADES = 3.0  # from here on small values would be a flat line on a plain axis


def states(scene: Scene) -> list[PanelData]:
    """‖h_t‖, and ‖c_t‖ where there is one."""
    norms = scene.layer.log10_state_norms
    logs = [norm_curve(norms[part], f"norm {part}", f"‖{part}<sub>t</sub>‖", part) for part in norms]
    log = _needs_log(logs)
    curves = logs if log else [plain(curve) for curve in logs]
    title = ", ".join(curve.label for curve in curves)
    frame = Frame("states", "State norm" + (" (log axis)" if log else ""), title, HEIGHT, (0.0, 0.0), log)
    return [line_panel(frame, curves, scene, _finding(curves, log))]


def _needs_log(curves: list[Curve]) -> bool:
    """Beyond DECADES, or beyond float64."""
    means = np.concatenate([curve.mean for curve in curves])
    finite = means[np.isfinite(means)]
    wide = finite.size > 0 and (np.ptp(finite) > DECADES or np.abs(finite).max() > 300)
    return bool(wide or np.isposinf(means).any())


def _finding(curves: list[Curve], log: bool) -> list[str]:
    sizes = joined([f"{curve.role} {extent(curve)}" for curve in curves])
    return [f"State norms over time: {sizes}.", exceptions(curves[0].mean, "The norm of h", log)]
