"""A mistake of the museum: what the wrong formula shows, over what the right one shows, of the same run."""

from dataclasses import replace

import numpy as np

from cells.analysis.mistakes.exhibit import STEP, Exhibit
from cells.log_mean import log10_mean
from viz import words
from viz.curves import Array, Curve
from viz.lines import Frame, line_panel
from viz.panel import Scene
from viz.words import spelled

from .chart import Chart, ChartLabel, Look, timed
from .real_time import axis_over, placed

EXHIBIT = ChartLabel("exhibit", "The wrong curve and the right one")
HEIGHT = 300
ALIKE = 1e-9  # decades


def exhibit(record: Exhibit, scene: Scene, look: Look) -> Chart:
    """Return both curves on one axis."""
    means = {"wrong": log10_mean(record.wrong), "right": log10_mean(record.right)}
    right = Curve(f"right {record.quantity}", "right", "total", means["right"], width=3.2)
    wrong = Curve(f"wrong {record.shown}", f"wrong: {spelled(record.shown)}", "exploding", means["wrong"], dash="dash")
    mean = ", mean over the batch" if record.right.shape[1] > 1 else ""
    frame = Frame("exhibit", spelled(record.quantity) + mean, spelled(record.quantity), HEIGHT)
    shown = scene if record.over == STEP else placed(scene, np.arange(1.0, len(right.mean) + 1))
    chart = timed(EXHIBIT, [line_panel(frame, [right, wrong], shown, [])], shown, _finding(record.over, **means))
    return chart if record.over == STEP else _over(record, chart)


def _over(record: Exhibit, chart: Chart) -> Chart:
    """Return the chart over something that is no step of the run."""
    places = np.arange(1.0, len(record.right) + 1)
    chart.figure["layout"]["xaxis"] |= axis_over(places, record.over, f"{record.over} %{{x}}")
    columns = {name: column for name, column in chart.columns.items() if name != STEP}
    return replace(chart, columns={record.over: places} | columns)


def _finding(over: str, wrong: Array, right: Array) -> str:
    """Return how far the wrong curve is from the right one where it is farthest."""
    count = len(right)
    if (broken := np.flatnonzero(~np.isfinite(wrong) & ~np.isneginf(wrong) & np.isfinite(right))).size:
        return f"From {over} {broken[0] + 1} on the wrong curve has no number any more; the right one goes on."
    if (dead := np.isneginf(wrong) & np.isfinite(right)).any():
        first = int(np.flatnonzero(dead)[0])
        there = words.from_log10(float(right[first]))
        return (
            f"The wrong curve is exactly 0 at {dead.sum()} of {count} {over}s; "
            f"the right one is not, and at {over} {first + 1} it is {there}."
        )
    return _apart(over, wrong, right)


def _apart(over: str, wrong: Array, right: Array) -> str:
    with np.errstate(invalid="ignore"):
        gap = np.where(np.isfinite(wrong) & np.isfinite(right), wrong - right, 0.0)
    at = int(np.argmax(np.abs(gap)))
    if abs(gap[at]) < ALIKE:
        return f"In this run the two curves agree at all {len(right)} {over}s: the mistake does not show."
    shown, true = words.from_log10(float(wrong[at])), words.from_log10(float(right[at]))
    size = "large" if gap[at] > 0 else "small"
    times = words.factor(abs(float(gap[at])))
    return f"At {over} {at + 1} the wrong curve shows {shown} in place of {true}: {times} times too {size}."
