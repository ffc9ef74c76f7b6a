"""The verdict in words, and the few numbers behind it."""

import re

import streamlit as st

from cells import words
from cells.analysis.metrics import Metrics
from cells.analysis.verdict import Verdict

NEW_THOUGHT = re.compile(r"; (?=but |and )|\. (?=\S)")
COLOURS = {"vanishing": "blue", "exploding": "red", "stable": "green", "copied": "green"}


def show_head(found: Verdict, numbers: Metrics) -> None:
    """What became of the gradient, large; what else there is to say, small; and a row of metrics."""
    with st.container(key="verdict"):
        st.markdown(verdict_markdown(found))
    with st.container(horizontal=True, key="metrics"):
        st.metric("A step back keeps", words.percent(found.decay_per_step))
        _life(found)
        st.metric("Spectral radius ρ", f"{numbers.spectral_radius:.2f}", help=f"Largest |λ| of {numbers.matrix}.")
        st.metric("Largest singular value σ", f"{numbers.sigma_max:.2f}", help=f"Of {numbers.matrix}.")
        _saturation(numbers)


def verdict_markdown(found: Verdict) -> str:
    """The verdict's sentence with its first part as a heading, the first words in the colour of what they say."""
    end = NEW_THOUGHT.search(found.sentence)
    cut = end.start() if end else len(found.sentence)
    first, _, numbers = found.sentence[:cut].partition(":")
    more = found.sentence[cut:].lstrip(".; ")
    return f"### :{COLOURS.get(found.kind, 'orange')}[{first}:]{numbers.rstrip('.')}.\n\n{more[:1].upper()}{more[1:]}"


def _life(found: Verdict) -> None:
    if found.doubling < found.half_life:
        st.metric("Doubles in", words.steps(found.doubling))
    else:
        st.metric("Half-life", words.steps(found.half_life))


def _saturation(numbers: Metrics) -> None:
    share = max(numbers.saturated.values())
    detail = ", ".join(f"{name}: {words.percent(value)}" for name, value in numbers.saturated.items())
    st.metric("Saturated", words.percent(share), help=f"Slope below {numbers.flat:.0%} of the steepest; {detail}.")
