"""Single entries of a run's arrays, for a net small enough to be worked by hand, and norms at one step."""

from collections.abc import Callable
from typing import Any

from cells.activations import Array
from cells.analysis.errors import DoesNotApply
from cells.analysis.jacobian.recurrent_matrix import slopes_of
from cells.log_mean import log10_mean
from cells.trace import Trace

from .record import Number, place
from .whole import readout_gradient

STEP_UNIT = ("step", "unit")


def _entry(read: Callable[[Trace], Array], first: int = 0) -> Callable[[Trace, int, int], float]:
    """Entry [step, unit] of an array (T, B, H), or (T+1, B, H) where step 1 stands at `first` = 1."""
    return lambda trace, step, unit: float(read(trace)[place(step) + first, 0, place(unit)])


def _matrix(read: Callable[[Trace], Array]) -> Callable[[Trace, int, int], float]:
    return lambda trace, row, column: float(read(trace)[place(row), place(column)])


def _at_step(read: Callable[[Trace], Array]) -> Callable[[Trace, int], float]:
    return lambda trace, step: float(read(trace)[place(step)])


def _mean_norm(read: Callable[[Trace], Array]) -> Callable[[Trace, int], float]:
    """Return log10 of the batch mean of norms given as log10, (T+1, B)."""
    return lambda trace, step: float(log10_mean(read(trace))[place(step) + 1])


def _delta(trace: Trace) -> Array:
    """dL/du of the candidate's pre-activation, where the cell has no other."""
    if trace.top.cell.blocks != 1:
        raise DoesNotApply(f"du is about a cell with one pre-activation; the {trace.top.cell.label} has several.")
    return trace.top.record.delta.plain()


def _memory(arrays: Any) -> Array:
    if "c" not in arrays:
        raise DoesNotApply("This cell has no cell state c.")
    return arrays["c"]


ENTRIES = (
    Number(
        "log10_dh", "Mean norm of dL/dh at a step.", _mean_norm(lambda t: t.log10_grad_norms["h"]), "log10", ("step",)
    ),
    Number(
        "log10_direct",
        "Mean norm of the direct part at a step.",
        _mean_norm(lambda t: t.log10_direct_norms["h"]),
        "log10",
        ("step",),
    ),
    Number("log10_h", "Mean norm of h at a step.", _mean_norm(lambda t: t.log10_state_norms["h"]), "log10", ("step",)),
    Number("h", "State.", _entry(lambda t: t.states["h"], 1), indices=STEP_UNIT),
    Number("c", "Cell state.", _entry(lambda t: _memory(t.states), 1), indices=STEP_UNIT),
    Number(
        "u",
        "Pre-activation of the candidate.",
        _entry(lambda t: t.pre_activations[t.cell.candidate]),
        indices=STEP_UNIT,
    ),
    Number(
        "slope",
        "σ′ at the candidate's pre-activation.",
        _entry(lambda t: slopes_of(t.top)[t.cell.candidate][0]),
        indices=STEP_UNIT,
    ),
    Number("dh", "Total dL/dh.", _entry(lambda t: t.grads["h"], 1), indices=STEP_UNIT),
    Number("dc", "Total dL/dc.", _entry(lambda t: _memory(t.grads), 1), indices=STEP_UNIT),
    Number("direct", "Direct part of dL/dh.", _entry(lambda t: t.direct_grads["h"], 1), indices=STEP_UNIT),
    Number("du", "dL/du of a cell with one pre-activation.", _entry(_delta), indices=STEP_UNIT),
    Number("x", "Input.", _entry(lambda t: t.inputs), indices=("step", "input")),
    Number("y", "Output.", _at_step(lambda t: t.outputs[:, 0, 0]), indices=("step",)),
    Number("target", "Target.", _at_step(lambda t: t.targets[:, 0, 0]), indices=("step",)),
    Number("W_x", "Input weight from input to unit.", _matrix(lambda t: t.params["W_x"]), indices=("input", "unit")),
    Number("W_h", "Recurrent weight from unit to unit.", _matrix(lambda t: t.params["W_h"]), indices=("unit", "unit")),
    Number(
        "W_y",
        "Readout weight from unit to output.",
        _matrix(lambda t: t.network.readout["W_y"]),
        indices=("unit", "output"),
    ),
    Number("dW_x", "Entry of dL/dW_x.", _matrix(lambda t: t.param_grads["W_x"]), indices=("input", "unit")),
    Number("dW_h", "Entry of dL/dW_h.", _matrix(lambda t: t.param_grads["W_h"]), indices=("unit", "unit")),
    Number("dW_y", "Entry of dL/dW_y.", _matrix(readout_gradient), indices=("unit", "output")),
)
