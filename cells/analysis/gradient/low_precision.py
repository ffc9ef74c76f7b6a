"""The precision lens: what the backward pass would have shown in a coarser number format.

The exact forward pass is kept; its tape is rounded to the format, the carried gradient after every step, and the norm
is a plain sum of squares in float32, so that it underflows and overflows as a user's would.
"""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.log_mean import log10_mean
from cells.precision import PRECISIONS, rounded
from cells.scaled import Scaled
from cells.trace import LayerTrace, Trace
from cells.truncation import walls


@dataclass(frozen=True, eq=False)
class LowPrecision:
    """One layer seen in one format."""

    precision: str
    log10_norms: dict[str, Array]  # per part (T+1, B); -inf, inf and nan as the format would have given them
    lost: int | None  # the latest step whose batch mean is no finite number above 0 though the truth is


def low_precision(trace: Trace, precision: str, layer: int | None = None) -> LowPrecision:
    """Walk back in `precision`: float32, bfloat16 or float16; float64 is plain float64, without exponents.

    The gradient that reaches a lower layer is what the format would have handed down.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision = {precision!r} is none of {', '.join(PRECISIONS)}")
    index = trace.index_of(layer)
    watched = trace.layer(index)
    direct = trace.top.record.direct
    walk = _Walk(precision)
    arriving = walk.rounded(_spread(direct.rows, direct.steps, len(trace.inputs)))
    with np.errstate(all="ignore"):
        for above in reversed(trace.layers[index:]):
            grads, arriving = walk.back(above, arriving)
        norms = {part: walk.log10_norms(grad) for part, grad in zip(watched.state_names, grads, strict=True)}
    return LowPrecision(precision, norms, _lost(norms["h"], watched.log10_grad_norms["h"]))


class _Walk:
    """The loop back in one format; arrays are kept in float32, or in float64 for that format itself."""

    def __init__(self, precision: str) -> None:
        self.precision = precision
        self.dtype = np.float64 if precision == "float64" else np.float32

    def rounded(self, values: Array) -> Array:
        """Return what the format can hold of `values`."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return rounded(values.astype(self.dtype), self.precision)

    def back(self, layer: LayerTrace, arriving: Array) -> tuple[list[Array], Array]:
        """Return gradients of the parts, (T+1, B, H) each, and what goes down to the layer below, (T, B, I)."""
        derivatives = {name: self.rounded(values) for name, values in layer.record.local_derivatives.items()}
        params = {name: self.rounded(value) for name, value in layer.record.params.items()}
        T, B, H = arriving.shape
        grads = [np.zeros((T + 1, B, H), self.dtype) for _ in layer.state_names]
        delta = np.empty((T, B, layer.cell.delta_blocks * H), self.dtype)
        cut = walls(layer.record.truncation, T)
        for t in range(T, 0, -1):
            grads[0][t] = self.rounded(grads[0][t] + arriving[t - 1])
            d_next, d_prev = tuple(g[t] for g in grads), tuple(g[t - 1] for g in grads)
            layer.cell.step_vjp(params, derivatives, t - 1, d_next, d_prev, delta[t - 1])
            for grad in grads:
                grad[t] = self.rounded(grad[t])
                grad[t - 1] = 0 if t - 1 in cut else self.rounded(grad[t - 1])
        down = layer.cell.input_delta(self.rounded(delta)) @ params["W_x"].swapaxes(-1, -2)
        return grads, self.rounded(down)

    def log10_norms(self, grad: Array) -> Array:
        """By a plain sum of squares in the format the arrays are kept in."""
        return 0.5 * np.log10(np.square(grad).sum(axis=-1)).astype(np.float64)


def _spread(rows: Scaled, steps: list[int], count: int) -> Array:
    """Return rows that belong to some steps over all of them, zero elsewhere."""
    plain = rows.plain()
    full = np.zeros((count, *plain.shape[1:]))
    full[np.array(steps) - 1] = plain
    return full


def _lost(seen: Array, truth: Array) -> int | None:
    """Looking back from the last step: where the mean norm is lost first, with something there to be seen."""
    gone = ~np.isfinite(log10_mean(seen)) & np.isfinite(log10_mean(truth))
    steps = np.flatnonzero(gone[1:]) + 1
    return int(steps[-1]) if len(steps) else None
