"""Who gets the credit: ‖dℓ_s/dh_t‖ for the loss ℓ_s of every step s and every earlier step t."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from cells.activations import Array
from cells.analysis.jacobian.stacked_layers import Rows, StackedLayers, renormalise
from cells.backward import UpstreamGrad
from cells.engine import direct_gradient, run
from cells.log_mean import log10_mean
from cells.progress import Report
from cells.scaled import Scaled
from cells.settings import RunSettings
from cells.trace import Trace
from cells.truncation import walls

CHUNK = 1 << 18  # entries of the largest array a chunk of loss steps works on: it stays in the cache
LOOK = 8  # steps between two looks at the exponents


@dataclass(frozen=True, eq=False)
class Credit:
    """Batch means; entry [s - 1, t - 1] is the loss of step s, the state of step t."""

    log10: Array  # (T, T); -inf where s < t, and where the gradient is exactly 0
    layer: int
    weights: Array  # (T,): L_b = Σ_s w_s ℓ_s, so that the total gradient is Σ_s w_s · row s

    def row(self, step: int) -> Array:
        """Return the curve of the loss at one step (from 1): log10 ‖dℓ_step/dh_t‖ over t = 1 … T."""
        return self.log10[step - 1]


def credit_matrix(settings: RunSettings, layer: int | None = None, report: Report | None = None) -> Array:
    """(T, T) log10 of the batch mean of ‖dℓ_s/dh_t‖: row s - 1, column t - 1; -inf where s < t.

    ℓ_s is the whole loss of step s, whether the settings attach it or not, and however they weigh it.
    """
    return credit(run(settings), layer, report).log10


def credit(trace: Trace, layer: int | None = None, report: Report | None = None) -> Credit:
    """Return the credit matrix of a finished run, for one layer's h (0 the lowest; the top one by default)."""
    index = trace.layers.index(trace.layer(trace.index_of(layer)))
    T = len(trace.inputs)
    log10 = np.full((T, T), -np.inf)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for first, last, norms in _chunks(trace, index):
            log10[first - 1 : last] = log10_mean(norms)
            if report:
                report(1 - ((first - 1) / T) ** 2)  # early steps have less far to go
    return Credit(log10, index, np.asarray(trace.loss_weights))


def step_gradients(trace: Trace) -> UpstreamGrad:
    """∂ℓ_t/∂h_t of the top layer through its own output, for every step, each with weight 1: (T, B, H)."""
    every = replace(trace.network, weights=np.ones(len(trace.inputs)))
    return direct_gradient(every, trace.top.scaled_states["h"].at(slice(1, None)))


def _chunks(trace: Trace, layer: int) -> Iterator[tuple[int, int, Array]]:
    """first, last, and log10 norms (last - first + 1, T, B) of the losses at steps first … last."""
    stack, direct = StackedLayers(trace, layer), step_gradients(trace)
    width = max(level.cell.delta_blocks for level in stack.levels)
    size = max(1, CHUNK // (stack.batch * stack.hidden * width))
    for last in range(stack.steps, 0, -size):
        first = max(1, last - size + 1)
        yield first, last, _Walk(stack, direct, first, last).norms()


class _Walk:
    """The losses of steps first … last travel back together, the latest first in line."""

    def __init__(self, stack: StackedLayers, direct: UpstreamGrad, first: int, last: int) -> None:
        self.stack, self.direct, self.first, self.last = stack, direct, first, last
        count = last - first + 1
        self.here, self.before = stack.zero_rows(count), stack.zero_rows(count)
        self.exponents = np.zeros((count, stack.batch), np.int64)
        self.walls = walls(stack.truncation, stack.steps)

    def norms(self) -> Array:
        """Return log10 ‖dℓ_s/dh_t‖, (S, T, B), ascending in s."""
        found = np.full((len(self.exponents), self.stack.steps, self.stack.batch), -np.inf)
        for t in range(self.last, 0, -1):
            active = self.last - max(t, self.first) + 1
            if t >= self.first:
                self._enter(t, active - 1)
            here, before = _top(self.here, active), _top(self.before, active)
            self.stack.step_vjp(t - 1, here, before)
            if t - 1 in self.walls:
                _clear(before)
            found[:active, t - 1] = Scaled(here[0][0], self.exponents[:active]).log10_norms()
            self.here, self.before = self.before, self.here
            if t % LOOK == 0:
                renormalise(before, self.exponents[:active])
        return found[::-1]

    def _enter(self, step: int, place: int) -> None:
        """The loss of one step joins the line."""
        rows, exponent = self.direct.rows.mantissa[step - 1], self.direct.rows.exponent
        _clear([tuple(part[place] for part in parts) for parts in self.here])
        self.here[-1][0][place] = rows
        self.exponents[place] = 0 if exponent is None else exponent[step - 1]


def _clear(rows: Rows) -> None:
    """Clear the rows at which nothing arrives."""
    for parts in rows:
        for part in parts:
            part[...] = 0


def _top(rows: Rows, count: int) -> Rows:
    return [tuple(part[:count] for part in parts) for parts in rows]
