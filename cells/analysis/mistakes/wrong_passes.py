"""Mistakes in the backward pass itself: a state that was detached, a matrix left out, a slope of the wrong argument."""

from copy import copy

import numpy as np

from cells.activations import Tanh
from cells.analysis.errors import DoesNotApply
from cells.arrays import Array
from cells.backward import backprop
from cells.layer_trace import LayerRecord
from cells.trace import Trace

from .exhibit import Exhibit
from .wrong_readings import right_norms

EVERY = 20  # steps after which the state is detached


class TanhOfItself(Tanh):
    """tanh(u) with the slope 1 − u², which holds for the value, 1 − tanh²(u), and was given the argument."""

    def slope(self, u, v, out=None):
        return np.subtract(1, np.multiply(u, u, out=out), out=out)


def detached(trace: Trace, layer: int, unit: int) -> Exhibit:
    """Cut the way back behind every 20th step."""
    record = _whole(trace, layer)
    if len(trace.inputs) <= EVERY:
        raise DoesNotApply(f"The state is detached after {EVERY} steps, and this run has {len(trace.inputs)}.")
    return Exhibit(_norms(record, truncation=EVERY), right_norms(trace, layer), "detached")


def without_matrix(trace: Trace, layer: int, unit: int) -> Exhibit:
    """δh_{t-1} = δu_t in place of δu_t W_hᵀ."""
    record = _whole(trace, layer)
    if not record.cell.elman:
        raise DoesNotApply(
            "In a cell with gates W_h has more columns than rows, so a backward pass without its transpose does not "
            "even run: choose the RNN."
        )
    identity = np.eye(record.tape["h"].shape[-1])
    wrong = _norms(record, params=record.params | {"W_h": identity})
    return Exhibit(wrong, right_norms(trace, layer), "without W_hᵀ")


def slope_of_argument(trace: Trace, layer: int, unit: int) -> Exhibit:
    """1 − u² in place of 1 − tanh²(u)."""
    record = _whole(trace, layer)
    if not isinstance(record.cell.activation, Tanh):
        raise DoesNotApply(f"1 − tanh² is the slope of tanh; this run has {record.cell.activation.label}.")
    cell = copy(record.cell)
    cell.activation = TanhOfItself()
    return Exhibit(_norms(record, cell=cell), right_norms(trace, layer), "with 1 − u²")


def _whole(trace: Trace, layer: int) -> LayerRecord:
    """Return the layer's record; DoesNotApply where the right way back is cut by itself."""
    record = trace.layer(layer).record
    if record.truncation:
        raise DoesNotApply("This run is truncated by choice: set 'Truncate every K steps' back to 0.")
    return record


def _norms(record: LayerRecord, **changed) -> Array:
    """Return log10 ‖dL_b/dh_t‖ (T, B) as the backward pass gives it with some of its arguments changed."""
    given = {"cell": record.cell, "params": record.params, "tape": record.tape, "direct": record.direct}
    with np.errstate(all="ignore"):
        grads, _ = backprop(**given | changed)
        return grads["h"].log10_norms()[1:]
