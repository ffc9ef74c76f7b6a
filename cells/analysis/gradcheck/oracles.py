"""Two oracles that know nothing of a backward pass: complex steps and difference quotients, and what they are asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.gradient.direct_and_recurrent import from_later
from cells.scaled import Scaled, shifted
from cells.trace import Trace
from cells.words import from_log10, number

from .perturb import moved_parameter, moved_state

COMPLEX, QUOTIENT = "complex step", "difference quotient"
TINY = 2.0**-560  # of the imaginary move: its square is 0, so that it moves nothing off a corner it lies on
NUDGE = 6e-6  # of the difference quotient, relative: the cube root of float64's resolution
FAINT, HUGE = -130.0, 250.0  # log10 of the derivatives that plain float64 can carry, the first times TINY
ROUGH = 1e-3  # a quotient whose rounding alone may be as large as this share of it is no oracle
ROUNDING = 16 * float(np.finfo(np.float64).eps)  # what many additions leave of it in a loss
BEND = 0.01  # of the quotient: more than that between its two halves is a corner
PLACES = 5  # steps of a run that are looked at


@dataclass(frozen=True)
class Check:
    """One quantity seen by one oracle."""

    oracle: str
    quantity: str  # dL/dh at step 12 of layer 1, dL/dW_h of layer 2
    difference: float  # largest relative difference; nan where the oracle is unfit
    unfit: str = ""  # why this oracle cannot judge here


@dataclass(frozen=True, eq=False)
class Question:
    """A derivative along one direction: `loss(move · direction)` has it, `expected` · 2^exponent is ours."""

    quantity: str
    loss: Callable[[complex], Array]
    direction: Array
    size: float  # of what is moved
    expected: Array  # mantissas, one a sample, or a single one
    exponent: Array

    @property
    def log10(self) -> Array:
        """Return log10 of the expected derivatives."""
        with np.errstate(divide="ignore"):
            return np.log10(np.abs(self.expected)) + self.exponent * np.log10(2.0)


def questions(trace: Trace) -> Iterator[Question]:
    """Yield a handful of states of every layer, then every parameter."""
    rng, T = np.random.default_rng(0), len(trace.inputs)
    steps = sorted({int(step) for step in np.linspace(1, T, PLACES).round()})
    for index in range(len(trace.layers)):
        for step in steps:
            yield from _about_states(trace, index, step, rng)
    for index, layer in enumerate(trace.layers):
        for name, grad in layer.param_grads.items():
            if name in layer.record.params:
                yield _about_parameter(trace, index, name, grad, rng)


def _about_states(trace: Trace, index: int, step: int, rng: np.random.Generator) -> Iterator[Question]:
    layer = trace.layer(index)
    for part in layer.state_names:
        if part == "h":
            rows = _at(layer.record.grads["h"], step)
        elif step < len(trace.inputs):
            rows = _at(from_later(layer)[part], step)  # c is moved behind the step's own output
        else:
            continue
        direction = _along(rows.mantissa, rng)
        yield Question(
            quantity=f"dL/d{part} at step {step}{_of_layer(trace, index)}",
            loss=lambda move, part=part, direction=direction: moved_state(trace, index, step, part, move * direction),
            direction=direction,
            size=float(np.abs(layer.states[part][step]).max()),
            expected=(rows.mantissa * direction).sum(axis=-1),
            exponent=np.zeros(len(direction)) if rows.exponent is None else rows.exponent,
        )


def _about_parameter(trace: Trace, index: int, name: str, grad: Array, rng: np.random.Generator) -> Question:
    direction = _along(grad.reshape(1, -1), rng).reshape(grad.shape)
    return Question(
        quantity=f"dL/d{name}{_of_layer(trace, index)}",
        loss=lambda move: moved_parameter(trace, index, name, move * direction)[None],
        direction=direction,
        size=float(np.abs(trace.layer(index).params[name]).max()),
        expected=np.array([(grad * direction).sum()]),
        exponent=np.zeros(1),
    )


def _at(rows: Scaled, step: int) -> Scaled:
    return Scaled(rows.mantissa[step], None if rows.exponent is None else rows.exponent[step])


def _of_layer(trace: Trace, index: int) -> str:
    return f" of layer {index + 1}" if len(trace.layers) > 1 else ""


def _along(rows: Array, rng: np.random.Generator) -> Array:
    """Unit rows halfway between the gradient and a random direction: neither a wrong size nor a wrong angle hides."""
    with np.errstate(invalid="ignore"):
        return _unit(_unit(rows) + _unit(rng.normal(size=rows.shape)))


def _unit(rows: Array) -> Array:
    """Return rows of norm 1; the peak goes first, for squares that would leave float64."""
    peak = np.abs(rows).max(axis=-1, keepdims=True)
    rows = rows / np.where(peak > 0, peak, 1)
    norm = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(norm > 0, norm, 1)


def by_complex_step(trace: Trace, question: Question) -> Check:
    """Im L(x + iε v) / ε: no difference is taken, so ε may be as small as one likes."""
    if reason := overflown(trace):
        return Check(COMPLEX, question.quantity, float("nan"), reason)
    log10 = question.log10
    fit = ((log10 > FAINT) & (log10 < HUGE)) | np.isneginf(log10)
    if not fit.any():
        return Check(COMPLEX, question.quantity, float("nan"), _out_of_range(log10))
    with np.errstate(all="ignore"):
        found = np.imag(question.loss(1j * TINY)) / TINY
    return Check(COMPLEX, question.quantity, _difference(question, found, fit))


def by_quotient(trace: Trace, question: Question) -> Check:
    """(L(x + ε v) - L(x - ε v)) / 2ε, judged only where rounding leaves it three digits and nothing bends sharply."""
    if reason := overflown(trace):
        return Check(QUOTIENT, question.quantity, float("nan"), reason)
    nudge, log10 = NUDGE * max(question.size, 1.0), question.log10
    with np.errstate(all="ignore"):
        up, here, down = (question.loss(move) for move in (nudge, 0.0, -nudge))
        found = (up - down) / (2 * nudge)
        size = np.maximum(np.abs(up), np.abs(down))
        noise = size * ROUNDING / nudge
        fit = (log10 + np.log10(ROUGH) > np.log10(noise)) & (log10 < HUGE)
        bent = fit & (np.abs(up + down - 2 * here) / nudge > BEND * np.abs(found) + 2 * noise)
    if not fit.any():
        return Check(QUOTIENT, question.quantity, float("nan"), _rounded_away(float(log10.max()), nudge, size))
    if bent.any():
        return Check(QUOTIENT, question.quantity, float("nan"), "the function has a corner within the difference taken")
    return Check(QUOTIENT, question.quantity, _difference(question, found, fit))


def _difference(question: Question, found: Array, fit: Array) -> float:
    """Return largest relative difference among the samples that can be judged; 0 where both are exactly 0."""
    expected = shifted(question.expected[:, None], question.exponent.astype(np.int64))[:, 0]
    gap, size = np.abs(found - expected)[fit], np.abs(expected)[fit]
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.where(gap == 0, 0.0, gap / size).max())


def overflown(trace: Trace) -> str:
    """Return why an oracle that runs forward in plain float64 cannot follow; empty where it can."""
    for layer in trace.layers:
        if "h_exponent" in layer.record.tape or not np.isfinite(layer.record.tape["h"]).all():
            return "the states leave what float64 can hold"
    return ""


def _rounded_away(log10: float, nudge: float, losses: Array) -> str:
    if log10 == -np.inf:
        return "the derivative is exactly 0"
    change, loss = from_log10(log10 + float(np.log10(nudge))), number(float(losses.max()))
    return f"the loss would change by {change}, which float64 rounds away beside a loss of {loss}"


def _out_of_range(log10: Array) -> str:
    return f"the derivative is about {from_log10(float(log10.max()))}, beyond what plain float64 can carry"
