"""Numbers in words as figures write them: those of `cells.words`, and ticks."""

from cells.words import (
    EXACT_ZERO,
    NOT_A_NUMBER,
    OVERFLOW,
    exact,
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
    "from_log10",
    "from_log10s",
    "number",
    "ordinal",
    "percent",
    "power",
    "steps",
    "tick",
]


def tick(exponent: int) -> str:
    """`10<sup>−3</sup>`, as axes write it: Plotly sets it larger than the superscript letters of a font."""
    return f"10<sup>{str(exponent).replace('-', '−')}</sup>"
