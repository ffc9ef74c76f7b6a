"""Words for what a run has come to."""

import math
from collections.abc import Iterator
from html import escape

from cells.words import number, percent, steps
from lab.record import RunRecord

from .stored import columns_of, is_language

ENDED = {
    "updates": "all updates are done",
    "target": "the target is reached",
    "patience": "the validation got no better",
    "halted": "a value was not finite",
    "stopped": "it was stopped by hand",
}


def headline(record: RunRecord) -> str:
    """Where it is and how well it does, as HTML."""
    first, colon, rest = headline_text(record).partition(":")
    if record.progress.halt:
        return f'<span class="bf-red">{escape(first)}{colon}</span>{escape(rest)}'
    return escape(f"{first}{colon}{rest}")


def headline_text(record: RunRecord) -> str:
    """Return the same as plain text."""
    progress, settings = record.progress, record.settings
    if progress.halt:
        return f"Exploded at update {progress.halt.update}: {progress.halt.tensor} is not finite."
    last = {name: float(column[-1]) for name, column in columns_of(record).items()}
    told = [f"loss {number(last['loss'])}"]
    told += [f"accuracy {percent(last['accuracy'])}"] if math.isfinite(last["accuracy"]) else []
    told += [f"perplexity {number(last['perplexity'])}"] if "perplexity" in last else []
    return f"Update {progress.update:,} of {settings.updates:,}: {', '.join(told)}."


def details(record: RunRecord) -> str:
    """How far back the gradient reaches, why it ended, and what it reached on data it had never seen."""
    progress = record.progress
    told = []
    if progress.halt:
        told.append(progress.halt.story)
    elif progress.update:
        told.append(_reach(float(record.history["half_life"][-1])))
    if progress.reason and not progress.halt:
        told.append(f"Ended because {ENDED.get(progress.reason, progress.reason)}.")
    if progress.metrics:
        told.append(f"On the test data: {', '.join(_measured(record))}.")
    return " ".join(filter(None, told))


def _measured(record: RunRecord) -> Iterator[str]:
    for name, value in record.progress.metrics.items():
        if name != "perplexity" or is_language(record):
            yield f"{name} {percent(value) if name == 'accuracy' else number(value)}"


def _reach(half_life: float) -> str:
    if half_life == math.inf:
        return "No gradient is lost on its way back to step 1."
    return f"Half of the gradient is gone {steps(half_life)} back." if math.isfinite(half_life) else ""
