"""The clock of the Phased LSTM: when a unit's gate is open, how it depends on its parameters, and when samples come."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from .arrays import Array, empty_unit_major
from .base import row
from .knobs import BadValue

SIGNS = {"minus": -1.0, "plus": 1.0}  # of the shift: φ counts from t - s, or from t + s
SENSORS = (1.0, 2.7)  # units of time between two samples of the one sensor, and of the other
TIMESTAMPS = 20_000
FARTHEST = 1e6  # beyond it float64 leaves a period of 1 too few digits for its phase


def time_gate(times, tau, s, r_on, leak, sign=SIGNS["minus"]):
    """φ = ((t ∓ s) mod τ)/τ and k(t): times (T, …, B), per-unit τ, s, r_on (…, H) -> two arrays (T, …, B, H).

    k rises from 0 to 1 over the first half of the open phase, falls back over the second, and leaks αφ after it.
    """
    turns = _since(times, sign * s) / row(tau)
    phi = turns - np.floor(np.real(turns))
    phi = np.where(np.real(phi) < 1, phi, 0 * phi)  # a turn just below a whole number may round up to it
    ramp = 2 * phi / row(r_on)
    opening, open_ = np.real(phi) < 0.5 * np.real(row(r_on)), np.real(phi) < np.real(row(r_on))
    return phi, np.where(opening, ramp, np.where(open_, 2 - ramp, leak * phi))


def gate_slopes(params: Mapping[str, Array], phi: Array, times: Array, sign: float) -> Iterator[tuple[str, Array]]:
    """∂k/∂τ, ∂k/∂s, ∂k/∂r_on by name, each (T, …, B, H); the slope at a corner is the one to its right."""
    tau, r_on = row(params["tau"]), row(params["r_on"])
    opening, open_ = phi < 0.5 * r_on, phi < r_on
    by_phi = np.where(opening, 2 / r_on, np.where(open_, -2 / r_on, row(params["leak"])))
    yield "tau", -by_phi * _since(times, sign * params["s"]) / tau**2
    yield "s", sign * by_phi / tau
    yield "r_on", np.where(opening, -1, 1) * np.where(open_, 2 * phi / r_on**2, 0)


def _since(times: Array, shift: Array) -> Array:
    """Times (T, …, B) plus each unit's shift (…, H): (T, …, B, H)."""
    times, shift = times[..., None], row(shift)
    return np.add(
        times, shift, out=empty_unit_major(*np.broadcast(times, shift).shape, dtype=np.result_type(times, shift))
    )


def regular(steps: int, batch: int, rng: np.random.Generator) -> Array:
    """1, 2, …, T for every sequence: (T, B)."""
    return np.repeat(np.arange(1.0, steps + 1)[:, None], batch, axis=1)


def poisson(steps: int, batch: int, rng: np.random.Generator) -> Array:
    """Gaps from an exponential distribution of mean 1: (T, B)."""
    return np.cumsum(rng.exponential(size=(steps, batch)), axis=0)


def two_sensors(steps: int, batch: int, rng: np.random.Generator) -> Array:
    """Return the first T samples of two sensors, each regular at its own rate from a random phase on: (T, B)."""
    ticks = [gap * (rng.random(batch) + np.arange(steps)[:, None]) for gap in SENSORS]
    return np.sort(np.concatenate(ticks), axis=0)[:steps]


def given(timestamps: Sequence[float], steps: int, batch: int) -> Array:
    """Return the first T of these times for every sequence: (T, B)."""
    return np.repeat(np.array(timestamps[:steps])[:, None], batch, axis=1)


DRAWS = {"regular": regular, "irregular": poisson, "two_sensors": two_sensors}


def checked_timestamps(values: Sequence[float]) -> tuple[float, ...]:
    """Strictly increasing times as floats; BadValue names the first entry that is wrong, and its value."""
    try:
        times = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadValue("timestamps holds entries that are no numbers", "timestamps") from None
    if times.ndim != 1 or len(times) == 1 or len(times) > TIMESTAMPS:
        raise BadValue(f"timestamps has shape {times.shape}; it takes [2, {TIMESTAMPS}] times", "timestamps")
    for wrong in np.flatnonzero(~(np.abs(times) <= FARTHEST))[:1].tolist():
        sentence = f"timestamps = {times[wrong]:g} at entry {wrong + 1} is outside [-1e6, 1e6]"
        raise BadValue(sentence, "timestamps")
    for late in np.flatnonzero(np.diff(times) <= 0)[:1].tolist():
        here, before = float(times[late + 1]), float(times[late])
        cure = "leave one of the two out" if here == before else "sort them"
        sentence = (
            f"timestamps = {here!r} at entry {late + 2} does not come after {before!r}; times must increase: {cure}"
        )
        raise BadValue(sentence, "timestamps")
    return tuple(times.tolist())
