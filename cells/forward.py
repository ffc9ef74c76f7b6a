"""The loop forward in time. It knows no cell by name.

Most cells squash or gate their state, which then stays within float64. Where the activation is homogeneous,
σ(2u) = 2σ(u), the state may grow or shrink for ever: it is then carried with a power of two beside each row. The loop
goes in short stretches at constant exponents, and repeats step by step the one in which a row left 2^±SAFE.
"""

from typing import Any

import numpy as np

from .arrays import Array, Exponents
from .base import Cell, Params, Tape
from .network import Network
from .scaled import Scaled, magnitudes, settled, shifted, stays_safe

STRETCH = 8  # steps between two looks


def forward(network: Network) -> tuple[list[Tape], list[Scaled]]:
    """Run all layers. Returns each layer's tape, and what it read followed by what the top layer gave."""
    tapes, inputs = [], [Scaled(network.x)]
    for params, start in zip(network.layers, network.start, strict=True):
        tape = network.cell.open_tape(params, inputs[-1], start, network.times)
        unroll(network.cell, params, tape)
        tapes.append(tape)
        exponent = tape.get("h_exponent")
        inputs.append(Scaled(tape["h"][1:], None if exponent is None else exponent[1:]))
    return tapes, inputs


def unroll(cell: Cell, params: Params, tape: Tape) -> None:
    """Fill the tape's states from the initial one on."""
    steps = len(tape["a"])
    if not cell.scalable:
        for t in range(steps):
            cell.step(params, tape, t)
        return
    for first in range(0, steps, STRETCH):
        _unroll_stretch(cell, params, tape, range(first, min(first + STRETCH, steps)))


def _unroll_stretch(cell: Cell, params: Params, tape: Tape, stretch: range) -> None:
    part, after = slice(stretch.start, stretch.stop), slice(stretch.start + 1, stretch.stop + 1)
    projected = tape["a"][part].copy()  # a step adds to it in place, so a second try needs it
    arriving: Any = tape["a_exponent"][part].copy() if "a_exponent" in tape else 0
    if "a_exponent" in tape or "h_exponent" in tape:
        _move_stretch(tape, part, after, arriving)
    for t in stretch:
        cell.step(params, tape, t)
    if stays_safe(tape["h"][stretch.start], tape["h"][after]):
        return
    h_exponent, a_exponent = _exponents(tape)
    tape["a"][part], a_exponent[part] = projected, arriving
    for t in stretch:
        _scaled_step(cell, params, tape, t, (h_exponent, a_exponent))


def _exponents(tape: Tape) -> tuple[Exponents, Exponents]:
    """The tape's exponents of h and of the pre-activations, made when first needed."""
    zeros = np.zeros(tape["h"].shape[:-1], np.int64)
    return tape.setdefault("h_exponent", zeros), tape.setdefault("a_exponent", zeros[1:].copy())


def _move_stretch(tape: Tape, part: slice, after: slice, arriving: Exponents) -> None:
    """Bring the inputs of a stretch to the exponents of the state that enters it."""
    h_exponent, a_exponent = _exponents(tape)
    entering = h_exponent[part.start]
    tape["a"][part] = shifted(tape["a"][part], np.broadcast_to(arriving - entering, a_exponent[part].shape))
    a_exponent[part] = h_exponent[after] = entering


def _scaled_step(cell: Cell, params: Params, tape: Tape, t: int, exponents: tuple[Exponents, Exponents]) -> None:
    """One step with state and input brought to one exponent, large enough for both."""
    h_exponent, a_exponent = exponents
    h, a = tape["h"][t], tape["a"][t]
    before = h.copy()
    common = _larger(h, h_exponent[t], a, a_exponent[t])
    h[...] = shifted(before, h_exponent[t] - common)
    a[...] = shifted(a, a_exponent[t] - common)
    cell.step(params, tape, t)
    h[...] = before
    a_exponent[t] = h_exponent[t + 1] = common


def _larger(h: Array, h_exponent: Exponents, a: Array, a_exponent: Exponents) -> Exponents:
    """The exponent at which both rows fit; a row of zeros fits any."""
    h_alive, a_alive = h.any(axis=-1), a.any(axis=-1)
    least = np.iinfo(np.int64).min // 4
    h_bits = np.where(h_alive, h_exponent + magnitudes(h), least)
    a_bits = np.where(a_alive, a_exponent + magnitudes(a), least)
    return settled(np.maximum(h_bits, a_bits), np.logical_not(h_alive | a_alive))
