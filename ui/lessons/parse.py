"""A lesson's file to its record: front matter, then steps, each with fields below its title and a text below those."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise

from .record import Claim, Lesson, Mistake, Step

HEAD = ("title", "minutes", "needs")
FIELDS = ("view", "claim", "guess", "ask", "answer", "why")
LONGEST = 60  # minutes
FENCE, STEP = "---", "## "
PAIR = re.compile(r"([A-Za-z_]+)\s*:\s*(.*)")


@dataclass
class Reading:
    """A file on its way: its lines, and what was wrong so far."""

    lines: list[str]
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, line: int, sentence: str) -> None:
        """Note what is wrong with a line, counted from 1."""
        self.mistakes.append(Mistake(line, sentence))


def parse(name: str, text: str) -> tuple[Lesson, list[Mistake]]:
    """Return the lesson as far as it can be read, and one sentence for everything that is wrong with its form."""
    reading = Reading(text.removeprefix("\ufeff").splitlines())
    head, start = _front_matter(reading)
    steps = tuple(_step(reading, first, last) for first, last in _sections(reading, start))
    _check_steps(reading, steps, start)
    minutes = _minutes(reading, head)
    lesson = Lesson(name, head.get("title", (0, name))[1], minutes, head.get("needs", (0, ""))[1], steps)
    return lesson, reading.mistakes


def _front_matter(reading: Reading) -> tuple[dict[str, tuple[int, str]], int]:
    """Field -> (line, value), and the index of the first line after it."""
    lines = reading.lines
    first_step = next((at for at, line in enumerate(lines) if line.startswith(STEP)), len(lines))
    if not lines or lines[0].strip() != FENCE:
        reading.wrong(1, f"The file does not begin with {FENCE}, the title and what else stands before the steps.")
        return {}, first_step
    end = next((at for at in range(1, first_step) if lines[at].strip() == FENCE), None)
    if end is None:
        reading.wrong(1, f"The front matter is not closed: a second line {FENCE} is missing before the first step.")
    head = dict(_pairs(reading, 1, first_step if end is None else end, HEAD))
    for name in HEAD:
        if not head.get(name, (0, ""))[1]:
            reading.wrong(1, f"The front matter has no {name}.")
    return head, first_step if end is None else end + 1


def _pairs(reading: Reading, first: int, last: int, known: tuple[str, ...]) -> Iterator[tuple[str, tuple[int, str]]]:
    """Yield the `field: value` lines from first to last; a wrong one is noted."""
    for at in range(first, last):
        found = PAIR.fullmatch(reading.lines[at].strip())
        if found is None:
            if reading.lines[at].strip():
                reading.wrong(at + 1, f"{_short(reading.lines[at])} is no `field: value`.")
        elif found[1] not in known:
            reading.wrong(at + 1, f"{found[1]} is no field here{nearest(found[1], known)}.")
        else:
            yield found[1], (at + 1, found[2].strip())


def nearest(name: str, known: tuple[str, ...] | list[str]) -> str:
    """Return `; did you mean half_life?`, or what there is where nothing is near."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; there are {', '.join(known)}" if len(known) < 10 else ""


def _short(line: str) -> str:
    text = line.strip()
    return repr(text if len(text) <= 40 else text[:40] + "…")


def _minutes(reading: Reading, head: dict[str, tuple[int, str]]) -> int:
    line, text = head.get("minutes", (0, ""))
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= LONGEST):
        reading.wrong(line, f"minutes = {text} is no whole number in [1, {LONGEST}].")
        return 0
    return int(text or 0)


def _sections(reading: Reading, start: int) -> list[tuple[int, int]]:
    """First and last index of every step, its title included."""
    lines, fenced, starts = reading.lines, False, []
    for at in range(start, len(lines)):
        fenced ^= lines[at].lstrip().startswith("```")
        if lines[at].startswith(STEP) and not fenced:
            starts.append(at)
    for at in range(start, starts[0] if starts else start):
        if lines[at].strip():
            reading.wrong(at + 1, f"{_short(lines[at])} stands before the first step; a step begins with `## Title`.")
    return list(pairwise([*starts, len(lines)])) if starts else []


def _step(reading: Reading, first: int, last: int) -> Step:
    """Return the title, then fields up to the first empty line, then the text."""
    body = first + 1
    while body < last and PAIR.match(reading.lines[body].strip()):
        body += 1
    claims, found = [], {}
    for name, (line, value) in _pairs(reading, first + 1, body, FIELDS):
        if name == "claim":
            claims.append(Claim(line, value))
        elif name in found:
            reading.wrong(line, f"{name} stands twice in this step.")
        else:
            found[name] = (line, value)
    return Step(
        line=first + 1,
        title=reading.lines[first][3:].strip(),
        text="\n".join(reading.lines[body:last]).strip(),
        claims=tuple(claims),
        lines={name: line for name, (line, _) in found.items()},
        text_line=body + 1 + _empty(reading.lines[body:last]),
        **{name: value for name, (_, value) in found.items()},
    )


def _empty(lines: list[str]) -> int:
    """Return how many empty lines come first."""
    return next((count for count, line in enumerate(lines) if line.strip()), 0)


def _check_steps(reading: Reading, steps: tuple[Step, ...], start: int) -> None:
    if not steps and start < len(reading.lines) + 1:
        reading.wrong(max(start, 1), "There is no step: a step begins with `## Title`.")
    titles: dict[str, int] = {}
    for step in steps:
        if step.title in titles:
            reading.wrong(step.line, f"The title {step.title!r} stands on line {titles[step.title]} already.")
        titles.setdefault(step.title, step.line)
        _check_step(reading, step)


def _check_step(reading: Reading, step: Step) -> None:
    if not step.text:
        reading.wrong(step.line, f"The step {step.title!r} has no text.")
    if not step.view:
        reading.wrong(step.line, f"The step {step.title!r} has no view: copy a link from the page after `view:`.")
    if step.guess and not step.ask:
        reading.wrong(step.line_of("guess"), "There is a guess and no question: `ask:` is missing.")
    for name in ("ask", "answer", "why"):
        if getattr(step, name) and not step.guess:
            reading.wrong(step.line_of(name), f"{name} needs `guess: fate`, `guess: curve` or `guess:` and a number.")
