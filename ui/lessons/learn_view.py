"""The view of a reader who learns: the lesson that is open, its step, and the question. Part of the link."""

from dataclasses import dataclass

from cells.analysis.numbers import NUMBERS
from cells.knobs import Knobs, choice, knob

from .library import NONE, Titles
from .record import CURVE, FATE

ASKABLE = ("half_life", "doubling", "kept", "ratio", "critical_scale", "spectral_radius", "sigma_max", "parameters")
ASKED = {
    NONE: "nothing",
    FATE: "Does it vanish, explode or stay?",
    CURVE: "Draw the curve",
} | {name: NUMBERS[name].meaning.rstrip(".") for name in ASKABLE}
STEPS = 99


@dataclass(frozen=True)
class LearnView(Knobs):
    """A lesson by its file's name; its steps count from 1. `ask` hides the answer until a guess is made."""

    lesson: str = choice(NONE, Titles(), "Lesson", group="learn")
    lesson_step: int = knob(1, 1, STEPS, "Step of the lesson", group="learn")
    ask: str = choice(NONE, ASKED, "Asked", "What the view asks before it shows the gradient.", group="learn")
