"""Numbers far outside float64's range: an array and, per row of its last axis, a power of two.

Scaling by a power of two rounds nothing, so inside float64's range a scaled result equals the plain one bit for bit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .arrays import Array, Exponents, Mask

LOG10_2 = float(np.log10(2.0))
SAFE = 700  # a row whose largest entry lies within 2^±SAFE needs no new exponent
FAR = 10_000  # a shift beyond which every float64 has become 0 or inf


def shifted(values: Array, exponents: Exponents | None) -> Array:
    """values · 2^exponents, one exponent per row; 0 or inf where float64 ends."""
    if exponents is None:
        return values
    powers = np.clip(exponents, -FAR, FAR)[..., None].astype(np.int32)
    return values * np.ldexp(1.0, powers) if np.iscomplexobj(values) else np.ldexp(values, powers)


def magnitudes(values: Array) -> Exponents:
    """For each row the k with 2^(k-1) ≤ max|v| < 2^k; 0 for a row of zeros or one that holds inf or nan."""
    peak = np.abs(values).max(axis=-1)
    return np.frexp(np.where(np.isfinite(peak), peak, 0))[1].astype(np.int64)


def settled(bits: Exponents, zero: Mask) -> Exponents:
    """The exponent for rows of these binary magnitudes: 0 as long as they are at home in float64."""
    return np.where(zero | (np.abs(bits) <= SAFE // 2), 0, bits)


def stays_safe(rows: Array, fed: Callable[[], Mask]) -> bool:
    """Whether every row's peak lies within 2^±SAFE, or is 0 where nothing fed it: any other 0 may have underflowed."""
    peak = np.abs(rows).max(axis=-1)
    safe = (peak > 2.0**-SAFE) & (peak < 2.0**SAFE)
    return bool(safe.all()) or bool((safe | ((peak == 0) & ~fed())).all())


@dataclass(frozen=True, eq=False)
class Scaled:
    """mantissa (..., H) · 2^exponent (...); no exponent means 0 throughout."""

    mantissa: Array
    exponent: Exponents | None = None

    def plain(self) -> Array:
        """The float64 array: 0 or inf where it does not fit."""
        return shifted(self.mantissa, self.exponent)

    def log10_norms(self) -> Array:
        """log10 of each row's L2 norm, exact at any magnitude; -inf where the row is exactly 0."""
        with np.errstate(divide="ignore", over="ignore", under="ignore", invalid="ignore"):
            squares = np.einsum("...h,...h->...", self.mantissa, self.mantissa)
            logs = 0.5 * np.log10(squares)
            lost = ~((squares > 1e-250) & (squares < 1e250))
            if lost.any():
                logs[lost] = _log10_norms_by_peak(self.mantissa[lost])
        return logs if self.exponent is None else logs + LOG10_2 * self.exponent

    def plus(self, plain: Array) -> "Scaled":
        """self + plain, a float64 array: a row's exponent gives way only where that keeps `plain` from overflowing."""
        if self.exponent is None:
            return Scaled(self.mantissa + plain)
        plain = np.broadcast_to(plain, self.mantissa.shape)
        largest = np.where(self.mantissa.any(axis=-1), np.maximum(self.exponent, 0), 0)
        exponent = np.where(plain.any(axis=-1), largest, self.exponent)
        return Scaled(self.aligned(exponent) + shifted(plain, -exponent), exponent)

    def by_rows(self) -> "Scaled":
        """The same with every row in one piece in memory, as large matrix products want it."""
        return Scaled(np.ascontiguousarray(self.mantissa), self.exponent)

    def aligned(self, exponents: Exponents) -> Array:
        """The mantissa that belongs to `exponents`."""
        own = 0 if self.exponent is None else self.exponent
        return shifted(self.mantissa, own - exponents)


def _log10_norms_by_peak(rows: Array) -> Array:
    """The same by way of each row's peak, for squares that leave float64. rows (n, H)."""
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


def sum_of_products(left: Scaled, right: Scaled) -> Array:
    """Σ_t left_tᵀ right_t over time and batch: (T, …, B, M), (T, …, B, N) -> (…, M, N).

    One matrix product. Rows that carry exponents are brought to their largest common one before, and back after.
    """
    if left.exponent is None and right.exponent is None:
        return _product_over_time(left.mantissa, right.mantissa)
    total = sum(s.exponent for s in (left, right) if s.exponent is not None)
    bits = total + magnitudes(left.mantissa) + magnitudes(right.mantissa)
    top = bits.max(axis=(0, -1))  # one exponent per setting
    rest = shifted(right.mantissa, -magnitudes(right.mantissa))
    rows = shifted(shifted(left.mantissa, -magnitudes(left.mantissa)), bits - top[..., None])
    product = _product_over_time(rows, rest)
    return np.ldexp(product, np.clip(top, -FAR, FAR).astype(np.int32)[..., None, None])


def _product_over_time(left: Array, right: Array) -> Array:
    if left.ndim == 3:
        return left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])
    left, right = (np.moveaxis(a, 0, -3).reshape(*a.shape[1:-2], -1, a.shape[-1]) for a in (left, right))
    return left.swapaxes(-1, -2) @ right
