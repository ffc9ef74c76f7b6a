"""Steps' shares of dL/dW: which step makes a parameter's gradient, and how much of it cancels."""

from collections.abc import Sequence

import numpy as np

from cells.analysis.errors import DoesNotApply
from cells.analysis.gradient.step_shares import StepShares
from cells.trace import LayerTrace
from viz import words
from viz.curves import Curve
from viz.lines import Frame, line_panel
from viz.panel import Scene
from viz.words import spelled

from .bars import Bars, bars_plane
from .chart import Chart, ChartLabel, Look, on_xy_axes, timed

OVER_TIME = ChartLabel("shares", "Steps' shares of dL/dW")
KEPT = ChartLabel("cancellation", "What the steps cancel")
HEIGHT = 240
FUSED = ("W_x", "W_h", "b")
CLOCK_ROLES = {"tau": "time_gate", "s": "other", "r_on": "bound"}
FEW = 0.5  # half of the sum of norms


def colour_of(name: str, layer: LayerTrace) -> str:
    """Return the palette's role for a parameter: its gate's."""
    return CLOCK_ROLES.get(name, "total" if name in FUSED else layer.cell.colour_of(name))


def group_of(name: str, layer: LayerTrace) -> str:
    """Return W_x, W_h, b, or `own` for what the cell has besides."""
    if name.startswith(("W_x", "W_h")):
        return name[:3]
    return "b" if name == "b" or name in [f"b_{gate}" for gate in layer.cell.pre_activations] else "own"


def shares(record: Sequence[StepShares], scene: Scene, look: Look) -> Chart:
    """Norms of what each step adds to the gradient of one kind of parameter, by gate."""
    chosen = [one for one in record if group_of(one.name, scene.layer) == look.shares_of]
    if not chosen:
        raise DoesNotApply(f"The {scene.layer.cell.label} has no parameters of its own besides W_x, W_h and b.")
    curves = [_curve(one, scene.layer) for one in chosen]
    title = chosen[0].name if len(chosen) == 1 else look.shares_of
    frame = Frame("shares", f"Norm of what step t adds to dL/d{spelled(title)}", "share of dL/dW", HEIGHT)
    return timed(OVER_TIME, [line_panel(frame, curves, scene, [])], scene, _finding(chosen))


def _curve(one: StepShares, layer: LayerTrace) -> Curve:
    name, role = f"norm of the step's share of dL/d{one.name}", colour_of(one.name, layer)
    return Curve(name, spelled(one.name), role, one.log10_norms)


def _finding(chosen: Sequence[StepShares]) -> str:
    """Return which step adds most to the largest of the gradients, and what part of all."""
    main = max(chosen, key=lambda one: one.log10_sum)
    step = int(np.argmax(main.log10_norms)) + 1
    share = 10.0 ** (float(main.log10_norms[step - 1]) - main.log10_sum_of_norms)
    if not np.isfinite(main.log10_sum_of_norms):
        return f"No step adds anything finite to dL/d{main.name}: the shares sum to {_word(main.log10_sum_of_norms)}."
    return (
        f"Step {step} adds most to dL/d{main.name}: {words.percent(share)} of what all steps add. "
        f"They pull in different directions, so that {words.percent(1 - main.kept)} of it cancels."
    )


def _word(log10: float) -> str:
    return words.from_log10(log10)


def cancellation(record: Sequence[StepShares], scene: Scene, look: Look) -> Chart:
    """For each parameter the norm of the steps' sum over the sum of their norms."""
    kept = np.array([one.kept for one in record])
    bars = Bars(
        heading="‖Σ<sub>t</sub> share<sub>t</sub>‖ / Σ<sub>t</sub> ‖share<sub>t</sub>‖",
        names=[spelled(one.name) for one in record],
        values=kept,
        colours=[scene.palette.of(colour_of(one.name, scene.layer)) for one in record],
        title="left after cancelling",
    )
    columns = {
        "parameter": np.array([one.name for one in record]),
        "kept": kept,
        "log10 norm of the sum": np.array([one.log10_sum for one in record]),
        "log10 sum of norms": np.array([one.log10_sum_of_norms for one in record]),
    }
    return on_xy_axes(KEPT, bars_plane(bars), scene, _kept_finding(record), columns)


def _kept_finding(record: Sequence[StepShares]) -> str:
    known = [one for one in record if np.isfinite(one.kept)]
    if not known:
        return "No parameter gets a finite gradient: there are 0 shares to cancel."
    most, least = max(known, key=lambda one: one.kept), min(known, key=lambda one: one.kept)
    if most is least:
        return f"Of what the steps add to dL/d{most.name}, {words.percent(most.kept)} is left after cancelling."
    return (
        f"The steps cancel most in dL/d{least.name}, where {words.percent(least.kept)} is left, "
        f"and least in dL/d{most.name}, where {words.percent(most.kept)} is."
    )
