"""How each quantity of a map is coloured and worded: around the critical value, or from the smallest to the largest."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from viz import words
from viz.axes import log_ticks
from viz.curves import Array
from viz.words import tick

TICK_PX = 24  # at least that much between two ticks of the colour bar


@dataclass(frozen=True)
class MapScale:
    """coordinate  what the colours follow, of the values         centre  the coordinate of the critical value, if any
    bend        around the centre colours follow the coordinate up to about here, beyond it its logarithm
    ticks       coordinates that may have a tick, and their words
    hover       Plotly's word for a value, and `pointed` the number it is given
    told        a value in words, after `verb`             short   the number alone
    within      what counts as constant
    minus, plus, nothing: what −∞, ∞ and no number mean
    """

    told: Callable[[float], str]
    hover: str
    minus: str = words.EXACT_ZERO
    plus: str = words.OVERFLOW
    nothing: str = "no number"
    verb: str = "has"
    short: Callable[[float], str] = words.from_log10
    within: str = ""
    centre: float | None = None
    bend: float = 1.0
    coordinate: Callable[[Array], Array] = lambda values: values
    pointed: Callable[[Array], Array] = lambda values: values
    ticks: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True)
class Tone:
    """Colours of one map: a coordinate between −1 and 1 around a centre, or between 0 and 1."""

    kind: MapScale
    low: float
    high: float

    def of(self, values: Array) -> Array:
        """Return where on the colour scale they lie; nan where they are not finite."""
        with np.errstate(divide="ignore", invalid="ignore"):
            at = self.kind.coordinate(values)
        return self._place(np.where(np.isfinite(at), at, np.nan))

    @property
    def ends(self) -> tuple[float, float]:
        """Return the ends of the colour scale."""
        return (0.0, 1.0) if self.kind.centre is None else (-1.0, 1.0)

    def ticks(self, height: float) -> tuple[list[float], list[str]]:
        """Return places on the colour scale and their words, none nearer to another than TICK_PX."""
        if self.kind.centre is None:
            places, _ = log_ticks(self.low, self.high, height)
            return self._place(np.array(places)).tolist(), words.from_log10s(places)
        gap = 2 * TICK_PX / height
        chosen: list[tuple[float, str]] = []
        for at, name in sorted(self.kind.ticks, key=lambda tick: abs(tick[0] - (self.kind.centre or 0.0))):
            place = float(self._place(np.array(at)))
            if abs(place) <= 1 and all(abs(place - other) >= gap for other, _ in chosen):
                chosen.append((place, name))
        return [place for place, _ in chosen], [name for _, name in chosen]

    def _place(self, at: Array) -> Array:
        if self.kind.centre is None:
            return (at - self.low) / (self.high - self.low)
        bend, limit = self.kind.bend, self.high - self.kind.centre
        return np.arcsinh((at - self.kind.centre) / bend) / np.arcsinh(limit / bend)


def tone_of(kind: MapScale, values: Array) -> Tone:
    """Return the colours that show all finite values; around a centre as far to both sides."""
    with np.errstate(divide="ignore", invalid="ignore"):
        at = kind.coordinate(values)
    finite = at[np.isfinite(at)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if kind.centre is None:
        return Tone(kind, low, max(high, low + 1.0))
    reach = max(kind.centre - low, high - kind.centre, 2 * kind.bend)
    return Tone(kind, kind.centre - reach, kind.centre + reach)


def _both(values: Sequence[float], word: Callable[[float], str]) -> list[tuple[float, str]]:
    return [(value, word(value)) for value in sorted({sign * value for value in values for sign in (-1, 1)})]


def _steps(log10: float) -> str:
    return words.steps(10.0 ** min(log10, 300.0))


_DECADES = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)
_FACTORS = (1e-4, 1e-3, 0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.5, 2, 3, 10, 100)
_RATES = (0, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)

MAP_SCALES = {
    "ratio": MapScale(
        told=lambda value: f"a ratio of {words.from_log10(value)}",
        hover="ratio 10<sup>%{z:.2f}</sup>",
        within="within a factor of 10",
        centre=0.0,
        bend=0.7,
        ticks=_both(_DECADES, lambda decade: tick(int(decade)) if decade else "1"),
    ),
    "decay": MapScale(
        told=lambda value: f"{words.percent(value)} a step back",
        verb="keeps",
        short=words.percent,
        nothing="dead at once",
        hover="kept by a step back: %{z:.4~g}",
        within="within 1 % a step",
        centre=0.0,
        bend=0.05,
        coordinate=np.log10,
        ticks=[(math.log10(factor), f"{factor:g}") for factor in _FACTORS],
    ),
    "half_life": MapScale(
        told=lambda value: f"a half-life of {_steps(value)}",
        short=_steps,
        hover="half-life %{z:.3~s} steps",
        minus="dead within a step",
        plus="no decay",
        nothing="dead at once",
        pointed=lambda values: 10.0 ** np.minimum(values, 37.0),
    ),
    "lyapunov": MapScale(
        told=lambda value: f"λ₁ = {words.number(value)}",
        short=words.number,
        hover="λ<sub>1</sub> = %{z:.3~f}",
        minus="dead within a step",
        within="within 0.01 nats a step",
        centre=0.0,
        bend=0.1,
        ticks=_both(_RATES, lambda rate: words.number(rate)),
    ),
    "state": MapScale(
        told=lambda value: f"‖h_T‖ = {words.from_log10(value)}",
        hover="‖h<sub>T</sub>‖ = 10<sup>%{z:.2f}</sup>",
    ),
}
