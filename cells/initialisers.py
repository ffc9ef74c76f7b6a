"""Initial weights: each function draws one matrix (rows, columns) from its own generator."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.random import Generator

from .arrays import Array

Draw = Callable[[int, int, Generator], Array]


def gaussian(rows: int, columns: int, rng: Generator) -> Array:
    """N(0, 1/rows): a square matrix has spectral radius near 1 and largest singular value near 2."""
    return rng.normal(0, rows**-0.5, (rows, columns))


def orthogonal(rows: int, columns: int, rng: Generator) -> Array:
    """Orthonormal rows or columns, whichever are fewer (Saxe, McClelland, Ganguli 2013)."""
    tall = rng.normal(size=(max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.sign(np.diag(r))  # makes the draw uniform over the orthogonal group
    return q if rows >= columns else q.T


def identity(rows: int, columns: int, rng: Generator) -> Array:
    """Return the identity; not square: gaussian (IRNN: Le, Jaitly, Hinton 2015)."""
    return np.eye(rows) if rows == columns else gaussian(rows, columns, rng)


def glorot(rows: int, columns: int, rng: Generator) -> Array:
    """N(0, 2/(rows + columns)) (Glorot & Bengio 2010)."""
    return rng.normal(0, (2 / (rows + columns)) ** 0.5, (rows, columns))


def he(rows: int, columns: int, rng: Generator) -> Array:
    """N(0, 2/rows), made for ReLU (He et al. 2015)."""
    return rng.normal(0, (2 / rows) ** 0.5, (rows, columns))


def pytorch(rows: int, columns: int, rng: Generator) -> Array:
    """U(-1/√H, 1/√H): a square matrix has spectral radius near 0.58."""
    bound = columns**-0.5  # both W_x and W_h have H columns a gate
    return rng.uniform(-bound, bound, (rows, columns))


INITIALISERS: dict[str, Draw] = {f.__name__: f for f in (gaussian, orthogonal, identity, glorot, he, pytorch)}


@lru_cache(maxsize=256)
def draw(init: str, shape: tuple[int, int], blocks: int, stream: tuple[int, ...]) -> Array:
    """`blocks` matrices of `shape` side by side, read-only; the same stream always gives the same numbers."""
    rng = np.random.default_rng(stream)
    weights = np.hstack([INITIALISERS[init](*shape, rng) for _ in range(blocks)])
    weights.flags.writeable = False
    return weights


def chrono_biases(steps: int, hidden: int, rng: Generator) -> Array:
    """Biases log U(1, T_max - 1) that keep a gate open over time scales up to T_max (Tallec & Ollivier 2018)."""
    return np.log(rng.uniform(1, max(steps - 1, 2), hidden))
