"""Products of many triangular matrices whose singular values lie hundreds of decades apart.

The product is kept as 2^d · G: one power of two per row, rows of G of norm near 1. Its singular values come from
repeated LQ steps, which make it ever more diagonal (the implicit QR algorithm; for products: Oliveira & Stewart 2000),
and from plain SVDs of what is left in blocks of close values.
"""

import numpy as np

from cells.activations import Array
from cells.scaled import LOG10_2, Exponents, magnitudes, shifted

from .qr_propagation import RESOLVED

SWEEPS = 40
COUPLED = 1e-11  # a coupling below it changes no singular value by more than its square
GONE = -(1 << 40)  # the exponent of a row of zeros


class GradedProduct:
    """2^d · G, (N, N)."""

    def __init__(self, size: int) -> None:
        self.d: Exponents = np.zeros(size, np.int64)
        self.G: Array = np.eye(size)

    def multiply(self, R: Array) -> None:
        """Put the upper triangular R in front."""
        R = R * (np.abs(np.diagonal(R)) > RESOLVED * len(R) * np.abs(R).max())[:, None]
        self.d, self.G = _scaled_product(R, self.d, self.G)

    def log10_singular_values(self) -> Array:
        """(N,) descending; -inf for the directions that died."""
        alive = self.d > GONE // 2
        values = np.full(len(self.d), -np.inf)
        if alive.any():
            values[: alive.sum()] = _log10_singular_values(self.d[alive], self.G[alive])
        return values


def _scaled_product(R: Array, d: Exponents, G: Array) -> tuple[Exponents, Array]:
    """R 2^d G as 2^d' G'."""
    bits = np.where(R == 0, GONE, np.frexp(R)[1] + d)
    top = bits.max(axis=1)
    terms = np.ldexp(R, np.clip(d - top[:, None], -4000, 4000).astype(np.int32))
    return _normalised(top, np.where(top[:, None] > GONE // 2, terms, 0) @ G)


def _normalised(d: Exponents, G: Array) -> tuple[Exponents, Array]:
    """Return the same rows with their magnitudes moved into d."""
    own = magnitudes(G)
    return np.where(G.any(axis=1), d + own, GONE), shifted(G, -own)


def _log10_singular_values(d: Exponents, G: Array) -> Array:
    """Of 2^d G, rows all nonzero; G may have more columns than rows."""
    for _ in range(SWEEPS):
        order = np.argsort(-d, kind="stable")
        d, G = d[order], G[order]
        L = np.asarray(np.linalg.qr(G.T, mode="r")).T  # 2^d G = 2^d L Q
        gaps = np.clip(d[:, None] - d[None, :], -4000, 0).astype(np.int32)
        G = np.ldexp(np.tril(L), np.tril(gaps)).T  # 2^d L 2^-d, transposed: the same singular values in 2^d G
        if np.abs(np.triu(G, 1)).max(initial=0) < COUPLED * np.abs(np.diagonal(G)).min():
            break
        d, G = _normalised(d, G)
    logs = [_block(d[block], G[block, block]) for block in _blocks(G)]
    return np.sort(np.concatenate(logs))[::-1]


def _blocks(G: Array) -> list[slice]:
    """Return the diagonal blocks between which nothing couples that would count."""
    coupling = np.abs(np.triu(G, 1)) / np.abs(np.diagonal(G))[:, None]
    reach = np.max(np.where(coupling > COUPLED, np.arange(len(G)), np.arange(len(G))[:, None]), axis=1)
    ends = np.flatnonzero(np.maximum.accumulate(reach) == np.arange(len(G))) + 1
    return [slice(first, end) for first, end in zip([0, *ends[:-1]], ends, strict=True)]


def _block(d: Exponents, G: Array) -> Array:
    """Return log10 singular values of 2^d G by a plain SVD."""
    top = d.max()
    with np.errstate(divide="ignore"):
        values = np.linalg.svd(shifted(G, d - top), compute_uv=False)
        return np.log10(values) + LOG10_2 * top
