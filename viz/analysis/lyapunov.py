"""Lyapunov exponents: their convergence, and the slopes that theory predicts over the measured gradient."""

from dataclasses import dataclass

import numpy as np

from cells.analysis.errors import DoesNotApply
from cells.analysis.gradient.theory import Prediction
from cells.analysis.jacobian.lyapunov import Lyapunov
from viz import words
from viz.curves import Array, Curve
from viz.lines import Frame, line_panel
from viz.panel import Scene

from .chart import Chart, ChartLabel, Look, timed
from .line_bundle import LineBundle, bundle_panel

EXPONENTS = ChartLabel("lyapunov", "Lyapunov exponents")
PREDICTED = ChartLabel("prediction", "Measured and predicted")
HEIGHT = 280
ROLES = {"lyapunov": "predicted", "bound": "bound", "closed_form": "exact", "eigenvalue": "direct"}
DASHES = {"lyapunov": "dash", "bound": "dashdot", "closed_form": "dot", "eigenvalue": "longdash"}


@dataclass(frozen=True, eq=False)
class Theory:
    """What theory has to say of a run, and in one sentence each why something does not apply."""

    measured: Array  # (T+1,) log10 of the credit of the last attached step
    exponents: Lyapunov | None  # None where they have no meaning, which `missing` then explains first
    predictions: tuple[Prediction, ...]
    missing: tuple[str, ...]


def lyapunov(record: Theory, scene: Scene, look: Look) -> Chart:
    """Running means of all exponents on the way back; they settle where the run is long enough."""
    if record.exponents is None:
        raise DoesNotApply(record.missing[0])
    return _convergence(record.exponents, scene)


def _convergence(record: Lyapunov, scene: Scene) -> Chart:
    steps = (scene.steps - record.aligning - record.distances).tolist()
    bundle = LineBundle(
        name="exponents",
        heading=f"Running means from step {scene.steps - record.aligning} back to step t, over {_samples(record)}",
        title="nats per step",
        steps=[step + 1 for step in steps],
        values=record.history,
        role="predicted",
        height=HEIGHT,
        log=False,
    )
    panel = bundle_panel(bundle, scene, _columns(record, bundle, scene))
    return timed(EXPONENTS, [panel], scene, _finding(record))


def _samples(record: Lyapunov) -> str:
    return f"{record.samples} samples" if record.samples > 1 else "one sample"


def _columns(record: Lyapunov, bundle: LineBundle, scene: Scene) -> dict[str, Array]:
    """Running means where there is one; the exponents themselves stand in every row."""
    found = {}
    for k, value in enumerate(record.exponents):
        running = np.full(scene.steps, np.nan)
        running[np.array(bundle.steps) - 1] = record.history[:, k]
        found |= {f"lambda_{k + 1}": np.full(scene.steps, value), f"lambda_{k + 1} down to this step": running}
    return found


def _finding(record: Lyapunov) -> str:
    largest, smallest = float(record.exponents[0]), float(record.exponents[-1])
    factor = words.from_log10(record.log10_per_step)
    exact = "Every step has the same Jacobian, so that the exponents are exact: " if record.constant else ""
    first = (
        f"λ₁ = {words.number(largest)} nats per step: in the long run a step back multiplies the gradient by {factor}"
    )
    if not np.isfinite(largest):
        return "Every direction dies within a step: all exponents are −∞, there are 0 that stay finite."
    dead = int(np.isneginf(record.exponents).sum())
    last = f"{dead} of {len(record.exponents)} directions die at once" if dead else f"λ_min = {words.number(smallest)}"
    return f"{exact}{first}; {last}."


def prediction(record: Theory, scene: Scene, look: Look) -> Chart:
    """The measured credit of the last loss, and every prediction that applies, on one chart."""
    measured = Curve("norm dl/dh_t measured", "measured", "total", record.measured[1:], width=3.2)
    frame = Frame("prediction", "Gradient of the last attached loss", "‖dℓ/dh<sub>t</sub>‖", HEIGHT)
    curves = [measured, *(_curve(one) for one in record.predictions)]
    return timed(PREDICTED, [line_panel(frame, curves, scene, list(record.missing))], scene, _predicted_finding(record))


def _curve(one: Prediction) -> Curve:
    label = _spelled(one.label)
    return Curve(f"{one.name} {one.label}", label, ROLES[one.name], one.curve[1:], dash=DASHES[one.name], width=2.2)


def _spelled(label: str) -> str:
    """Indices set low, powers high."""
    before, power, after = words.spelled(label).partition("^(")
    return f"{before}<sup>{after.removesuffix(')')}</sup>" if power else label


def _predicted_finding(record: Theory) -> str:
    slopes = {one.name: one for one in record.predictions}
    lyapunov = slopes.get("lyapunov")
    measured = _slope(record.measured)
    if lyapunov is None or not np.isfinite([measured, lyapunov.per_step]).all():
        return f"Measured: {words.from_log10(measured)} a step back; {len(slopes)} predictions apply."
    said = (
        f"Measured, a step back keeps {words.percent(10.0**measured)} of the gradient; "
        f"the largest exponent predicts {words.percent(10.0**lyapunov.per_step)}"
    )
    bound = slopes.get("bound")
    return f"{said}{f', the bound allows {words.percent(10.0**bound.per_step)}' if bound else ''}."


def _slope(measured: Array) -> float:
    """Decades a step back over the whole measured stretch; nan where one end is not finite."""
    alive = np.flatnonzero(~np.isnan(measured[1:]))
    if len(alive) < 2:
        return float("nan")
    first, last = alive[0], alive[-1]
    with np.errstate(invalid="ignore"):
        return float((measured[1:][first] - measured[1:][last]) / (last - first))
