"""Numbers far outside float64's range: an array and, per row of its last axis, a power of two.

Scaling by a power of two rounds nothing, so inside float64's range a scaled result equals the plain one bit for bit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array, Exponents, Mask, near_blocks

LOG10_2 = float(np.log10(2.0))
SAFE = 700  # a row whose largest entry lies within 2^±SAFE needs no new exponent ...
SAFE_SINGLE = 60  # ... and within 2^±60 in float32
NOTHING = np.iinfo(np.int64).min // 4  # stands for log2 of 0, and two of them may be added
FAR = 10_000  # a shift beyond which every float64 has become 0 or inf


def safe_bits(dtype: Any) -> int:
    """Return the b for which rows of this type within 2^±b need no new exponent."""
    return SAFE_SINGLE if dtype == np.float32 else SAFE


def shifted(values: Array, exponents: Exponents | None) -> Array:
    """values · 2^exponents, one exponent per row; 0 or inf where float64 ends."""
    if exponents is None:
        return values
    powers = np.clip(exponents, -FAR, FAR)[..., None].astype(np.int32)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return values * np.ldexp(1.0, powers) if np.iscomplexobj(values) else np.ldexp(values, powers)


def magnitudes(values: Array) -> Exponents:
    """For each row the k with 2^(k-1) ≤ max|v| < 2^k; 0 for a row of zeros or one that holds inf or nan."""
    peak = np.abs(values).max(axis=-1)
    return np.frexp(np.where(np.isfinite(peak), peak, 0))[1].astype(np.int64)


def settled(bits: Exponents, zero: Mask, safe: int = SAFE) -> Exponents:
    """Return the exponent for rows of these binary magnitudes: 0 as long as they lie well within 2^±safe."""
    return np.where(zero | (np.abs(bits) <= safe // 2), 0, bits)


def stays_safe(rows: Array, fed: Callable[[], Mask]) -> bool:
    """Return whether every row's peak lies within 2^±SAFE, or is 0 where nothing fed it: any other 0 may have
    underflowed.
    """
    peak, bits = np.abs(rows).max(axis=-1), safe_bits(rows.dtype)
    safe = (peak > 2.0**-bits) & (peak < 2.0**bits)
    return bool(safe.all()) or bool((safe | ((peak == 0) & ~fed())).all())


@dataclass(frozen=True, eq=False)
class Scaled:
    """mantissa (..., H) · 2^exponent (...); no exponent means 0 throughout."""

    mantissa: Array
    exponent: Exponents | None = None

    def plain(self) -> Array:
        """Return the float64 array: 0 or inf where it does not fit."""
        return shifted(self.mantissa, self.exponent)

    def at(self, steps: Any) -> "Scaled":
        """Return some steps of it, an index array or a slice."""
        return Scaled(self.mantissa[steps], None if self.exponent is None else self.exponent[steps])

    def log10_norms(self) -> Array:
        """Return log10 of each row's L2 norm, exact at any magnitude; -inf where the row is exactly 0."""
        with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
            squares = np.einsum("...h,...h->...", self.mantissa, self.mantissa)
            logs = 0.5 * np.log10(squares)
            least = 1e-30 if squares.dtype == np.float32 else 1e-250
            lost = ~((squares > least) & (squares < 1 / least))
            if lost.any():
                logs[lost] = _log10_norms_by_peak(self.mantissa[lost])
        return logs if self.exponent is None else logs + LOG10_2 * self.exponent

    def beside(self, plain: Array) -> tuple[Array, Array, Exponents | None]:
        """self and a plain array at one exponent; a row's own gives way only where that keeps `plain` finite."""
        plain = np.broadcast_to(plain, (*self.mantissa.shape[:-1], plain.shape[-1]))
        if self.exponent is None:
            return self.mantissa, plain, None
        largest = np.where(self.mantissa.any(axis=-1), np.maximum(self.exponent, 0), 0)
        exponent = np.where(plain.any(axis=-1), largest, self.exponent)
        return self.aligned(exponent), shifted(plain, -exponent), exponent

    def plus(self, plain: Array) -> "Scaled":
        """Return the sum of self and a plain array, row by row."""
        if self.exponent is None:
            return Scaled(self.mantissa + plain)
        rows, plain, exponent = self.beside(plain)
        return Scaled(rows + plain, exponent)

    def bits(self) -> Exponents:
        """log2 of each row's size, rounded up; NOTHING for a row of zeros."""
        own = 0 if self.exponent is None else self.exponent
        return np.where(self.mantissa.any(axis=-1), own + magnitudes(self.mantissa), NOTHING)

    def aligned(self, exponents: Exponents) -> Array:
        """Return the mantissa that belongs to `exponents`."""
        own = 0 if self.exponent is None else self.exponent
        return shifted(self.mantissa, own - exponents)


