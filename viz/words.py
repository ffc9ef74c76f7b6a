"""Numbers and symbols as figures and pages write them: the words of `cells.words`, ticks, and indices set low."""

import re
from html import escape

from cells.words import (
    EXACT_ZERO,
    NOT_A_NUMBER,
    OVERFLOW,
    exact,
    factor,
    from_log10,
    from_log10s,
    number,
    ordinal,
    percent,
    power,
    steps,
)

__all__ = [
    "EXACT_ZERO",
    "NOT_A_NUMBER",
    "OVERFLOW",
    "exact",
    "factor",
    "from_log10",
    "from_log10s",
    "number",
    "ordinal",
    "percent",
    "power",
    "spelled",
    "steps",
    "tick",
]

SYMBOL = re.compile(
    r"(?:(?<!\w)|(?<=/d)|(?<=δ))(\|λ\||[^\W\d_]\N{COMBINING TILDE}?)(?:\^(\w))?_((?:max|min|on|\w{1,2})(?:−1)?)(?!\w)"
)


def tick(exponent: int) -> str:
    """`10<sup>−3</sup>`, as axes write it: Plotly sets it larger than the superscript letters of a font."""
    return f"10<sup>{str(exponent).replace('-', '−')}</sup>"


def spelled(text: str) -> str:
    """`text` as HTML, with indices set low: W<sub>h</sub> for W_h, a<sup>f</sup><sub>t</sub> for a^f_t."""
    return SYMBOL.sub(_indexed, escape(text, quote=False))


def _indexed(found: re.Match) -> str:
    stem, above, below = found.groups()
    return stem + (f"<sup>{above}</sup>" if above else "") + f"<sub>{below}</sub>"
