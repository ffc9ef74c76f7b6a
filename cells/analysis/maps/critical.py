"""Theory on a phase diagram: where the weight scale is critical, for every value of the other knob."""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.jacobian.critical_scales import CriticalScale, critical_scales
from cells.knobs import BadValue

from .plan import MapPlan

SCALE = "weight_scale"


@dataclass(frozen=True, eq=False)
class CriticalLine:
    """One mark of the weight scale over the other knob: (x, y) of equal length, nan where it leaves the map."""

    label: str
    help: str
    exact: bool
    x: Array
    y: Array


def critical_lines(plan: MapPlan) -> tuple[CriticalLine, ...]:
    """None unless the weight scale is one of the knobs."""
    if SCALE not in (plan.x.name, plan.y.name):
        return ()
    scale, other, others = (plan.x, plan.y, plan.y_values) if plan.x.name == SCALE else (plan.y, plan.x, plan.x_values)
    marks = [_marks(plan, other.name, value) for value in others]
    first = {mark.label: mark for found in marks for mark in found.values()}
    lines = []
    for label, mark in first.items():
        values = np.array([found[label].value if label in found else np.nan for found in marks])
        inside = np.where((values >= scale.low) & (values <= scale.high), values, np.nan)
        places = np.array(others, np.float64)
        if np.isfinite(inside).any():
            x, y = (inside, places) if scale is plan.x else (places, inside)
            lines.append(CriticalLine(label, mark.help, mark.exact, x, y))
    return tuple(lines)


def _marks(plan: MapPlan, other: str, value: float) -> dict[str, CriticalScale]:
    """Return the marks of the run with this value of the other knob, by label."""
    try:
        settings = plan.settings.replace(**{other: value, SCALE: 1.0})
    except BadValue:
        return {}
    return {mark.label: mark for mark in critical_scales(settings, plan.layer)}