def _log10_norms_by_peak(rows: Array) -> Array:
    """Return the same by way of each row's peak, for squares that leave float64. rows (n, H)."""
    k = magnitudes(rows)
    squares = (shifted(rows, -k) ** 2).sum(axis=-1)
    return 0.5 * np.log10(squares) + LOG10_2 * k


def stacked(rows: list[Scaled]) -> Scaled:
    """Scaled arrays of one shape under a new leading axis."""
    mantissa = np.stack([row.mantissa for row in rows])
    if all(row.exponent is None for row in rows):
        return Scaled(mantissa)
    none = np.zeros(mantissa.shape[1:-1], np.int64)
    return Scaled(mantissa, np.stack([none if row.exponent is None else row.exponent for row in rows]))


def sums_of_products(lefts: Sequence[Scaled], right: Scaled) -> list[Array]:
    """Σ_t leftᵀ right over time and batch for each left: (T, …, B, M), (T, …, B, N) -> (…, M, N).

    One matrix product for all. Where there are exponents, the rows' products are first brought to the largest one's.
    """
    rows, tops = [left.mantissa for left in lefts], [np.zeros((), np.int32)] * len(lefts)
    if any(s.exponent is not None for s in (*lefts, right)):
        found = [_at_one_exponent(left, right.bits()) for left in lefts]
        rows, tops = [row for row, _ in found], [top for _, top in found]
        right = Scaled(shifted(right.mantissa, -magnitudes(right.mantissa)))
    ends = np.cumsum([row.shape[-1] for row in rows])
    parts = np.split(_product_over_time(rows, right.mantissa), ends[:-1], axis=-2)
    return [np.ldexp(part, top[..., None, None]) for part, top in zip(parts, tops, strict=True)]


def sum_over_time(values: Scaled) -> Array:
    """Σ over time and batch: (T, …, B, N) -> (…, N)."""
    if values.exponent is None:
        return values.mantissa.sum(axis=(0, -2))
    rows, top = _at_one_exponent(values, np.zeros_like(values.exponent))
    return np.ldexp(rows.sum(axis=(0, -2)), top[..., None])


def _at_one_exponent(rows: Scaled, bits: Exponents) -> tuple[Array, Exponents]:
    """Return rows that will meet others of size 2^bits, so scaled that the largest product is 1, and its power."""
    bits = bits + rows.bits()
    top = bits.max(axis=(0, -1))  # one for each setting
    own = np.where(top[..., None] < NOTHING // 2, 0, bits - top[..., None])
    return shifted(shifted(rows.mantissa, -magnitudes(rows.mantissa)), own), np.clip(top, -FAR, FAR).astype(np.int32)


def _product_over_time(lefts: Sequence[Array], right: Array) -> Array:
    """Σ_t [left | left | …]_tᵀ right_t, block by block."""
    total = 0.0
    for steps in near_blocks(len(right), right[:1].nbytes):
        left = np.concatenate([_by_units(left[steps]) for left in lefts], axis=-2)
        total = total + left @ _by_units(right[steps]).swapaxes(-1, -2)
    return np.asarray(total)


def _by_units(a: Array) -> Array:
    """(T, …, B, N) as (…, N, T·B): where samples lie side by side, whole runs of them are moved."""
    by_units = a.transpose(*range(1, a.ndim - 2), -1, 0, -2)
    return by_units.reshape(*by_units.shape[:-2], -1)
