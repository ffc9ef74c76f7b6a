"""Every plate there is, by name: a place on a page, an export and the tests follow from its line here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from viz.gate import explorer, pulls, room
from viz.gate import shares as open_shares
from viz.panel import Scene

from . import (
    combinations,
    credit,
    draws,
    exercise,
    fan,
    graph,
    jacobian,
    long_jacobian,
    lyapunov,
    parts,
    paths,
    saturation,
    shares,
    softmax,
)
from .plate import Label, Look, Plate


@dataclass(frozen=True)
class PlateKind:
    """draw(record, scene, look) -> Plate; `needs` names the measure whose record it shows.

    gradient   whether it shows gradients, which a trust check can back
    meanwhile  a coarser measure, whose record it shows until its own is there
    """

    label: Label
    needs: str
    draw: Callable[[Any, Scene, Look], Plate]
    gradient: bool = True
    meanwhile: str = ""


_KINDS = (
    PlateKind(credit.MATRIX, "credit", credit.credit_matrix),
    PlateKind(credit.ROW, "credit", credit.credit_row),
    PlateKind(parts.PARTS, "parts", parts.parts),
    PlateKind(jacobian.MATRIX, "step_jacobian", jacobian.jacobian_matrix),
    PlateKind(jacobian.SPECTRUM, "step_jacobian", jacobian.eigenvalues),
    PlateKind(jacobian.SINGULAR, "step_jacobian", jacobian.singular_values),
    PlateKind(long_jacobian.LONG, "long_jacobian", long_jacobian.long_jacobian),
    PlateKind(lyapunov.PREDICTED, "growth", lyapunov.prediction),
    PlateKind(lyapunov.EXPONENTS, "growth", lyapunov.lyapunov),
    PlateKind(paths.PATHS, "paths", paths.paths),
    PlateKind(shares.OVER_TIME, "shares", shares.shares),
    PlateKind(shares.KEPT, "shares", shares.cancellation),
    PlateKind(saturation.SATURATION, "saturation", saturation.saturation, gradient=False),
    PlateKind(exercise.BY_PARAMETER, "exercise", exercise.exercise),
    PlateKind(graph.GRAPH, "graph", graph.graph),
    PlateKind(softmax.SOFTMAX, "softmax", softmax.softmax),
    PlateKind(explorer.CLOCK, "explored", explorer.clock_curve, gradient=False),
    PlateKind(room.ROOM, "gate_room", room.gate_room),
    PlateKind(open_shares.OPEN, "gate_room", open_shares.open_share, gradient=False),
    PlateKind(open_shares.PHASE, "gate_room", open_shares.phase, gradient=False),
    PlateKind(pulls.PULLS, "gate_room", pulls.clock_gradient),
    PlateKind(fan.FAN, "fan", fan.fan),
    PlateKind(draws.DRAWS, "fan", draws.draws),
    PlateKind(combinations.TABLE, "combinations", combinations.combinations, meanwhile="some_combinations"),
)
PLATES = {kind.label.name: kind for kind in _KINDS}
