"""Total = direct + recurrent: what reaches a state through its own output, and what comes back from later steps."""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.log_mean import log10_mean
from cells.scaled import Scaled
from cells.trace import LayerTrace, Trace
from cells.truncation import walls


@dataclass(frozen=True, eq=False)
class DirectAndRecurrent:
    """log10 norms of one part of one layer's state, (T+1, B) each; -inf where exactly 0. total = direct + recurrent.

    Of the top layer's h, `direct` is what `out, _ = nn.LSTM(...)(x); out.retain_grad()` shows.
    """

    part: str
    layer: int
    total: Array
    direct: Array
    recurrent: Array

    def means(self) -> dict[str, Array]:
        """Return log10 of the batch means by name, (T+1,) each."""
        return {name: log10_mean(getattr(self, name)) for name in ("total", "direct", "recurrent")}


def direct_and_recurrent(trace: Trace, layer: int | None = None, part: str = "h") -> DirectAndRecurrent:
    """Split one part's gradient; ValueError for a part that the cell does not have."""
    index = trace.index_of(layer)
    watched = trace.layer(index)
    if part not in watched.state_names:
        raise ValueError(f"part = {part!r} is none of {', '.join(watched.state_names)}")
    split = recurrent(watched)[part].log10_norms()
    return DirectAndRecurrent(part, index, watched.log10_grad_norms[part], watched.log10_direct_norms[part], split)


def arriving(layer: LayerTrace) -> dict[str, Scaled]:
    """Return what reaches each part at steps 1 … T from outside its own step, (T, B, H): d_next of the cell's
    `step_vjp`.
    """
    grads = layer.record.grads
    d_h = grads["h"].mantissa[1:]
    through_h = layer.cell.grads_through_h(layer.record.local_derivatives, slice(None), d_h)
    exponent = None if grads["h"].exponent is None else grads["h"].exponent[1:]
    found = {"h": Scaled(d_h, exponent)}
    for part, through in zip(layer.state_names[1:], through_h[1:], strict=True):
        found[part] = Scaled(grads[part].mantissa[1:] - through, exponent)
    return found


def from_later(layer: LayerTrace) -> dict[str, Scaled]:
    """Return what each part at steps 0 … T-1 gets back through the next step, as independent outputs, (T, B, H)."""
    d_next = arriving(layer)
    copies = tuple(rows.mantissa.copy() for rows in d_next.values())  # step_vjp completes c in place
    d_prev = tuple(np.empty_like(rows) for rows in copies)
    delta = np.empty_like(layer.record.delta.mantissa)
    with np.errstate(all="ignore"):
        layer.cell.step_vjp(layer.record.params, layer.record.local_derivatives, slice(None), copies, d_prev, delta)
    for rows in d_prev:
        rows[list(walls(layer.record.truncation, len(delta)))] = 0
    exponent = d_next["h"].exponent
    return {part: Scaled(rows, exponent) for part, rows in zip(layer.state_names, d_prev, strict=True)}


def recurrent(layer: LayerTrace) -> dict[str, Scaled]:
    """Return the part of each total gradient that comes from later steps, (T+1, B, H); 0 at step T.

    For c it is what comes back to c itself and, through the step's own output, what comes back to h.
    """
    back = {part: _with_last(rows) for part, rows in from_later(layer).items()}
    h = back["h"]
    through_h = layer.cell.grads_through_h(layer.record.local_derivatives, slice(None), h.mantissa[1:])
    for part, through in zip(layer.state_names[1:], through_h[1:], strict=True):
        back[part].mantissa[1:] += through
    return back


def _with_last(rows: Scaled) -> Scaled:
    """Return rows of steps 0 … T-1 as steps 0 … T: nothing comes back to the last state."""
    mantissa = np.concatenate([rows.mantissa, np.zeros_like(rows.mantissa[:1])])
    if rows.exponent is None:
        return Scaled(mantissa)
    return Scaled(mantissa, np.concatenate([rows.exponent, np.zeros_like(rows.exponent[:1])]))
