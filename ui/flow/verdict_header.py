"""The verdict in words, and the few numbers behind it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import streamlit as st

from cells import words
from cells.analysis.gradient.verdict import Verdict
from cells.analysis.jacobian.recurrent_matrix import KeyNumbers
from ui.glossary import explained

COLOURS = {"vanishing": "blue", "exploding": "red", "stable": "green", "copied": "green"}


@dataclass(frozen=True)
class VerdictHeader:
    """The words on top: the first ones, in a colour; the rest of their sentence; what else there is to say; and what
    label, value and meaning each number has."""

    first: str
    colour: str
    rest: str
    more: str
    numbers: tuple[tuple[str, str, str], ...]

    @property
    def html(self) -> str:
        """Return all of it as one element: the sentence as a heading in a band, and below it the row of numbers."""
        first = f'<span class="bf-{self.colour}">{escape(self.first)}</span>'
        numbers = "".join(_number(*number) for number in self.numbers)
        return f'{band(first + escape(self.rest), escape(self.more))}<dl class="bf-metrics">{numbers}</dl>'


def band(heading: str, more: str) -> str:
    """Return a page's finding in a band: HTML for what stands large, and for what stands small below it, if
    anything.
    """
    return f'<div class="bf-verdict"><h3>{heading}</h3>{f"<p>{more}</p>" if more else ""}</div>'


def verdict_header_of(found: Verdict, numbers: KeyNumbers) -> VerdictHeader:
    """Return the words for a run."""
    said = found.headline
    colour = COLOURS.get(said.kind, "orange")
    return VerdictHeader(f"{said.head}:", colour, f" {said.rest}.", said.more, _numbers(found, numbers))


def show_verdict_header(found: Verdict, numbers: KeyNumbers) -> None:
    """Show what became of the gradient, large; what else there is to say, small; and a row of numbers."""
    st.html(verdict_header_of(found, numbers).html)


def _numbers(found: Verdict, numbers: KeyNumbers) -> tuple[tuple[str, str, str], ...]:
    share = max(numbers.saturated.values())
    detail = ", ".join(f"{name}: {words.percent(value)}" for name, value in numbers.saturated.items())
    return (
        _step(found),
        _life(found),
        ("Spectral radius ρ", f"{numbers.spectral_radius:.2f}", f"Largest |λ| of {numbers.matrix}."),
        ("Largest singular value σ", f"{numbers.sigma_max:.2f}", f"Of {numbers.matrix}."),
        ("Saturated", words.percent(share), f"Slope below {numbers.flat:.0%} of the steepest; {detail}."),
    )


def _step(found: Verdict) -> tuple[str, str, str]:
    meaning = "Mean factor of the credit a step back."
    if found.kind == "exploding":
        return "A step back multiplies by", words.factor(found.credit.log10_decay), meaning
    return "A step back keeps", _told(found.decay_per_step, words.percent), meaning


def _life(found: Verdict) -> tuple[str, str, str]:
    if found.doubling < found.half_life:
        return "Doubles in", words.steps(found.doubling), "Steps back in which the gradient doubles."
    return "Half-life", _told(found.half_life, words.steps), "Steps back after which half of the gradient is gone."


def _told(value: float, word: Callable[[float], str]) -> str:
    """Return a number in words; a dash where there is none, as for a gradient that is dead at once."""
    return word(value) if math.isfinite(value) else "–"


def _number(label: str, value: str, meaning: str) -> str:
    named = explained(escape(label))
    return f'<div><dt>{named}</dt><dd title="{escape(meaning)}">{escape(value)}</dd></div>'
