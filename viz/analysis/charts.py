"""Every chart of a measure, by name: a place on a page, an export and the tests follow from its line here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from viz.panel import Scene

from . import (
    clock_curve,
    clock_grads,
    combinations,
    credit,
    direct_and_recurrent,
    exhibit,
    grads_at_step,
    long_jacobian,
    lyapunov,
    one_step,
    open_share,
    paths,
    saturation,
    seed_dots,
    seeds,
    softmax,
    step_jacobian,
    step_shares,
    theory,
    time_gate_effect,
)
from .chart import Chart, ChartLabel, Look


@dataclass(frozen=True)
class ChartKind:
    """draw(record, scene, look) -> Chart; `needs` names the measure whose record it shows.

    gradient   whether it shows gradients, which a trust check can back
    meanwhile  a coarser measure, whose record it shows until its own is there
    """

    label: ChartLabel
    needs: str
    draw: Callable[[Any, Scene, Look], Chart]
    gradient: bool = True
    meanwhile: str = ""


_KINDS = (
    ChartKind(credit.MATRIX, "credit", credit.credit_matrix),
    ChartKind(credit.ROW, "credit", credit.credit_row),
    ChartKind(direct_and_recurrent.PARTS, "parts", direct_and_recurrent.direct_and_recurrent),
    ChartKind(step_jacobian.MATRIX, "step_jacobian", step_jacobian.jacobian_matrix),
    ChartKind(step_jacobian.SPECTRUM, "step_jacobian", step_jacobian.eigenvalues),
    ChartKind(step_jacobian.SINGULAR, "step_jacobian", step_jacobian.singular_values),
    ChartKind(long_jacobian.LONG, "long_jacobian", long_jacobian.long_jacobian),
    ChartKind(theory.PREDICTED, "growth", theory.prediction),
    ChartKind(lyapunov.EXPONENTS, "growth", lyapunov.lyapunov),
    ChartKind(paths.PATHS, "paths", paths.paths),
    ChartKind(step_shares.OVER_TIME, "shares", step_shares.shares),
    ChartKind(step_shares.KEPT, "shares", step_shares.cancellation),
    ChartKind(saturation.SATURATION, "saturation", saturation.saturation, gradient=False),
    ChartKind(grads_at_step.BY_PARAMETER, "exercise", grads_at_step.grads_at_step),
    ChartKind(one_step.GRAPH, "graph", one_step.graph),
    ChartKind(softmax.SOFTMAX, "softmax", softmax.softmax),
    ChartKind(clock_curve.CLOCK, "explored", clock_curve.clock_curve, gradient=False),
    ChartKind(time_gate_effect.EFFECT, "gate_room", time_gate_effect.time_gate_effect),
    ChartKind(open_share.OPEN, "gate_room", open_share.open_share, gradient=False),
    ChartKind(open_share.PHASE, "gate_room", open_share.phase, gradient=False),
    ChartKind(clock_grads.CLOCK_GRADS, "gate_room", clock_grads.clock_grads),
    ChartKind(seeds.FAN, "fan", seeds.fan),
    ChartKind(seed_dots.DRAWS, "fan", seed_dots.seed_dots),
    ChartKind(exhibit.EXHIBIT, "exhibit", exhibit.exhibit),
    ChartKind(combinations.TABLE, "combinations", combinations.combinations, meanwhile="some_combinations"),
)
CHARTS = {kind.label.name: kind for kind in _KINDS}
