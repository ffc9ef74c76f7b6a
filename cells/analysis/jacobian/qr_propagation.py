"""A frame of orthonormal vectors carried back through the net: QR instead of products, so that nothing underflows.

Going back from step T, J_{t+1}ᵀ … J_Tᵀ Q_0 = Q_t R_t … R_1: the Rs hold all growth, the frame stays orthonormal.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.errors import DoesNotApply

from .stacked_layers import Rows, StackedLayers

FINE, COARSE = 1e9, 1e12  # largest spread of growth in a stretch: costs 7 digits of its slowest direction, or 4
LONGEST = 16  # steps between two QRs
RESOLVED = 4 * float(np.finfo(np.float64).eps)  # times N and the largest entry: what one QR tells from an exact 0


@dataclass(frozen=True, eq=False)
class Stretch:
    """The frame's way from step `late` back to step `early` (state indices: late > early)."""

    late: int
    early: int
    R: Array  # (B, N, N) upper triangular
    Q: Array  # (B, N, N) the frame at `early`, vectors in columns


def propagate_qr(stack: StackedLayers, *stops: int, limit: float = FINE) -> Iterator[Stretch]:
    """Carry a random frame of N vectors from step T to the earliest stop, a QR at least every LONGEST steps.

    A stretch ends at every stop, and is halved where directions grow more than `limit` apart in it. Raises DoesNotApply
    where a Jacobian is not finite.
    """
    frame = _first_frame(stack)
    late, length = stack.steps, 1
    while late > min(stops):
        early = max(late - length, *(stop for stop in (-1, *stops) if stop < late))
        R, Q = _stretch(stack, frame, late, early)
        if not np.isfinite(R).all():
            raise DoesNotApply(
                f"A Jacobian between steps {early + 1} and {late} is not finite: a state has overflowed."
            )
        spread = _spread(R)
        if spread > limit and late - early > 1:
            length = max(1, (late - early) // 2)
            continue
        yield Stretch(late, early, R, Q)
        done, late, frame = late - early, early, Q
        length = min(LONGEST, _next_length(done, spread, limit))


def _next_length(length: int, spread: float, limit: float) -> int:
    """As long as the limit is likely to allow, if all steps spread alike."""
    per_step = np.log(max(spread, 1.0)) / length
    return int(np.clip(0.9 * np.log(limit) / per_step, 1, 2 * length)) if per_step > 0 else 2 * length


def _first_frame(stack: StackedLayers) -> Array:
    """Return a random one, fixed by a seed: it shares no invariant subspace with any net."""
    drawn = np.linalg.qr(np.random.default_rng(0).normal(size=(stack.size, stack.size)))[0]
    return np.broadcast_to(drawn, (stack.batch, *drawn.shape))


def _stretch(stack: StackedLayers, frame: Array, late: int, early: int) -> tuple[Array, Array]:
    """R and Q of J_{early+1}ᵀ … J_lateᵀ · frame."""
    here, before = as_rows(stack, frame), stack.zero_rows(stack.size)
    for t in range(late, early, -1):
        stack.step_vjp(t - 1, here, before)
        here, before = before, here
    Q, R = np.linalg.qr(as_columns(here))
    return R, Q


def as_rows(stack: StackedLayers, columns: Array) -> Rows:
    """Vectors in the columns of (B, N, V) as arrays (V, B, H) per layer and part, C-contiguous copies."""
    blocks = iter(np.split(columns, len(stack.state_names), axis=1))
    return [tuple(next(blocks).transpose(2, 0, 1).copy() for _ in level.cell.state_names) for level in stack.levels]


def as_columns(rows: Rows) -> Array:
    """Return the inverse of `as_rows`: (B, N, V)."""
    return np.concatenate([part for parts in rows for part in parts], axis=-1).transpose(1, 2, 0)


def resolved_diagonal(R: Array) -> Array:
    """|R_ii|, (B, N); 0 where it is not to be told from 0 beside the largest entry."""
    diagonal = np.abs(np.diagonal(R, axis1=-2, axis2=-1))
    floor = RESOLVED * R.shape[-1] * np.abs(R).max(axis=(-2, -1))
    return np.where(diagonal > floor[..., None], diagonal, 0.0)


def _spread(R: Array) -> float:
    """Return largest over smallest growth, over all samples; inf where a direction dies."""
    diagonal = np.abs(np.diagonal(R, axis1=-2, axis2=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (diagonal.max(axis=-1) / diagonal.min(axis=-1)).max()
    return float(spread) if spread == spread else np.inf
