"""The loop forward in time. It knows no cell by name.

Most cells squash or gate their state, which then stays within float64. Where the activation is homogeneous,
σ(2u) = 2σ(u), the state may grow or shrink for ever: it is then carried with a power of two beside each row. The loop
goes in short stretches at constant exponents, and repeats step by step the one in which a row left 2^±SAFE.
"""

from typing import Any

import numpy as np

from .arrays import Array, Exponents, Mask
from .base import Cell, Params, Tape
from .network import Network
from .scaled import SAFE, Scaled, magnitudes, settled, shifted, stays_safe

STRETCH = 8  # steps between two looks


def forward(network: Network) -> tuple[list[Tape], list[Scaled]]:
    """Run all layers. Returns each layer's tape, and what it read followed by what the top layer gave."""
    tapes, inputs = [], [Scaled(network.x)]
    for layer in range(len(network.layers)):
        tape, output = forward_layer(network, layer, inputs[-1])
        tapes.append(tape)
        inputs.append(output)
    return tapes, inputs


def forward_layer(network: Network, layer: int, x: Scaled) -> tuple[Tape, Scaled]:
    """Run one layer over what it reads, x (T, …, B, I). Returns its tape and its outputs h_1 … h_T."""
    params = network.layers[layer]
    tape = network.cell.init_tape(params, x, network.start[layer], network.times)
    unroll(network.cell, params, tape)
    exponent = tape.get("h_exponent")
    return tape, Scaled(tape["h"][1:], None if exponent is None else exponent[1:])


def unroll(cell: Cell, params: Params, tape: Tape) -> None:
    """Fill the tape's states from the initial one on."""
    steps = len(tape["a"])
    if not cell.scalable:
        cell.forward_steps(params, tape, range(steps))
        return
    for first in range(0, steps, STRETCH):
        _unroll_stretch(cell, params, tape, range(first, min(first + STRETCH, steps)))


def _unroll_stretch(cell: Cell, params: Params, tape: Tape, stretch: range) -> None:
    part, after = slice(stretch.start, stretch.stop), slice(stretch.start + 1, stretch.stop + 1)
    projected = tape["a"][part].copy()  # a step adds to it in place, so a second try needs it
    arriving: Any = tape["a_exponent"][part].copy() if "a_exponent" in tape else 0
    if "a_exponent" in tape or "h_exponent" in tape:
        _move_stretch(tape, part, after, arriving)
    cell.forward_steps(params, tape, stretch)
    if stays_safe(tape["h"][after], lambda: _fed(tape["h"][part.start], projected, arriving)):
        return
    h_exponent, a_exponent = _exponents(tape)
    tape["a"][part], a_exponent[part] = projected, arriving
    for t in stretch:
        _scaled_step(cell, params, tape, t, (h_exponent, a_exponent))


def _exponents(tape: Tape) -> tuple[Exponents, Exponents]:
    """Return the tape's exponents of h and of the pre-activations, made when first needed."""
    zeros = np.zeros(tape["h"].shape[:-1], np.int64)
    return tape.setdefault("h_exponent", zeros), tape.setdefault("a_exponent", zeros[1:].copy())


def _move_stretch(tape: Tape, part: slice, after: slice, arriving: Exponents) -> None:
    """Bring the inputs of a stretch to the exponents of the state that enters it."""
    h_exponent, a_exponent = _exponents(tape)
    entering = h_exponent[part.start]
    tape["a"][part] = shifted(tape["a"][part], np.broadcast_to(arriving - entering, a_exponent[part].shape))
    a_exponent[part] = h_exponent[after] = entering


def _fed(h: Array, projected: Array, arriving: Any) -> Mask:
    """Return rows of a stretch that a state entered, or an input so far from float64 that bringing it home may
    lose it.
    """
    return h.any(axis=-1) | (projected.any(axis=-1) & (arriving != 0)).any(axis=0)


def _scaled_step(cell: Cell, params: Params, tape: Tape, t: int, exponents: tuple[Exponents, Exponents]) -> None:
    """One step with state and input brought to one exponent, large enough for both."""
    h_exponent, a_exponent = exponents
    h, a, h_new = tape["h"][t].copy(), tape["a"][t].copy(), tape["h"][t + 1]
    h_at, a_at = h_exponent[t], a_exponent[t].copy()

    def step_at(common: Exponents) -> None:
        tape["h"][t], tape["a"][t] = shifted(h, h_at - common), shifted(a, a_at - common)
        cell.forward_steps(params, tape, range(t, t + 1))
        tape["h"][t], a_exponent[t] = h, common
        h_exponent[t + 1] = np.where(h_new.any(axis=-1), common, 0)

    common = _larger(h, h_at, a, a_at)
    step_at(common)
    cut = h.any(axis=-1) & (np.abs(h_new).max(axis=-1) < 2.0**-SAFE)
    if cut.any():  # a far larger sum was cut to 0; beside it, what remains had lost its digits
        step_at(np.where(cut, h_at, common))


def _larger(h: Array, h_exponent: Exponents, a: Array, a_exponent: Exponents) -> Exponents:
    """Return the exponent at which both rows fit; a row of zeros fits any."""
    h_alive, a_alive = h.any(axis=-1), a.any(axis=-1)
    least = np.iinfo(np.int64).min // 4
    h_bits = np.where(h_alive, h_exponent + magnitudes(h), least)
    a_bits = np.where(a_alive, a_exponent + magnitudes(a), least)
    return settled(np.maximum(h_bits, a_bits), np.logical_not(h_alive | a_alive))
