"""The verdict in words, and the few numbers behind it."""

import streamlit as st

from cells import words
from cells.analysis.metrics import Metrics
from cells.analysis.verdict import Verdict

COLOURS = {"vanishing": "blue", "exploding": "red", "stable": "green", "copied": "green"}


def show_head(found: Verdict, numbers: Metrics) -> None:
    """One sentence, and a row of metrics."""
    first, _, rest = found.sentence.partition(":")
    colour = COLOURS.get(found.kind, "orange")
    st.markdown(f"### :{colour}[{first}:]{rest}")
    with st.container(horizontal=True, key="metrics"):
        st.metric("A step back keeps", words.percent(found.decay_per_step))
        _life(found)
        st.metric("Spectral radius ρ", f"{numbers.spectral_radius:.2f}", help=f"Largest |λ| of {numbers.matrix}.")
        st.metric("Largest singular value σ", f"{numbers.sigma_max:.2f}", help=f"Of {numbers.matrix}.")
        _saturation(numbers)


def _life(found: Verdict) -> None:
    if found.doubling < found.half_life:
        st.metric("Doubles in", words.steps(found.doubling))
    else:
        st.metric("Half-life", words.steps(found.half_life))


def _saturation(numbers: Metrics) -> None:
    share = max(numbers.saturated.values())
    detail = ", ".join(f"{name}: {words.percent(value)}" for name, value in numbers.saturated.items())
    st.metric("Saturated", words.percent(share), help=f"Slope below {numbers.flat:.0%} of the steepest; {detail}.")
