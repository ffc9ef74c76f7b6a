"""Numbers in words: 2·10⁻³ instead of 2.0e-03, 81 % instead of 0.81, one step and two steps."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN = range(-2, 4)  # powers of ten that read better without one: 0.01 … 9999
_IN_FULL = (2, 3)  # and these with all their digits: 100 … 9999
_LEAST_EXCESS = 1e-9  # less is rounding
EXACT_ZERO, OVERFLOW, NOT_A_NUMBER = "exactly 0", "overflow", "NaN"


@lru_cache(maxsize=4096)
def power(exponent: int) -> str:
    """Return a power of ten in words: `10⁻³` for −3."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def from_log10(log10: float) -> str:
    """Return the number 10^`log10` to two digits; −inf is `exactly 0`, inf is `overflow`."""
    if not math.isfinite(log10):
        return _word(10.0**log10, 0.0, 1.0)
    exponent = math.floor(log10)
    shift = exponent if exponent in _IN_FULL else 1
    return _word(float(round(10.0 ** (log10 - exponent + shift))), float(exponent), float(shift))


def from_log10s(log10s: ArrayLike) -> list[str]:
    """`from_log10` of every element of a flat array."""
    logs = np.asarray(log10s, dtype=np.float64)
    exponents = np.floor(np.where(np.isfinite(logs), logs, 0.0))
    shifts = np.where(np.isin(exponents, _IN_FULL), exponents, 1.0)
    with np.errstate(invalid="ignore"):
        digits = np.rint(10.0 ** (logs - exponents + shifts))
    return [_word(d, e, s) for d, e, s in zip(digits.tolist(), exponents.tolist(), shifts.tolist(), strict=True)]


@lru_cache(maxsize=65536)
def _word(digits: float, exponent: float, shift: float) -> str:
    """Return digits · 10^(exponent − shift) in words."""
    if digits in (0.0, math.inf):
        return OVERFLOW if digits else EXACT_ZERO
    if not math.isfinite(digits):
        return NOT_A_NUMBER
    if digits == 10.0 ** (shift + 1):  # 9.96·10⁻³ reads 1·10⁻²
        return _word(10.0, exponent + 1, 1.0)
    if exponent in _PLAIN:
        return _trimmed(f"{digits * 10.0 ** (exponent - shift):.{max(0, 1 - int(exponent))}f}")
    leading = _trimmed(f"{digits / 10:.1f}")
    return power(int(exponent)) if leading == "1" else f"{leading}·{power(int(exponent))}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: float) -> str:
    """`value` to two digits, with its sign."""
    if value == 0 or value != value:
        return "0" if value == 0 else NOT_A_NUMBER
    return ("−" if value < 0 else "") + from_log10(math.log10(abs(value)) if math.isfinite(value) else math.inf)


def factor(log10: float) -> str:
    """Return the factor 10^`log10` to two digits; between 1 and 2 those of what exceeds 1: `1.12`, `1.0052`."""
    excess = math.expm1(log10 * math.log(10)) if log10 < 1 else math.inf
    if not _LEAST_EXCESS < excess < 1:
        return from_log10(log10)
    return _trimmed(f"{1 + excess:.{1 - math.floor(math.log10(excess))}f}")


def exact(value: float) -> str:
    """Return a setting as it was chosen: whole numbers in full, others to six digits."""
    return str(value) if isinstance(value, int) else f"{value:.6g}".replace("-", "−")


def percent(share: float) -> str:
    """`81 %` for 0.81, `99.97 %` for 0.9997; below one in a thousand a power of ten."""
    if not math.isfinite(share):
        return number(share)
    if 0 < abs(share) < 1e-3:
        return f"{number(share * 100)} %"
    return f"{_trimmed(f'{share * 100:.{_decimals(share)}f}')} %"


def _decimals(share: float) -> int:
    """Decimals of a percentage that keep two digits of it, and of what lacks to 100 % where that is little."""
    lacking = abs(1 - share)
    distance = lacking if 0 < lacking < 0.05 else abs(share) or 1.0
    return min(9, max(0, -math.floor(math.log10(distance)) - 1))


def ordinal(count: int) -> str:
    """Return an ordinal number: `2nd`, `3rd`, `5th`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}th" if count % 100 in (11, 12, 13) else f"{count}{ending}"


def steps(count: float) -> str:
    """Return `1 step`, `3.3 steps`."""
    text = str(count) if isinstance(count, int) else number(count)
    return f"{text} step" if text == "1" else f"{text} steps"


def duration(seconds: float) -> str:
    """Return a time in words: `about 40 s`, `about 3 min`, `about 2 h`."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * size:
            return f"about {number(seconds / size)} {unit}"
    return f"about {number(max(1.0, seconds))} s"
