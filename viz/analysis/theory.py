"""Define what theory predicts of a gradient's decay, over the measured one."""

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
    """Hold what theory has to say of a run, and in one sentence each why something does not apply."""

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
    said = (
        f"Measured, a step back keeps {words.percent(10.0**measured)} of the gradient; "
        f"the largest exponent predicts {words.percent(10.0**lyapunov.per_step)}"
    )
    bound = slopes.get("bound")
    return f"{said}{f', the bound allows {words.percent(10.0**bound.per_step)}' if bound else ''}."


def _slope(measured: Array) -> float:
    """Return decades a step back over the whole measured stretch; nan where one end is not finite."""
    alive = np.flatnonzero(~np.isnan(measured[1:]))
    if len(alive) < 2:
        return float("nan")
    first, last = alive[0], alive[-1]
    with np.errstate(invalid="ignore"):
        return float((measured[1:][first] - measured[1:][last]) / (last - first))
