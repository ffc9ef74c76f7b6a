"""Which answers a network gives for which: the shares of each right answer, as colour and in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz import words
from viz.analysis.xy_axes import LEFT, Matrix, XYAxes, heatmap, xy_figure
from viz.curves import Array
from viz.flow_figure import Drawn
from viz.panel import View

from .scene import StepScene

CONFUSION = "training_confusion"
TITLE = "Answers on the test data"
CELL, LEAST, LETTER = 30, 180, 8  # px of a row, of the whole, and of a letter
FEW = 16  # classes whose shares are written into their cells
NAMED = 3  # confusions that the finding names
ALOUD = 0.05  # share of a class below which a confusion is not named


@dataclass(frozen=True, eq=False)
class ConfusionRecord:
    """Counts (right answer, given answer) on the test data, the answers' names, the run's label and settings."""

    counts: Array
    classes: Sequence[str]
    label: str
    caption: str

    @property
    def shares(self) -> Array:
        """Return each row over its sum; nan where an answer is never right."""
        sums = self.counts.sum(axis=1, keepdims=True)
        return np.where(sums, self.counts / np.maximum(sums, 1), np.nan)


def confusion_figure(record: ConfusionRecord, view: View | None = None, extra: Sequence = ()) -> Drawn:
    """Return the table in colour; right answers stand on the diagonal, from the upper left to the lower right."""
    scene = StepScene(view=view or View())
    count, told = len(record.classes), finding(record)
    matrix = Matrix(
        "share", record.shares, list(range(count)), list(range(count)), (0.0, 1.0), scene.palette.flow,
        "%{customdata}",
    )  # fmt: skip
    height = max(LEAST, CELL * count)
    cells = heatmap(matrix, height, scene) | {"customdata": _hovers(record), **_numbers(record)}
    ticks = {"tickmode": "array", "tickvals": list(range(count)), "showgrid": False, "zeroline": False}
    across = {"ticktext": list(record.classes), "title": {"text": "answer given"}, "range": [-0.5, count - 0.5]}
    down = {"ticktext": list(record.classes), "title": {"text": "right answer"}, "range": [count - 0.5, -0.5]}
    longest = max(map(len, record.classes))
    axes = XYAxes(
        "share of each right answer", ticks | across | {"tickangle": -40 if longest > 2 else 0}, ticks | down, [cells],
        height, left=max(LEFT, 40 + LETTER * longest), bottom=52 + (LETTER - 2) * longest,
    )  # fmt: skip
    figure = xy_figure(axes, scene)
    title = f"{TITLE}: {record.label}"
    figure["layout"]["meta"] = {"name": CONFUSION, "title": title, "alt": told, "caption": record.caption}
    return Drawn(CONFUSION, title, figure, told, record.caption, _columns(record))


def _numbers(record: ConfusionRecord) -> dict:
    """Percent in the cells, where there are few enough of them; nothing where no answer went."""
    if len(record.classes) > FEW:
        return {}
    text = [[f"{100 * v:.0f}" if v >= 0.005 else "" for v in row] for row in np.nan_to_num(record.shares).tolist()]
    return {"text": text, "texttemplate": "%{text}"}


def _hovers(record: ConfusionRecord) -> list[list[str]]:
    rows = zip(record.classes, record.counts.tolist(), record.shares.tolist(), strict=True)
    return [
        [
            f"{right}, answered {given}: {count} ({words.percent(share)})"
            for given, count, share in zip(record.classes, counts, shares, strict=True)
        ]
        for right, counts, shares in rows
    ]


def finding(record: ConfusionRecord) -> str:
    """Return how many answers are right, and which wrong ones are given most often for their right ones."""
    asked, right = int(record.counts.sum()), int(np.trace(record.counts))
    share = words.percent(right / asked) if asked else "none"
    told = [f"Of {asked:,} answers on the test data {share} are right."]
    named = [f"{record.classes[r]} as {record.classes[g]} ({words.percent(s)})" for r, g, s in _worst(record)]
    return " ".join([*told, f"Most often mistaken: {', '.join(named)}."] if named else told)


def _worst(record: ConfusionRecord) -> list[tuple[int, int, float]]:
    wrong = np.nan_to_num(record.shares * (1 - np.eye(len(record.classes))))
    order = np.argsort(-wrong, axis=None, kind="stable")[:NAMED]
    places = [divmod(place, len(record.classes)) for place in order.tolist()]
    return [(r, g, float(wrong[r, g])) for r, g in places if wrong[r, g] >= ALOUD]


def _columns(record: ConfusionRecord) -> dict[str, Array]:
    given = {f"answered {name}": record.counts[:, k] for k, name in enumerate(record.classes)}
    return {"right answer": np.array(record.classes)} | given
