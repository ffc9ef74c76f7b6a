"""Words for the gradient at one update of a run."""

import numpy as np

from viz import words

from .record import TrainingRecord

GROWN = 0.5  # decades that a gradient may grow on its way back and still count as kept
LOST = -1.0  # decades below which it counts as lost


def told_at(record: TrainingRecord, update: int) -> str:
    """Return what of the last step's gradient arrives at the first one, as a sentence."""
    arriving = arriving_at(record, update)
    if np.isnan(arriving):
        return "no gradient is known."
    if np.isneginf(arriving):
        return "exactly 0 of the last step's gradient arrives at step 1."
    return f"step 1 receives {words.from_log10(arriving)} times the gradient of the last step."


def arriving_at(record: TrainingRecord, update: int) -> float:
    """Return log10 of ‖dL/dh_1‖ over that of the last step that has one; nan where there is none."""
    rows = record.flow("h")
    row = np.array([np.nan]) if rows is None else rows[update - 1].astype(float)
    known = np.flatnonzero(np.isfinite(row))
    if not len(known):
        return float("nan")
    return float("-inf") if np.isneginf(row[0]) else float(row[known[0]] - row[known[-1]])


def said(record: TrainingRecord, update: int) -> dict:
    """Return the words that stand on top of the figure while this update is shown."""
    sentence = told_at(record, update)
    return {
        "first": f"Update {update:,}:",
        "colour": _colour(arriving_at(record, update)),
        "rest": f" {sentence}",
        "more": "",
        "numbers": _numbers(record, update),
    }


def _colour(arriving: float) -> str:
    if np.isnan(arriving):
        return "orange"
    return "red" if arriving > GROWN else "green" if arriving > LOST else "blue"


NUMBERS = {
    "loss": ("Loss", "Of this update's batch."),
    "accuracy": ("Accuracy", "Share of right answers in this batch."),
    "perplexity": ("Perplexity", "e^(mean loss a step) of this batch."),
    "grad_norm": ("Gradient norm", "‖g‖ of all parameters, before clipping."),
    "half_life": ("Half-life", "Steps back after which half of the gradient is gone."),
}


def _numbers(record: TrainingRecord, update: int) -> list[tuple[str, str, str]]:
    return [
        (label, _told(name, float(record.columns[name][update - 1])), meaning)
        for name, (label, meaning) in NUMBERS.items()
        if record.has(name)
    ]


def _told(name: str, value: float) -> str:
    if name == "half_life":
        return words.steps(value) if np.isfinite(value) else "–"
    return words.percent(value) if name == "accuracy" else words.number(value)
