"""Every measure the pages of measures show, by name: how it is computed, and what of the view it depends on."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from cells import RunSettings, Trace
from cells.analysis.ensemble.combinations import Combination, combinations_of, judged
from cells.analysis.ensemble.seeds import fan
from cells.analysis.errors import DoesNotApply
from cells.analysis.gradient.credit import credit
from cells.analysis.gradient.direct_and_recurrent import direct_and_recurrent
from cells.analysis.gradient.grads_at_step import grads_at_step, parameter_names
from cells.analysis.gradient.saturation import distributions
from cells.analysis.gradient.softmax import softmax_at
from cells.analysis.gradient.step_shares import all_shares
from cells.analysis.gradient.theory import closed_form, eigenvalue_slope, lyapunov_slope, measured_credit, pascanu_bound
from cells.analysis.jacobian.long_jacobian import long_jacobians
from cells.analysis.jacobian.lyapunov import lyapunov
from cells.analysis.jacobian.step_jacobian import step_jacobian
from cells.analysis.mistakes.exhibit import UPDATE
from cells.analysis.mistakes.museum import MISTAKES
from cells.analysis.mistakes.wrong_updates import UPDATES
from cells.analysis.step_graph.one_step import graph
from cells.analysis.step_graph.paths import path_split
from cells.analysis.time_gate.clock_curve import Clock, clock_curve
from cells.analysis.time_gate.time_gate_effect import time_gate_effect
from cells.progress import Report
from ui.cost.budget import check_budget
from ui.cost.measures import too_many
from ui.traces import trace_of
from viz.analysis import Look, Theory

DISTANCES, FEWEST = 60, 6  # states of the long Jacobian: all of them up to N = 64, fewer where each takes its time


@dataclass(frozen=True, eq=False)
class Ask:
    """A finished run and what of it is asked; the layer counts from 0."""

    trace: Trace
    layer: int
    look: Look
    report: Report


@dataclass(frozen=True)
class Measure:
    """compute(ask) -> record; `depends`: the fields of the look that change it; `layered`: whether the layer does;
    `runs`: what of the settings does."""

    compute: Callable[[Ask], Any]
    depends: tuple[str, ...] = ()
    layered: bool = True
    runs: Callable[[RunSettings], Hashable] = repr


def _credit(ask: Ask) -> Any:
    return credit(ask.trace, ask.layer, ask.report)


def _parts(ask: Ask) -> Any:
    return tuple(direct_and_recurrent(ask.trace, ask.layer, part) for part in ask.trace.layer(ask.layer).state_names)


def _paths(ask: Ask) -> Any:
    """Return the memory first where there is one."""
    return tuple(path_split(ask.trace, ask.layer, part) for part in ask.trace.layer(ask.layer).state_names[::-1])


def _step_jacobian(ask: Ask) -> Any:
    return step_jacobian(ask.trace, ask.look.step, ask.look.sample - 1)


def _long_jacobian(ask: Ask) -> Any:
    T, size = (
        len(ask.trace.inputs),
        sum(len(layer.state_names) for layer in ask.trace.layers) * ask.trace.settings.hidden,
    )
    count = int(np.clip(DISTANCES * (64 / size) ** 2, FEWEST, DISTANCES))
    states = sorted({int(state) for state in np.linspace(1, T - 1, count).round()})
    return long_jacobians(ask.trace, states, ask.look.sample - 1, ask.report)


def _growth(ask: Ask) -> Theory:
    """Exponents, and whatever theory applies to this net."""
    top = ask.layer == len(ask.trace.layers) - 1
    missing, exponents = [], None
    try:
        exponents = lyapunov(ask.trace, lowest=ask.layer, report=ask.report)
    except DoesNotApply as error:
        missing.append(str(error))
    found = [lyapunov_slope(ask.trace, exponents)] if exponents else []
    for theory in (pascanu_bound, eigenvalue_slope, closed_form) if top else ():
        try:
            found.append(theory(ask.trace))
        except DoesNotApply as error:
            missing.append(str(error))
    if not top:
        missing.append(f"Bound and closed form are about the top layer; layer {ask.layer + 1} is shown.")
    return Theory(measured_credit(ask.trace, ask.layer), exponents, tuple(found), tuple(missing))


def _shares(ask: Ask) -> Any:
    """Of every parameter by gate."""
    found = all_shares(ask.trace, ask.layer, ask.report)
    return tuple(found[name] for name in parameter_names(ask.trace.layer(ask.layer)))


def _saturation(ask: Ask) -> Any:
    return distributions(ask.trace, ask.layer)


def _exercise(ask: Ask) -> Any:
    return grads_at_step(ask.trace, ask.look.step, ask.layer)


def _graph(ask: Ask) -> Any:
    return graph(ask.trace, ask.look.step, ask.look.sample - 1, ask.layer)


def _softmax(ask: Ask) -> Any:
    return softmax_at(ask.trace, ask.look.step, ask.look.sample - 1)


def _gate_room(ask: Ask) -> Any:
    return time_gate_effect(ask.trace, ask.layer, ask.look.sample - 1)


def _explored(ask: Ask) -> Any:
    """Over the time the net spans; a net without a clock has samples, but they see nothing of it."""
    cell = ask.trace.top.cell
    times = ask.trace.times[:, ask.look.sample - 1]
    span = min(0.0, float(times[0])), max(0.0, float(times[-1]))
    return clock_curve(Clock(*ask.look.clock, cell.shift_sign), times if cell.time_gate else times[:0], span)


def _fan(ask: Ask) -> Any:
    """DoesNotApply where so many draws would keep everyone waiting."""
    settings, seeds = ask.trace.settings.replace(seed=0), range(ask.look.seeds)
    if reason := too_many([settings] * len(seeds)):
        raise DoesNotApply(reason)
    return fan(settings, seeds, ask.layer, ask.report)


def _exhibit(ask: Ask) -> Any:
    """DoesNotApply where so many updates would keep everyone waiting."""
    mistake = MISTAKES[ask.look.exhibit]
    if mistake.over == UPDATE and (reason := too_many([ask.trace.settings] * 2 * UPDATES)):
        raise DoesNotApply(reason)
    return mistake.compute(ask.trace, ask.layer, ask.look.unit)


def measured(name: str, settings: RunSettings, layer: int, look: Look, report: Report) -> Any:
    """Return a measure by its name: a function of what can be sent to another process or worker."""
    return MEASURES[name].compute(Ask(trace_of(settings), layer, look, report))


def _any_seed(settings: RunSettings) -> str:
    return repr(settings.replace(seed=0))


@lru_cache(maxsize=64)
def possible(settings: RunSettings) -> tuple[Combination, ...]:
    """Return every combination of cell, activation and initialiser beside these settings that this page can afford."""
    return combinations_of(settings, check_budget)


def _combinations(ask: Ask) -> Any:
    """DoesNotApply where they would keep everyone waiting."""
    found = possible(ask.trace.settings)
    if reason := too_many([one.settings for one in found if one.settings]):
        raise DoesNotApply(reason)
    return judged(found, found, ask.layer, ask.report)


def _first(settings: RunSettings) -> tuple[Combination, ...]:
    """Return the combinations with the present initialiser."""
    return tuple(one for one in possible(settings) if one.init == settings.init)


def _some_combinations(ask: Ask) -> Any:
    return judged(_first(ask.trace.settings), possible(ask.trace.settings), ask.layer, ask.report)


MEASURES = {
    "credit": Measure(_credit),
    "parts": Measure(_parts),
    "paths": Measure(_paths),
    "step_jacobian": Measure(_step_jacobian, ("step", "sample"), layered=False),
    "long_jacobian": Measure(_long_jacobian, ("sample",), layered=False),
    "growth": Measure(_growth),
    "shares": Measure(_shares),
    "saturation": Measure(_saturation),
    "exercise": Measure(_exercise, ("step",)),
    "graph": Measure(_graph, ("step", "sample")),
    "softmax": Measure(_softmax, ("step", "sample"), layered=False),
    "explored": Measure(_explored, ("clock", "sample"), layered=False),
    "gate_room": Measure(_gate_room, ("sample",)),
    "exhibit": Measure(_exhibit, ("exhibit", "unit")),
    "fan": Measure(_fan, ("seeds",), runs=_any_seed),
    "combinations": Measure(_combinations, runs=possible),
    "some_combinations": Measure(_some_combinations, runs=_first),
}
