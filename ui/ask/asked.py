"""The question of a view: what it asks, in the lesson's words where a lesson asks, and the answer of the run."""

from collections.abc import Sequence

from cells import RunSettings, Trace
from cells.analysis import DoesNotApply
from cells.analysis.because import because
from cells.analysis.fate import fate, relative_credit
from cells.analysis.numbers import NUMBERS, value_of
from ui import compute
from ui.lessons.learn_view import LearnView
from ui.lessons.library import NONE, lesson_of
from ui.lessons.live import fill
from ui.lessons.record import CURVE, FATE, Step
from ui.link.pins import Pin
from viz.guess import Known, Question

TEXTS = {
    FATE: "What becomes of the gradient on its way back from the last loss to step 1?",
    CURVE: "Draw the gradient on its way back from the last loss to step 1.",
}
UNITS = {
    "half_life": "steps",
    "doubling": "steps",
    "kept": "%",
    "ratio": "of the last step's",
    "parameters": "parameters",
}
SCALES = {"kept": 100.0}


def is_asking(learn: LearnView) -> bool:
    """Return whether the view asks something."""
    return learn.ask != NONE


def question_of(settings: RunSettings, learn: LearnView, layer: int | None, pins: Sequence[Pin]) -> Question:
    """Return the question with its answer; DoesNotApply where this run has none."""
    trace, step = compute.trace_of(settings), lesson_step(learn)
    asks = step is not None and step.guess == learn.ask
    runs = [trace, *(compute.trace_of(pin.settings) for pin in pins)]
    return Question(
        kind=learn.ask,
        text=fill(step.ask, runs) if step and asks else default_text(learn.ask),
        why=fill(step.why, runs) if step and asks and step.why else because(trace),
        log10=relative_credit(trace, layer),
        answer=_answer(trace, learn.ask, layer),
        unit=UNITS.get(learn.ask, ""),
        known=[_known(pin, of) for pin, of in zip(pins, runs[1:], strict=True)],
    )


def default_text(ask: str) -> str:
    """Return the question as the page asks it by itself."""
    return TEXTS.get(ask) or f"How much is it? {NUMBERS[ask].meaning}"


def lesson_step(learn: LearnView) -> Step | None:
    """Return the step of the open lesson; its last one for a number beyond it."""
    lesson = None if learn.lesson == NONE else lesson_of(learn.lesson)
    if lesson is None or not lesson.steps:
        return None
    return lesson.steps[min(learn.lesson_step, len(lesson.steps)) - 1]


def _answer(trace: Trace, ask: str, layer: int | None) -> str | float:
    found = fate(trace, layer)
    if ask in TEXTS:
        return found
    value = value_of(trace, ask)
    if isinstance(value, str):
        raise DoesNotApply(f"{ask} is no number.")
    return value * SCALES.get(ask, 1)


def _known(pin: Pin, trace: Trace) -> Known:
    return Known(pin.name, relative_credit(trace))
