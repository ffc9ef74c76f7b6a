"""The two loops of backpropagation through time. They know no cell by name.

Both loops run in plain float64 and look every few steps whether the carried rows stay within 2^±SAFE. Where they do
not, that stretch is run again step by step, with a power of two beside each row.
"""

from dataclasses import dataclass, replace

import numpy as np

from .activations import Array
from .base import Cell, Params, Tape, product, row, transposed
from .network import Network, build
from .scaled import SAFE, Exponents, Scaled, magnitudes, shifted
from .settings import RunSettings
from .trace import LayerRecord, Trace

STRETCH = 8  # steps between two looks; a factor of 2^90 a step is still caught in time


def run(settings: RunSettings) -> Trace:
    """One forward and backward pass."""
    return solve(build(settings), settings)


def solve(network: Network, settings: RunSettings) -> Trace:
    """Forward, loss and backward of a network made by hand or by `build`."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        tapes, inputs = forward(network)
        tops = top_states(network, tapes)
        outputs = read_out(network, tops)
        direct = direct_gradient(network, outputs)
        layers = backward(network, tapes, inputs, direct)
        step_losses = network.loss.value(outputs, network.targets)
    return Trace(settings, network, tuple(layers), outputs, step_losses)


def forward(network: Network) -> tuple[list[Tape], list[Scaled]]:
    """Run all layers. Returns each layer's tape and what each layer read."""
    tapes, inputs = [], [Scaled(network.x)]
    for params, start in zip(network.layers, network.start, strict=True):
        tape = network.cell.open_tape(params, inputs[-1], start, network.times)
        unroll(network.cell, params, tape)
        tapes.append(tape)
        inputs.append(scaled_states(tape, slice(1, None)))
    return tapes, inputs[:-1]


def unroll(cell: Cell, params: Params, tape: Tape) -> None:
    """Fill the tape forward in time."""
    steps = len(tape["a"])
    if not cell.scalable:
        for t in range(steps):
            cell.step(params, tape, t)
        return
    carried = "a_exponent" in tape
    for first in range(0, steps, STRETCH):
        stretch = range(first, min(first + STRETCH, steps))
        projected = tape["a"][first : stretch.stop].copy()  # a step adds to it in place, so a second try needs it
        if not carried:
            for t in stretch:
                cell.step(params, tape, t)
            carried = not is_safe(tape["h"][first + 1 : stretch.stop + 1])
        if carried:
            tape["a"][first : stretch.stop] = projected
            carried = _unroll_scaled(cell, params, tape, stretch)


def _unroll_scaled(cell: Cell, params: Params, tape: Tape, stretch: range) -> bool:
    """The same steps with exponents; returns whether any row still needs one."""
    h = tape["h"]
    exponents = tape.setdefault("h_exponent", np.zeros(h.shape[:-1], np.int64))
    a_exponents = tape.setdefault("a_exponent", np.zeros(tape["a"].shape[:-1], np.int64))
    for t in stretch:
        before = h[t].copy()
        common = np.maximum(exponents[t] + magnitudes(h[t]), a_exponents[t] + magnitudes(tape["a"][t]))
        common = np.where(np.abs(common) > SAFE, common, 0)
        h[t] = shifted(h[t], exponents[t] - common)
        tape["a"][t] = shifted(tape["a"][t], a_exponents[t] - common)
        cell.step(params, tape, t)
        h[t] = before
        a_exponents[t] = exponents[t + 1] = common
    return bool((exponents[stretch.stop] != 0).any())


def is_safe(rows: Array) -> bool:
    """Whether every row's peak is 0 or within 2^±SAFE; inf and nan count as safe where no exponent can help."""
    peak = np.abs(rows).max(axis=-1)
    return bool(((peak == 0) | ((peak > 2.0**-SAFE) & (peak < 2.0**SAFE))).all())


def scaled_states(tape: Tape, steps: slice) -> Scaled:
    """The tape's h with the exponents it was carried with."""
    exponent = tape.get("h_exponent")
    return Scaled(tape["h"][steps], None if exponent is None else exponent[steps])


def top_states(network: Network, tapes: list[Tape]) -> Scaled:
    """h_1 … h_T of the top layer."""
    return scaled_states(tapes[-1], slice(1, None))


def read_out(network: Network, states: Scaled) -> Scaled:
    """ŷ = h W_y + b_y for all steps: (T, …, B, O)."""
    values = product(states.mantissa, network.readout["W_y"])
    bias = row(network.readout["b_y"])
    if states.exponent is not None:
        bias = shifted(np.broadcast_to(bias, values.shape), -states.exponent)
    return Scaled(values + bias, states.exponent)


@dataclass(frozen=True, eq=False)
class Injection:
    """What reaches h at each step other than through later steps: rows[k] arrives at steps[k] (1-based, ascending)."""

    steps: list[int]
    rows: Scaled  # (len(steps), …, B, H)

    def at(self) -> dict[int, int]:
        """step -> index into rows."""
        return {step: k for k, step in enumerate(self.steps)}


def direct_gradient(network: Network, outputs: Scaled) -> Injection:
    """∂L_b/∂h_t through h_t's own output, at the steps the loss is attached to."""
    weights = network.weights
    attached = np.flatnonzero(weights.reshape(len(weights), -1).any(axis=1))
    exponent = None if outputs.exponent is None else outputs.exponent[attached]
    slope = network.loss.slope(Scaled(outputs.mantissa[attached], exponent), network.targets[attached])
    d_y = slope.mantissa * weights[attached][..., None, None]
    return Injection(
        [int(t) + 1 for t in attached], Scaled(product(d_y, transposed(network.readout["W_y"])), slope.exponent)
    )


