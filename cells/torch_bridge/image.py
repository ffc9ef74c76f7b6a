"""The gradient over time as pixels, for logs that take images: NumPy alone, no plotting."""

import math

import numpy as np

from cells.analysis import log10_mean
from cells.arrays import Array
from cells.trace import Trace

WIDTH, HEIGHT, LEFT, BOTTOM, EDGE = 640, 320, 52, 26, 12  # px
PAPER, INK, GRID, LINE, BAND = (255, 255, 255), (70, 70, 70), (226, 226, 226), (0, 90, 181), (204, 222, 240)
SCALE = 2  # px of a dot of the font
MOST_LINES = 9
ROWS = {  # the font: five rows of three dots a letter, each a number of three bits
    "0": (7, 5, 5, 5, 7),
    "1": (2, 6, 2, 2, 7),
    "2": (7, 1, 7, 4, 7),
    "3": (7, 1, 7, 1, 7),
    "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7),
    "6": (7, 4, 7, 5, 7),
    "7": (7, 1, 1, 2, 2),
    "8": (7, 5, 7, 5, 7),
    "9": (7, 5, 7, 1, 7),
    "-": (0, 0, 7, 0, 0),
    "E": (7, 4, 6, 4, 7),
}


def gradient_image(trace: Trace) -> Array:
    """log10 of the mean ‖dL/dh_t‖ over the steps 1 … T and its range over the samples: (3, height, width), uint8.

    Heights are written as powers of ten (E-6 is 10⁻⁶), the first and the last step below.
    Where the gradient is 0 there is no line.
    """
    norms = trace.log10_grad_norms["h"][1:]
    mean = log10_mean(norms)
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:] = PAPER
    shown = norms[np.isfinite(norms)]
    if shown.size:
        low, high = _range(float(shown.min()), float(shown.max()))
        _grid(picture, low, high)
        _curve(picture, norms.min(axis=1), norms.max(axis=1), (low, high), BAND, 0)
        _curve(picture, mean, mean, (low, high), LINE, 1)
    _write(picture, "1", LEFT, HEIGHT - BOTTOM + 8)
    last = str(len(mean))
    _write(picture, last, WIDTH - EDGE - _width(last), HEIGHT - BOTTOM + 8)
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def _range(low: float, high: float) -> tuple[int, int]:
    """Whole powers of ten around both, at least one apart."""
    bottom, top = math.floor(low), math.ceil(high)
    return (bottom, top) if top > bottom else (bottom - 1, top + 1)


def _grid(picture: Array, low: int, high: int) -> None:
    """A line and its power at some whole powers of ten."""
    every = max(1, math.ceil((high - low) / MOST_LINES))
    for power in range(low, high + 1, every):
        y = _height(np.array([float(power)]), (low, high))[0]
        picture[y, LEFT : WIDTH - EDGE] = GRID
        text = f"E{power}"
        _write(picture, text, LEFT - 8 - _width(text), y - 5)


def _height(values: Array, ends: tuple[int, int]) -> Array:
    """Row of pixels of each value."""
    share = (np.clip(values, *ends) - ends[0]) / (ends[1] - ends[0])
    return (HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - EDGE)).round().astype(int)


def _curve(picture: Array, low: Array, high: Array, ends: tuple[int, int], colour: tuple, thick: int) -> None:
    """Fill each column of pixels from the one curve to the other, and on to its neighbour's."""
    columns = np.arange(LEFT, WIDTH - EDGE)
    steps = np.linspace(0, len(low) - 1, len(columns))
    below, above = (_between(steps, curve) for curve in (low, high))
    known = np.isfinite(below) & np.isfinite(above)
    top, bottom = (_height(np.where(known, edge, ends[0]), ends) for edge in (above, below))
    for k in np.flatnonzero(known):
        near = [k, k - 1] if k and known[k - 1] and thick else [k]
        first, last = min(top[near]) - thick, max(bottom[near]) + thick
        picture[max(first, 0) : last + 1, columns[k]] = colour


def _between(steps: Array, curve: Array) -> Array:
    """Return the curve between its steps; NaN beside a step without a finite value."""
    whole = np.where(np.isfinite(curve), curve, np.nan)
    return np.interp(steps, np.arange(len(whole)), whole)


def _width(text: str) -> int:
    return (4 * len(text) - 1) * SCALE


def _write(picture: Array, text: str, x: int, y: int) -> None:
    """Digits, a minus and the E of 1E-6, their upper left corner at (x, y)."""
    for place, letter in enumerate(text):
        dots = np.array([[row >> 2 & 1, row >> 1 & 1, row & 1] for row in ROWS[letter]], bool)
        dots = dots.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
        left = x + 4 * SCALE * place
        seen = picture[max(y, 0) : y + len(dots), left : left + dots.shape[1]]
        seen[dots[-len(seen) :]] = INK
