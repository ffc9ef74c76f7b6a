"""Vertical axes: log10 on a linear axis with ticks of its own (Plotly's log axis ends at 1e-308), and plain ones."""

import math
from collections.abc import Iterable

from . import words
from .curves import Curve
from .extent import Extent, span_of

TICK_PX = 34  # at least that much between two ticks
MARGIN = 0.05  # of the range, free above and below the lines
FINE = ((1, 2, 5), (1, 3), (1,))  # digits at which a range of a few decades may have ticks


def log_limits(curves: Iterable[Curve]) -> Extent:
    """Return the decades every finite point and band edge needs."""
    return log_range(_span(curves))


def log_range(span: Extent | None) -> Extent:
    """Return an axis of log10 values for a span: at least one decade, so that noise does not look like a trend."""
    low, high = span or (-1.0, 0.0)
    short = max(0.0, 1.0 - (high - low)) / 2
    return _padded(low - short, high + short)


def plain_limits(curves: Iterable[Curve], least: Extent) -> Extent:
    """Return what every finite point and band edge needs, and at least `least`."""
    return plain_range(_span(curves), least)


def plain_range(span: Extent | None, least: Extent) -> Extent:
    """Return an axis for a span, that shows at least `least`."""
    low, high = span or least
    low, high = min(low, least[0]), max(high, least[1])
    return _padded(low, high if high > low else low + 1.0)


def _span(curves: Iterable[Curve]) -> Extent | None:
    return span_of(edge for curve in curves for edge in curve.edges())


def _padded(low: float, high: float) -> tuple[float, float]:
    pad = MARGIN * (high - low)
    return low - pad, high + pad


def log_ticks(low: float, high: float, height: float) -> tuple[list[float], list[str]]:
    """Return places (log10) and words of the ticks between `low` and `high` on an axis of `height` px."""
    most = max(2, int(height / TICK_PX))
    for digits in FINE:
        places, names = _fine_ticks(low, high, digits)
        if 2 <= len(places) <= most:
            return places, names
    exponents = _exponents(low, high, most)
    return [float(exponent) for exponent in exponents], [words.tick(exponent) for exponent in exponents]


def _exponents(low: float, high: float, most: int) -> range:
    """Multiples of a round step between `low` and `high`: at most `most`, or one more where that makes them two."""
    inside = [_multiples(low, high, step) for step in _round_steps(high - low)]
    few = [chosen for chosen in inside if len(chosen) <= most]
    return next((chosen for chosen in inside if 2 <= len(chosen) <= most + 1), few[0])


def _multiples(low: float, high: float, step: int) -> range:
    return range(math.ceil(low / step) * step, math.floor(high) + 1, step)


def _round_steps(span: float) -> list[int]:
    """1, 2, 5, 10, … up to the span and beyond."""
    return [digit * 10**power for power in range(len(str(int(span))) + 1) for digit in (1, 2, 5)]


def _fine_ticks(low: float, high: float, digits: tuple[int, ...]) -> tuple[list[float], list[str]]:
    """Ticks at those digits of every decade; none where there would be hundreds."""
    if high - low > 12:
        return [], []
    exponents = range(math.floor(low), math.floor(high) + 1)
    places = [(exponent + math.log10(digit), digit, exponent) for exponent in exponents for digit in digits]
    inside = [(at, digit, exponent) for at, digit, exponent in places if low <= at <= high]
    names = [words.tick(e) if digit == 1 else f"{digit}·{words.tick(e)}" for _, digit, e in inside]
    return [round(at, 6) for at, *_ in inside], names


def plain_ticks(low: float, high: float, height: float) -> tuple[list[float], list[str]]:
    """Round numbers between `low` and `high`."""
    least = (high - low) / max(2.0, height / TICK_PX)
    decade = 10.0 ** math.floor(math.log10(least))
    step = next(decade * digit for digit in (1, 2, 5, 10) if decade * digit >= least)
    places = [place * step for place in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return places, [words.number(round(place, 12)) for place in places]


def percent_ticks(low: float, high: float, length: float) -> dict:
    """Ticks of an axis of shares, in percent."""
    places, _ = plain_ticks(low, high, length)
    return {"tickmode": "array", "tickvals": places, "ticktext": [_percent(round(place, 12)) for place in places]}


def _percent(share: float) -> str:
    return words.percent(share) if share else "0"
