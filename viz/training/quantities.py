"""Quantities that are drawn of a run as lines: each panel's columns, its axis, and its finding in words."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from viz import words
from viz.curves import Array

from .record import TrainingRecord

SMOOTH = 20  # updates whose mean is told


TWICE = {"loss": "smooth_loss", "grad_norm": "clipped_norm"}  # what is not smoothed, what was never clipped


@dataclass(frozen=True)
class Line:
    """A column, the words at its end, its colour's role, its width in px; `measured`: only now and then."""

    column: str
    label: str
    role: str
    measured: bool = False
    width: float = 1.8


@dataclass(frozen=True)
class Quantity:
    """A panel of lines, the first one lowest. `told` gives its finding, `compared` the line that compares runs."""

    name: str
    title: str
    axis: str
    lines: tuple[Line, ...]
    told: Callable[[TrainingRecord], str]
    log: bool = True
    height: int = 112
    compared: int = 0  # place in `lines`

    def lines_of(self, record: TrainingRecord) -> list[Line]:
        """Those that the run has; of two that are the same in every update, the first alone."""
        known = [line for line in self.lines if record.has(line.column)]
        twice = {again for first, again in TWICE.items() if _same(record, first, again)}
        if "clipped_norm" in twice:
            known = [replace(line, label="‖g‖") if line.column == "grad_norm" else line for line in known]
        return [line for line in known if line.column not in twice]

    def heading(self, record: TrainingRecord) -> str:
        """The panel's heading."""
        share = clipped_share(record) if self.name == "gradient" else 0.0
        return self.title + (f", clipped in {words.percent(share)} of updates" if share else "")


def _same(record: TrainingRecord, first: str, again: str) -> bool:
    columns = record.columns
    return first in columns and again in columns and np.array_equal(columns[first], columns[again], equal_nan=True)


def ends(values: Array) -> tuple[float, float]:
    """The first number and the mean of the last ones."""
    known = values[np.isfinite(values)]
    return (float(known[0]), float(known[-SMOOTH:].mean())) if len(known) else (np.nan, np.nan)


def clipped_share(record: TrainingRecord) -> float:
    """In which share of the updates clipping changed the gradient."""
    return float(np.nanmean(record.columns["clip_bit"])) if record.has("clip_bit") else 0.0


def way(name: str, column: str) -> Callable[[TrainingRecord], str]:
    """A sentence: from where to where a column went."""

    def told(record: TrainingRecord) -> str:
        first, last = ends(record.columns[column])
        span = "1 update" if record.updates == 1 else f"{record.updates} updates"
        return f"{name} goes from {words.number(first)} to {words.number(last)} in {span}."

    return told


def _clipping(record: TrainingRecord) -> str:
    bit = clipped_share(record)
    told = way("The gradient's norm", "grad_norm")(record)
    return f"{told} Clipping changed it in {words.percent(bit)} of the updates." if bit else told


def _half_life(record: TrainingRecord) -> str:
    last = float(record.columns["half_life"][-1])
    if np.isposinf(last):
        return "At the last update no gradient is lost on the way back."
    told = words.steps(last) if np.isfinite(last) else "not known"
    return f"At the last update half of the gradient is gone after {told}."


QUANTITIES = (
    Quantity(
        "loss",
        "loss",
        "loss",
        (
            Line("loss", "this batch", "float32", width=1.2),
            Line("smooth_loss", "smoothed", "total", width=2.6),
            Line("validation_loss", "validation", "other", True, width=2.2),
        ),
        way("The loss", "smooth_loss"),
        height=150,
        compared=2,
    ),
    Quantity(
        "accuracy",
        "accuracy",
        "share right",
        (Line("accuracy", "this batch", "total"), Line("validation_accuracy", "validation", "other", True, width=2.2)),
        way("The accuracy", "accuracy"),
        log=False,
        compared=1,
    ),
    Quantity(
        "perplexity",
        "perplexity",
        "perplexity",
        (
            Line("perplexity", "this batch", "total"),
            Line("validation_perplexity", "validation", "other", True, width=2.2),
        ),
        way("The perplexity", "perplexity"),
        compared=1,
    ),
    Quantity(
        "gradient",
        "gradient norm ‖g‖",
        "‖g‖",
        (Line("clipped_norm", "after clipping", "direct"), Line("grad_norm", "before clipping", "total")),
        _clipping,
        compared=1,
    ),
    Quantity("half_life", "half-life of the gradient", "steps", (Line("half_life", "half-life", "dc"),), _half_life),
    Quantity(
        "weights",
        "weight norms",
        "norm",
        (Line("weight_norm", "all weights", "candidate"), Line("recurrent_norm", "W<sub>h</sub>", "recurrent")),
        way("The norm of all weights", "weight_norm"),
    ),
    Quantity(
        "radius",
        "spectral radius of the recurrent matrix",
        "|λ|<sub>max</sub>",
        (Line("spectral_radius", "radius", "recurrent", True),),
        way("The spectral radius", "spectral_radius"),
        log=False,
    ),
    Quantity(
        "ratio",
        "size of an update",
        "‖ΔW‖/‖W‖",
        (Line("update_ratio", "‖ΔW‖/‖W‖", "update"),),
        way("An update's share of the weights", "update_ratio"),
    ),
)
