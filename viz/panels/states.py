"""Norms of the states over time; the axis turns logarithmic by itself when they span decades."""

from dataclasses import dataclass

import numpy as np

from viz.curves import Curve, norm_curve, plain
from viz.findings import exceptions, extent, joined
from viz.lines import Frame, LinePlot
from viz.panel import PanelData, Scene
from viz.shared_axes import Plot, SharedAxes

HEIGHT = 108
PARTS = ("h", "c")
DECADES = 3.0  # from here on small values would be a flat line on a plain axis


def states(scene: Scene) -> list[Plot]:
    """‖h_t‖, and ‖c_t‖ where there is one; a panel for each where curves from elsewhere are drawn over them."""
    norms = scene.layer.log10_state_norms
    own = {part: norm_curve(norms[part], f"norm {part}", f"‖{part}<sub>t</sub>‖", part) for part in norms}
    if not any(scene.over(part) for part in own):
        title = ", ".join(curve.label for curve in own.values())
        return [StatePlot("states", "State norm", title, list(own.values()))]
    return [
        StatePlot(f"state {part}", f"Norm of state {part}", curve.label, [curve, *scene.over(part)])
        for part, curve in own.items()
    ]


@dataclass(frozen=True, eq=False)
class StatePlot:
    """Norms, given as log10, on the way to a plain axis or, where they span decades, a log axis."""

    name: str
    heading: str
    title: str
    logs: list[Curve]

    def measure(self, shared: SharedAxes) -> None:
        """Both axes: another run may call for the other one."""
        shared.note((self.name, "log"), _needs_log(self.logs))
        for log in (True, False):
            self._lines(log, []).measure(shared)

    def panels(self, scene: Scene, shared: SharedAxes) -> list[PanelData]:
        """Return the panel, on a log axis if any run calls for one."""
        log = (self.name, "log") in shared
        return self._lines(log, _finding(self.logs)).panels(scene, shared)

    def _lines(self, log: bool, alt: list[str]) -> LinePlot:
        heading = self.heading + (" (log axis)" if log else "")
        frame = Frame(self.name, heading, self.title, HEIGHT, (0.0, 0.0), log)
        return LinePlot(frame, self.logs if log else [plain(curve) for curve in self.logs], alt)


def _needs_log(curves: list[Curve]) -> bool:
    """Beyond DECADES, or beyond float64."""
    means = np.concatenate([curve.mean for curve in curves])
    finite = means[np.isfinite(means)]
    wide = finite.size > 0 and (np.ptp(finite) > DECADES or np.abs(finite).max() > 300)
    return bool(wide or np.isposinf(means).any())


def _finding(logs: list[Curve]) -> list[str]:
    sizes = joined([f"{curve.role if curve.role in PARTS else curve.label} {extent(curve)}" for curve in logs])
    own = [exceptions(curve.mean, f"The norm of {curve.role}") for curve in logs if curve.role in PARTS]
    return [f"State norms over time: {sizes}.", *own[:1]]
