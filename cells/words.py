"""Numbers in words: 2·10⁻³ instead of 2.0e-03, 81 % instead of 0.81, 1 step and 3.3 steps."""

import math

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PLAIN = range(-2, 4)  # powers of ten that read better without one: 0.01 … 9999


def from_log10(log10: float) -> str:
    """The number 10^`log10` to two digits, at any magnitude; -inf is `exactly 0`, inf is `overflow`."""
    if not math.isfinite(log10):
        return "NaN" if math.isnan(log10) else ("overflow" if log10 > 0 else "exactly 0")
    exponent = math.floor(log10)
    mantissa = 10.0 ** (log10 - exponent)
    if mantissa >= 9.95:  # 9.96·10⁻³ reads 10⁻²
        mantissa, exponent = 1.0, exponent + 1
    if exponent in PLAIN:
        return _trimmed(f"{mantissa * 10.0**exponent:.{max(0, 1 - exponent)}f}")
    leading = _trimmed(f"{mantissa:.1f}")
    power = "10" + str(exponent).translate(SUPERSCRIPTS)
    return power if leading == "1" else f"{leading}·{power}"


def number(value: float) -> str:
    """`value` to two digits, with its sign."""
    if value == 0:
        return "0"
    magnitude = math.log10(abs(value)) if math.isfinite(value) else abs(value)
    return ("−" if value < 0 else "") + from_log10(magnitude)


def percent(share: float) -> str:
    """`81 %` for 0.81, `99.97 %` for 0.9997; below one in a thousand a power of ten."""
    if not math.isfinite(share) or 0 < abs(share) < 1e-3:
        return f"{number(share * 100)} %"
    return f"{_trimmed(f'{share * 100:.{_decimals(share)}f}')} %"


def _decimals(share: float) -> int:
    """Decimals of a percentage that keep two digits of it, and of what lacks to 100 % where that is little."""
    lacking = abs(1 - share)
    distance = lacking if 0 < lacking < 0.05 else abs(share) or 1.0
    return min(9, max(0, -math.floor(math.log10(distance)) - 1))


def steps(count: float) -> str:
    """`1 step`, `3.3 steps`."""
    text = number(count)
    return f"{text} step" if text == "1" else f"{text} steps"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
