"""Check a lesson: its form, its views, its numbers, and every claim against the engine."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from cells import RunSettings, Trace, run
from cells.analysis import DoesNotApply
from cells.analysis.fate import FATES, fate
from cells.analysis.numbers import NUMBERS, UnknownNumber, known_names, value_of

from .claims import Unreadable, evaluate, holds
from .live import FORMULA, INSIDE, OUTSIDE, places
from .parse import nearest, parse
from .record import CURVE, FATE, Lesson, Mistake, Step
from .views import read_view

TraceOf = Callable[[RunSettings], Trace]
TOLERANCE = 0.05  # of a number that an author expects


def check_file(path: Path) -> list[str]:
    """Return one sentence for everything that is wrong with a lesson's file, in the order of its lines."""
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        return [f"{path} cannot be read: {error.strerror}."]
    except UnicodeDecodeError as error:
        return [f"{path} is no UTF-8 text: byte {error.start} is {error.object[error.start]:#04x}."]
    return [str(mistake) for mistake in check_text(path.stem, text)]


def check_text(name: str, text: str) -> list[Mistake]:
    """Return everything that is wrong with a lesson's text."""
    lesson, mistakes = parse(name, text)
    return sorted([*mistakes, *check_lesson(lesson)], key=lambda mistake: mistake.line)


def check_lesson(lesson: Lesson, trace_of: TraceOf | None = None) -> list[Mistake]:
    """Return what is wrong with its views, numbers, claims and answers."""
    make = trace_of or lru_cache(maxsize=64)(run)
    return [mistake for step in lesson.steps for mistake in _step_mistakes(step, make)]


def _step_mistakes(step: Step, trace_of: TraceOf) -> Iterator[Mistake]:
    yield from _form(step)
    if not step.view:
        return
    view = read_view(step.view)
    for complaint in view.complaints:
        yield Mistake(step.line_of("view"), f"The view does not open as it is: {complaint}")
    if view.complaints:
        return
    runs = view.runs(trace_of)
    yield from _numbers(step, runs)
    yield from _claims(step, runs)
    yield from _answer(step, runs)


def _form(step: Step) -> Iterator[Mistake]:
    """Formulas and braces that are not closed."""
    for field, line, text in _texts(step):
        if text.replace(r"\$", "").count("$") % 2:
            yield Mistake(line, f"A formula in the {field} is not closed: there is an odd number of $.")
            continue
        parts = enumerate(FORMULA.split(text))
        bare = "".join((INSIDE if place % 2 else OUTSIDE).sub("", part) for place, part in parts if not place % 2)
        if "{" in bare or "}" in bare:
            yield Mistake(line + _line_within(text, "{"), f"A brace in the {field} is not closed.")


def _texts(step: Step) -> Iterator[tuple[str, int, str]]:
    """Yield what may hold live numbers: its name, line and text."""
    yield "text", step.text_line, step.text
    yield "question", step.line_of("ask"), step.ask
    yield "answer's reason", step.line_of("why"), step.why


def _line_within(text: str, sign: str) -> int:
    """Return how many lines before the last one that holds a sign."""
    return max((place for place, line in enumerate(text.split("\n")) if sign in line), default=0)


def _numbers(step: Step, runs: Sequence[Trace]) -> Iterator[Mistake]:
    for _, line, text in _texts(step):
        for place in places(text):
            at = line + text.count("\n", 0, place.at)
            try:
                evaluate(place.asked, runs)
            except UnknownNumber as error:
                yield Mistake(at, f"{{{place.asked}}}: {_named(error, runs)}")
            except (Unreadable, DoesNotApply) as error:
                yield Mistake(at, f"{{{place.asked}}}: {_sentence(error)}")


def _named(error: UnknownNumber, runs: Sequence[Trace]) -> str:
    """Return the sentence, with the name that was probably meant."""
    text = str(error)
    if "is no number" not in text:
        return _sentence(error)
    return f"{text}{nearest(text.split(' ')[0], known_names(runs[0].settings))}.".replace("?.", "?")


def _sentence(error: Exception) -> str:
    return f"{str(error).rstrip('.')}."


def _claims(step: Step, runs: Sequence[Trace]) -> Iterator[Mistake]:
    for claim in step.claims:
        try:
            true, told = holds(claim.text, runs)
        except UnknownNumber as error:
            yield Mistake(claim.line, f"claim {claim.text}: {_named(error, runs)}")
        except (Unreadable, DoesNotApply) as error:
            yield Mistake(claim.line, f"claim {claim.text}: {_sentence(error)}")
        else:
            if not true:
                yield Mistake(claim.line, f"The run contradicts the claim {claim.text}: {told}.")


def _answer(step: Step, runs: Sequence[Trace]) -> Iterator[Mistake]:
    """Yield a question that cannot be asked of this run, or an answer that the run does not give."""
    if not step.guess:
        return
    if step.guess not in (FATE, CURVE) and (step.guess not in NUMBERS or NUMBERS[step.guess].indices):
        plain = [FATE, CURVE, *(name for name, number in NUMBERS.items() if not number.indices)]
        yield Mistake(step.line_of("guess"), f"guess = {step.guess} cannot be asked for{nearest(step.guess, plain)}.")
        return
    try:
        contradiction = _contradiction(step, runs[0])
    except (DoesNotApply, UnknownNumber) as error:
        yield Mistake(step.line_of("guess"), _sentence(error))
        return
    if contradiction:
        yield Mistake(step.line_of("answer"), contradiction)


def _contradiction(step: Step, trace: Trace) -> str:
    if step.guess in (FATE, CURVE):
        return _fate_contradiction(step, fate(trace), str(value_of(trace, "kind")))
    value = value_of(trace, step.guess)
    if not step.answer:
        return ""
    try:
        expected = float(step.answer)
    except ValueError:
        return f"answer = {step.answer} is no number."
    if isinstance(value, str) or abs(value - expected) > TOLERANCE * abs(expected):
        return f"The run contradicts the answer {step.answer}: {step.guess} is {value:.4g}."
    return ""


def _fate_contradiction(step: Step, found: str, kind: str) -> str:
    answers = dict.fromkeys(FATES.values())
    if step.answer and step.answer not in answers:
        return f"answer = {step.answer} is none of {', '.join(answers)}."
    if step.answer and step.answer != found:
        return f"The run contradicts the answer {step.answer}: the gradient is {kind}, which is {found}."
    return ""
