"""A question about a run, for the browser: what is asked, the answer that was computed, and the empty axes to draw on.

The answer travels with the figure's own data, never in a link; the browser compares it with what the reader guessed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .curves import Array
from .theme import PALETTES
from .words import from_log10

SCRIPT, STYLE = Path(__file__).with_name("guess.js"), Path(__file__).with_name("guess.css")
FATES = {"vanish": "It vanishes", "explode": "It explodes", "stay": "It stays about the same"}
DECADES_A_STEP, LEAST, MOST = 0.2, 3.0, 40.0  # of the empty axes, to both sides: they know the length, not the answer
POINTS = 400  # of a curve on its way to the browser


@dataclass(frozen=True, eq=False)
class Known:
    """A curve that may be seen before the guess: a pinned run."""

    name: str
    log10: Array  # (T,) of its gradient relative to that of its last step with a loss


@dataclass(frozen=True, eq=False)
class Question:
    """kind: fate, curve, or the name of the number that is asked for.

    log10   (T,) the gradient's norm at steps 1 … T relative to that of the last step with a loss
    answer  vanish, explode or stay; or the number     unit   what the number counts
    why     said once it is answered                   known  what may be seen before
    """

    kind: str
    text: str
    why: str
    log10: Array
    answer: str | float
    unit: str = ""
    known: Sequence[Known] = ()


def question_data(question: Question) -> dict:
    """Return the question as the browser takes it; None stands for a gradient of exactly 0 or beyond every number."""
    steps = len(question.log10)
    places = np.unique(np.linspace(0, steps - 1, min(steps, POINTS)).round().astype(int))
    return {
        "kind": question.kind,
        "text": question.text,
        "why": question.why,
        "answer": _finite(question.answer),
        "unit": question.unit,
        "fates": FATES,
        "steps": steps,
        "at": (places + 1).tolist(),
        "truth": _points(question.log10, places),
        "end": from_log10(float(question.log10[0])),
        "known": [_known_data(known) for known in question.known],
        "reach": _reach(steps, question.known),
        "colours": {role: [PALETTES[theme].of(role) for theme in ("light", "dark")] for role in ("total", "pin1")},
    }


def _finite(answer: str | float) -> str | float | None:
    return answer if isinstance(answer, str) or math.isfinite(answer) else None


def _points(values: Array, places: np.ndarray) -> list[float | None]:
    return [round(value, 3) if math.isfinite(value) else None for value in values[places].tolist()]


def _known_data(known: Known) -> dict:
    places = np.unique(np.linspace(0, len(known.log10) - 1, min(len(known.log10), POINTS)).round().astype(int))
    return {"name": known.name, "at": (places + 1).tolist(), "values": _points(known.log10, places)}


def _reach(steps: int, known: Sequence[Known]) -> float:
    """Return decades above and below 1 that the empty axes show: by the length and by what may be seen, not by
    the answer.
    """
    seen = [np.abs(one.log10[np.isfinite(one.log10)]).max(initial=0.0) for one in known]
    return float(min(MOST, max(LEAST, DECADES_A_STEP * steps, *(1.1 * most for most in seen))))
