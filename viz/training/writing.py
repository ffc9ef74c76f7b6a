"""A text that a network wrote, letter by letter: how likely each was, and the gradient that its loss sends back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from viz import words
from viz.curves import Array, Curve
from viz.flow_figure import Drawn, composed
from viz.lines import Frame, LinePlot
from viz.panel import View
from viz.scrub import FEWEST, MOST, Track, dragged
from viz.shared_axes import SharedAxes, shared_axes_of
from viz.theme import SMALL, TEXT

from .replay import StepPlot
from .scene import StepScene

WRITING = "training_writing"
TITLE = "Written letter by letter"
CHANCE, SENT = "chance", "sent"
CONTEXT = 24  # letters before the one at hand that its sentence repeats
VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥"}
LONGEST_TICK = 4  # letters
ROOM = 60  # letters that stand side by side below the figure, as large as other words


@dataclass(frozen=True, eq=False)
class WritingRecord:
    """A text that a network wrote, as its figure takes it.

    letters    in order, the first `given` of them the prompt's
    log_p      (letters,) natural log of each one's probability
    likeliest  of each step the likeliest letters with their probabilities
    flow       (letters, steps) log10 ‖dℓ_s/dh_t‖, row s of the loss of letter s alone; nan for later steps
    between    what stands between two letters as they are written
    """

    letters: Sequence[str]
    given: int
    log_p: Array
    likeliest: Sequence[Sequence[tuple[str, float]]]
    flow: Array
    label: str
    caption: str
    between: str = ""


def writing_figure(record: WritingRecord, view: View | None = None, extra: Sequence = ()) -> Drawn:
    """Return the figure of each letter, dragged along the text. ValueError for a text too short or too long for it."""
    count = len(record.letters)
    if not FEWEST <= count <= MOST:
        raise ValueError(f"letters = {count} is outside [{FEWEST}, {MOST}]")
    scene = StepScene(view=view or View(), last=count)
    plots = [_plots(record, s) for s in range(count)]
    axes = shared_axes_of([plot for each in plots for plot in each])
    said = tuple(_said(record, s) for s in range(count))
    track = Track("letter", "Letter", tuple(f"{s + 1}" for s in range(count)), count - 1, said, keep="")
    return dragged(track, [_frame(each, axes, scene, record) for each in plots])


def _plots(record: WritingRecord, s: int) -> list[LinePlot]:
    """The probabilities of the letters so far, and the way back of the last one's gradient."""
    chances = np.where(np.arange(len(record.letters)) <= s, np.exp(record.log_p), np.nan)
    chance = Curve("probability", "probability", "h", chances, log=False, width=1.8)
    sent = Curve("norm dl/dh", "dℓ/dh<sub>t</sub>", "total", record.flow[s].astype(float), width=3.0)
    upper = Frame(CHANCE, "probability of each letter", "probability", 90, log=False)
    lower = Frame(SENT, "gradient that this letter's loss sends back", "‖dℓ/dh<sub>t</sub>‖", 190)
    told = _said(record, s)
    return [StepPlot(upper, [chance], [told["first"] + told["rest"]]), StepPlot(lower, [sent], [told["more"]])]


def _frame(plots: Sequence[LinePlot], axes: SharedAxes, scene: StepScene, record: WritingRecord) -> Drawn:
    panels = [panel for plot in plots for panel in plot.panels(scene, axes)]
    drawn = composed(WRITING, f"{TITLE}: {record.label}", panels, scene, record.caption)
    title = {"title": {"text": "step, by the letter it writes", "standoff": 8}}
    drawn.figure["layout"]["xaxis"] |= _ticks(record) | title
    return replace(drawn, columns={"letter": np.array(record.letters), **_columns(record)})


def _columns(record: WritingRecord) -> dict[str, Array]:
    """Return a row a letter: its probability, and what it sends back to each step."""
    sent = {f"log10 norm dl/dh, step {t + 1}": column for t, column in enumerate(record.flow.T)}
    return {"probability": np.exp(record.log_p), **sent}


def _ticks(record: WritingRecord) -> dict:
    shown = [_short(letter) for letter in record.letters]
    places = list(range(1, len(shown) + 1))
    size = TEXT if len(shown) * max(map(len, shown)) <= ROOM else SMALL - 2
    return {"tickmode": "array", "tickvals": places, "ticktext": shown, "tickangle": 0, "tickfont": {"size": size}}


def _short(letter: str) -> str:
    seen = VISIBLE.get(letter, letter)
    return seen if len(seen) <= LONGEST_TICK else seen[: LONGEST_TICK - 1] + "…"


def _said(record: WritingRecord, s: int) -> dict:
    """Return the words that stand on top while a letter is shown."""
    chance = float(np.exp(record.log_p[s]))
    return {
        "first": f"“{VISIBLE.get(record.letters[s], record.letters[s])}”",
        "colour": "green" if chance >= 0.5 else "orange" if chance >= 0.1 else "red",
        "rest": f" {_where(record, s)} has a probability of {words.percent(chance)}.",
        "more": _reach(record, s),
        "numbers": _numbers(record, s),
    }


def _where(record: WritingRecord, s: int) -> str:
    before = record.between.join(record.letters[:s])
    told = f"after “{'…' if len(before) > CONTEXT else ''}{before[-CONTEXT:]}”" if before else "as the first letter"
    return f"{told}, given by the prompt," if s < record.given else told


def _reach(record: WritingRecord, s: int) -> str:
    """Return how much of the gradient at the letter's own step arrives at the first one, as a sentence."""
    own, first = float(record.flow[s, s]), float(record.flow[s, 0])
    if s == 0 or not np.isfinite(own):
        return "Its loss sends a gradient back to its own step alone."
    if np.isneginf(first):
        return "Exactly 0 of its gradient arrives at step 1."
    return f"Step 1 receives {words.from_log10(first - own)} times the gradient of its own step."


def _numbers(record: WritingRecord, s: int) -> list[tuple[str, str, str]]:
    likeliest = ", ".join(f"{VISIBLE.get(one, one)} {words.percent(p)}" for one, p in record.likeliest[s])
    return [
        ("Loss", words.number(-float(record.log_p[s])), "−ln p of this letter."),
        ("At its own step", words.from_log10(float(record.flow[s, s])), "‖dℓ/dh‖ at the step that writes it."),
        ("At step 1", words.from_log10(float(record.flow[s, 0])), "‖dℓ/dh_1‖ of this letter's loss."),
        ("Likeliest here", likeliest, "What the network expected at this step."),
    ]
