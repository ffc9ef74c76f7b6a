"""Theory's predictions of a gradient's decay, over the measured one."""

from dataclasses import dataclass

import numpy as np

from cells.analysis.gradient.theory import Prediction
from cells.analysis.jacobian.lyapunov import Lyapunov
from viz import words
from viz.curves import Array, Curve
from viz.lines import Frame, line_panel
from viz.panel import Scene

from .chart import Chart, ChartLabel, Look, timed

PREDICTED = ChartLabel("prediction", "Measured and predicted")
HEIGHT = 280
ROLES = {"lyapunov": "predicted", "bound": "bound", "closed_form": "exact", "eigenvalue": "direct"}
DASHES = {"lyapunov": "dash", "bound": "dashdot", "closed_form": "dot", "eigenvalue": "longdash"}


@dataclass(frozen=True, eq=False)
class Theory:
    """Theory's predictions for a run, and in one sentence each why something does not apply."""

    measured: Array  # (T+1,) log10 of the credit of the last attached step
    exponents: Lyapunov | None  # None where they have no meaning, which `missing` then explains first
    predictions: tuple[Prediction, ...]
    missing: tuple[str, ...]


def prediction(record: Theory, scene: Scene, look: Look) -> Chart:
    """Return the measured credit of the last loss, and every prediction that applies, on one chart."""
    measured = Curve("norm dl/dh_t measured", "measured", "total", record.measured[1:], width=3.2)
    frame = Frame("prediction", "Gradient of the last attached loss", "‖dℓ/dh<sub>t</sub>‖", HEIGHT)
    curves = [measured, *(_curve(one) for one in record.predictions)]
    return timed(PREDICTED, [line_panel(frame, curves, scene, list(record.missing))], scene, _predicted_finding(record))


def _curve(one: Prediction) -> Curve:
    label = _spelled(one.label)
    return Curve(f"{one.name} {one.label}", label, ROLES[one.name], one.curve[1:], dash=DASHES[one.name], width=2.2)


def _spelled(label: str) -> str:
    """Return indices set low, powers high."""
    before, power, after = words.spelled(label).partition("^(")
    return f"{before}<sup>{after.removesuffix(')')}</sup>" if power else label


def _predicted_finding(record: Theory) -> str:
    slopes = {one.name: one for one in record.predictions}
    lyapunov = slopes.get("lyapunov")
    measured = _slope(record.measured)
    if lyapunov is None or not np.isfinite([measured, lyapunov.per_step]).all():
        return f"Measured: {words.from_log10(measured)} a step back; {len(slopes)} predictions apply."
    grows = measured > 0
    kept = (
        f"multiplies the gradient by {words.factor(measured)}" if grows else f"keeps {_share(measured)} of the gradient"
    )
    said = f"Measured, a step back {kept}; the largest exponent predicts {_rate(lyapunov.per_step, grows)}"
    bound = slopes.get("bound")
    return f"{said}{f', the bound allows {_rate(bound.per_step, grows)}' if bound else ''}."


def _share(log10: float) -> str:
    return words.percent(10.0**log10)


def _rate(log10: float, as_factor: bool) -> str:
    """Return a rate a step as the measured one is told; no share is above 100 %."""
    if as_factor:
        return words.factor(log10)
    return f"a growth by {words.factor(log10)}" if log10 > 0 else _share(log10)


def _slope(measured: Array) -> float:
    """Return decades a step back over the whole measured stretch; nan where one end is not finite."""
    alive = np.flatnonzero(~np.isnan(measured[1:]))
    if len(alive) < 2:
        return float("nan")
    first, last = alive[0], alive[-1]
    with np.errstate(invalid="ignore"):
        return float((measured[1:][first] - measured[1:][last]) / (last - first))