def backward(network: Network, tapes: list[Tape], inputs: list[Scaled], direct: Injection) -> list[LayerRecord]:
    """All layers, top first; returns their records, lowest first."""
    records = []
    for k in reversed(range(len(tapes))):
        cell, params, tape = network.cell, network.layers[k], tapes[k]
        cell.close_tape(params, tape)
        grads, delta = backprop(cell, params, tape, direct)
        records.append(LayerRecord(cell, params, tape, inputs[k], grads, delta, direct))
        if k:
            direct = replace(_to_layer_below(cell, params, delta), steps=list(range(1, len(tape["a"]) + 1)))
    return records[::-1]


def _to_layer_below(cell: Cell, params: Params, delta: Scaled) -> Injection:
    return Injection([], Scaled(product(cell.input_delta(delta.mantissa), transposed(params["W_x"])), delta.exponent))


def backprop(cell: Cell, params: Params, tape: Tape, direct: Injection) -> tuple[dict[str, Scaled], Scaled]:
    """Total gradients of every part (T+1, …, B, H) and the pre-activation gradients (T, …, B, width·H)."""
    return _Backward(cell, params, tape, direct).run()


class _Backward:
    """One layer's way back."""

    def __init__(self, cell: Cell, params: Params, tape: Tape, direct: Injection) -> None:
        self.cell, self.params, self.tape, self.direct = cell, params, tape, direct
        self.at = direct.at()
        h = tape["h"]
        self.grads = tuple(np.empty_like(h) for _ in cell.parts)
        self.delta = np.empty((*h.shape[:-1], cell.width * h.shape[-1]))[1:]
        self.exponent: Exponents | None = None
        for grad in self.grads:
            grad[-1] = 0

    def run(self) -> tuple[dict[str, Scaled], Scaled]:
        steps = len(self.delta)
        scaled = self.direct.rows.exponent is not None or not is_safe(self.direct.rows.mantissa)
        (self._inject_scaled if scaled else self._inject)(steps)
        for last in range(steps - 1, -1, -STRETCH):
            stretch = range(last, max(last - STRETCH, -1), -1)
            if not scaled:
                scaled = not self._walk(stretch)
            if scaled:
                scaled = self._walk_scaled(stretch)
        parts = {p: Scaled(g, self.exponent) for p, g in zip(self.cell.parts, self.grads, strict=True)}
        return parts, Scaled(self.delta, None if self.exponent is None else self.exponent[1:])

    def _walk(self, stretch: range) -> bool:
        """Plain steps; returns whether they stayed safe. If not, the stretch's first rows are put back."""
        top = stretch[0] + 1
        begun = [grad[top].copy() for grad in self.grads]
        for t in stretch:
            self._step(t)
            self._inject(t)
        if all(is_safe(grad[stretch[-1]]) for grad in self.grads):
            return True
        for grad, rows in zip(self.grads, begun, strict=True):
            grad[top] = rows
        return False

    def _walk_scaled(self, stretch: range) -> bool:
        """Steps with exponents; returns whether any row still needs one."""
        exponent = self._exponents()
        for t in stretch:
            self._step(t)
            exponent[t] = exponent[t + 1]
            self._renormalise(t)
            self._inject_scaled(t)
        return bool((exponent[stretch[-1]] != 0).any())

    def _step(self, t: int) -> None:
        d_next = tuple(grad[t + 1] for grad in self.grads)
        d_prev = tuple(grad[t] for grad in self.grads)
        self.cell.step_back(self.params, self.tape, t, d_next, d_prev, self.delta[t])

    def _inject(self, t: int) -> None:
        if t in self.at:
            self.grads[0][t] += self.direct.rows.mantissa[self.at[t]]

    def _exponents(self) -> Exponents:
        if self.exponent is None:
            self.exponent = np.zeros(self.grads[0].shape[:-1], np.int64)
        return self.exponent

    def _peak(self, t: int) -> Exponents:
        """Binary magnitude of each row over all parts; 0 where all are zero."""
        return magnitudes(np.concatenate([grad[t] for grad in self.grads], axis=-1))

    def _renormalise(self, t: int) -> None:
        """Move rows that left the window back to magnitude 1, or to exponent 0 where plain float64 holds them."""
        exponent = self._exponents()
        self._to_exponent(t, _settled(exponent[t] + self._peak(t), self._is_zero(t)))

    def _to_exponent(self, t: int, new: Exponents) -> None:
        exponent = self._exponents()
        shift = exponent[t] - new
        if shift.any():
            for grad in self.grads:
                grad[t] = shifted(grad[t], shift)
            exponent[t] = new

    def _is_zero(self, t: int) -> Array:
        return ~np.any([grad[t].any(axis=-1) for grad in self.grads], axis=0)

    def _inject_scaled(self, t: int) -> None:
        if t not in self.at:
            return
        k = self.at[t]
        rows = Scaled(
            self.direct.rows.mantissa[k], None if self.direct.rows.exponent is None else self.direct.rows.exponent[k]
        )
        own = np.zeros(rows.mantissa.shape[:-1], np.int64) if rows.exponent is None else rows.exponent
        zero = ~rows.mantissa.any(axis=-1)
        arriving = np.where(zero, np.iinfo(np.int64).min // 2, own + magnitudes(rows.mantissa))
        carried = np.where(self._is_zero(t), np.iinfo(np.int64).min // 2, self._exponents()[t] + self._peak(t))
        self._to_exponent(t, _settled(np.maximum(arriving, carried), zero & self._is_zero(t)))
        self.grads[0][t] += rows.aligned(self._exponents()[t])
        self._renormalise(t)


def _settled(bits: Exponents, zero: Array) -> Exponents:
    """The exponent a row of this magnitude should carry."""
    return np.where(zero | (np.abs(bits) <= SAFE // 2), 0, bits)
