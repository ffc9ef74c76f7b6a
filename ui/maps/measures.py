"""Measures that the map's page computes beside itself: functions whose arguments can be sent to another process."""

from cells import RunSettings
from cells.analysis.maps import CriticalLine, MapPlan, PhaseMap, critical_lines, measure, phase_map
from cells.analysis.maps.phase import coarse_places
from cells.knobs import BadValue
from cells.progress import Report


def coarse_map(plan: MapPlan, report: Report) -> PhaseMap:
    """Return a first look; where none of its few points can be run, others still may."""
    try:
        return phase_map(plan, report, places=coarse_places(plan))
    except BadValue:
        return PhaseMap.empty(plan)


def whole_map(plan: MapPlan, start: PhaseMap, report: Report) -> PhaseMap:
    """Return the rest of a map."""
    return phase_map(plan, report, start)


def theory_lines(plan: MapPlan, report: Report) -> tuple[CriticalLine, ...]:
    """Theory's lines over a map."""
    return critical_lines(plan)


def number_of(settings: RunSettings, quantity: str, layer: int | None, report: Report) -> float:
    """Return the quantity of one run."""
    return measure(settings, quantity, layer)
