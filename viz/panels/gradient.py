"""The gradient that reaches each step: total, direct part, dL/dc, and curves to compare it with."""

from viz.curves import Curve, norm_curve
from viz.findings import exceptions, trend
from viz.lines import Frame, LinePlot
from viz.panel import Scene
from viz.shared_axes import Plot
from viz.walls import walls_of

HEIGHT = 236
OWN = ("total", "dc", "direct")
TITLE = "‖dL/dh<sub>t</sub>‖"


def gradient_curves(scene: Scene) -> list[Curve]:
    """Total gradient of every part of the state, and what reaches h through its own output alone."""
    norms, direct = scene.layer.log10_grad_norms, scene.layer.log10_direct_norms
    curves = [scene.total]
    curves += [
        norm_curve(norms[part], f"norm dL/d{part}", f"dL/d{part}<sub>t</sub>", f"d{part}", band=False)
        for part in norms
        if part != "h"
    ]
    style = {"band": False, "dash": "dot", "symbol": "diamond-open"}
    return [*curves, norm_curve(direct["h"], "norm direct dL/dh", "direct part", "direct", **style)]


def gradient(scene: Scene) -> list[Plot]:
    """Return log10 of the gradient's norm over time, on rails where it is exactly 0, overflows or is NaN."""
    curves = [*gradient_curves(scene), *scene.over("gradient")]
    frame = Frame("gradient", _heading(scene), TITLE, HEIGHT)
    return [LinePlot(frame, curves, _finding(curves), walls_of(scene))]


def _heading(scene: Scene) -> str:
    of_many = f", mean of {scene.batch} samples; shaded: 10–90 %" if scene.batch > 1 else ""
    return "   ".join([f"Gradient norm{of_many}", *walls_of(scene).sign(scene)])


def _finding(curves: list[Curve]) -> list[str]:
    total, direct = curves[0], next(curve for curve in curves if curve.role == "direct")
    of_total = [trend(total, "The gradient"), exceptions(total.mean, "The gradient")]
    others = [exceptions(curve.mean, f"The curve {curve.label!r}") for curve in curves if curve.role not in OWN]
    return [*of_total, exceptions(direct.mean, "Its direct part"), *others]
