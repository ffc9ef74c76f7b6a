"""The verdict in words, and the few numbers behind it."""

import re
from collections.abc import Iterator
from html import escape

import streamlit as st

from cells import words
from cells.analysis.metrics import Metrics
from cells.analysis.verdict import Verdict

NEW_THOUGHT = re.compile(r"; (?=but |and )|\. (?=\S)")
COLOURS = {"vanishing": "blue", "exploding": "red", "stable": "green", "copied": "green"}


def show_head(found: Verdict, numbers: Metrics) -> None:
    """What became of the gradient, large; what else there is to say, small; and a row of numbers."""
    with st.container(key="verdict"):
        st.markdown(verdict_markdown(found))
    st.html(
        f'<dl class="bf-metrics">{"".join(_metrics(found, numbers))}</dl>'
    )  # one element, where st.metric takes five


def verdict_markdown(found: Verdict) -> str:
    """The verdict's sentence with its first part as a heading, the first words in the colour of what they say."""
    end = NEW_THOUGHT.search(found.sentence)
    cut = end.start() if end else len(found.sentence)
    first, _, numbers = found.sentence[:cut].partition(":")
    more = found.sentence[cut:].lstrip(".; ")
    return f"### :{COLOURS.get(found.kind, 'orange')}[{first}:]{numbers.rstrip('.')}.\n\n{more[:1].upper()}{more[1:]}"


def _metrics(found: Verdict, numbers: Metrics) -> Iterator[str]:
    yield _metric("A step back keeps", words.percent(found.decay_per_step), "Mean factor of the credit a step back.")
    if found.doubling < found.half_life:
        yield _metric("Doubles in", words.steps(found.doubling), "Steps back in which the gradient doubles.")
    else:
        yield _metric("Half-life", words.steps(found.half_life), "Steps back after which half of the gradient is gone.")
    yield _metric("Spectral radius ρ", f"{numbers.spectral_radius:.2f}", f"Largest |λ| of {numbers.matrix}.")
    yield _metric("Largest singular value σ", f"{numbers.sigma_max:.2f}", f"Of {numbers.matrix}.")
    share = max(numbers.saturated.values())
    detail = ", ".join(f"{name}: {words.percent(value)}" for name, value in numbers.saturated.items())
    yield _metric("Saturated", words.percent(share), f"Slope below {numbers.flat:.0%} of the steepest; {detail}.")


def _metric(label: str, value: str, meaning: str) -> str:
    return f'<div title="{escape(meaning)}"><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>'
