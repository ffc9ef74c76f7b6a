"""Terms a newcomer stumbles over: two sentences each, and the lesson about it, under the pointer or the keyboard."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import streamlit as st

from ui.lessons.library import label_of
from viz.words import spelled

TAG = re.compile(r"(<[^>]*>)")


@dataclass(frozen=True)
class Term:
    """A term, how else it is written, what it means in two sentences, and the lesson that shows it."""

    name: str
    meaning: str
    lesson: str
    also: tuple[str, ...] = ()


TERMS = (
    Term(
        "half-life",
        "How many steps back the gradient travels until half of it is gone. "
        "With a half-life of 2 steps nothing is left after 50: a half, of a half, of a half, 25 times.",
        "02-why-it-vanishes",
        ("Half-life",),
    ),
    Term(
        "spectral radius",
        "The size of the largest eigenvalue of the recurrent matrix. "
        "Over many steps it decides: below 1 a linear network forgets, above 1 it explodes.",
        "03-linear-networks",
        ("Spectral radius ρ", "Spectral radius"),
    ),
    Term(
        "singular value",
        "How far a matrix can stretch a vector in one step; the largest one is the most it can do. "
        "It rules the first few steps, where the spectral radius rules the long run.",
        "03-linear-networks",
        ("Largest singular value σ", "singular values"),
    ),
    Term(
        "credit",
        "What one step's loss sends back to an earlier step, and nothing else. "
        "It tells whether the network can learn from far away, which the gradient of all losses together may hide.",
        "05-last-or-all",
        ("Credit",),
    ),
    Term(
        "direct part",
        "The part of a step's gradient that comes through that step's own output, without any journey through time. "
        "It is all that retain_grad() on the output of nn.LSTM shows.",
        "05-last-or-all",
    ),
    Term(
        "retain_grad",
        "How PyTorch is asked to keep a gradient. "
        "On the output of nn.RNN, nn.GRU or nn.LSTM it keeps the direct part alone.",
        "05-last-or-all",
        ("retain_grad()",),
    ),
    Term(
        "saturated",
        "A unit in the flat part of its activation, where a change of its input hardly changes its output. "
        "Its slope is near 0, so hardly any gradient gets through it.",
        "04-relu-and-tanh",
        ("Saturated",),
    ),
    Term(
        "pre-activation",
        "The weighted sum before the nonlinearity: input, old state and bias added up. "
        "Where it is large, tanh and sigmoid are flat.",
        "01-one-gradient",
        ("pre-activations",),
    ),
    Term(
        "Jacobian",
        "The matrix that says how each number after a step depends on each number before it. "
        "The way back is a product of Jacobians, one for every step.",
        "02-why-it-vanishes",
        ("Jacobians",),
    ),
    Term(
        "Lyapunov exponent",
        "The average rate, per step, at which small differences grow on the way forward. "
        "The gradient on the way back follows the same rate; above 0 the network is chaotic.",
        "02-why-it-vanishes",
        ("Lyapunov exponents", "largest exponent"),
    ),
    Term(
        "forget gate",
        "A number between 0 and 1 that an LSTM multiplies its memory by at every step. "
        "Near 1 it hands the gradient on almost unchanged, past every matrix.",
        "06-gates",
    ),
    Term(
        "k(t)",
        "The time gate of the Phased LSTM: 0 while it is closed, up to 1 while it is open, set by the clock alone. "
        "While it is 0 the unit keeps its state and hands its gradient on bit for bit.",
        "07-clocks",
        ("time gate",),
    ),
    Term(
        "period",
        "τ: the time from one opening of a unit's gate to the next. Units with long periods remember over long times.",
        "07-clocks",
    ),
    Term(
        "open ratio",
        "r_on: the share of its period during which a unit's gate is open. "
        "The smaller it is, the fewer steps change the state, and the less is lost.",
        "07-clocks",
    ),
    Term(
        "leak",
        "α: how much a closed gate lets through. "
        "It helps while learning, because a gate that is shut tells its clock nothing.",
        "07-clocks",
    ),
    Term(
        "seed",
        "The number that the random weights and the input are drawn from. "
        "Another seed is another draw of the same network, and it may behave differently.",
        "02-why-it-vanishes",
    ),
)
BY_NAME = {term.name: term for term in TERMS}
SPELLINGS = {spelling: term for term in TERMS for spelling in (term.name, *term.also)}
FOUND = re.compile(
    r"(?<![\w-])(" + "|".join(re.escape(word) for word in sorted(SPELLINGS, key=len, reverse=True)) + r")(?![\w-])"
)


def explained(html: str) -> str:
    """Return HTML in which the first mention of each term can be hovered or focused for its meaning."""
    seen: set[str] = set()

    def mark(found: re.Match) -> str:
        term = SPELLINGS[found[0]]
        if term.name in seen:
            return found[0]
        seen.add(term.name)
        return marked(found[0], term)

    return "".join(part if place % 2 else FOUND.sub(mark, part) for place, part in enumerate(TAG.split(html)))


def marked(word: str, term: Term) -> str:
    """Return a word with its meaning and the lesson about it."""
    link = f'<a href="lessons?lesson={term.lesson}">{escape(label_of(term.lesson))}</a>'
    tip = f'<span class="bf-tip" role="tooltip">{spelled(term.meaning)} {link}</span>'
    return f'<span class="bf-term" tabindex="0">{word}{tip}</span>'


def show_terms(names: Iterable[str]) -> None:
    """Draw a line of terms to look up."""
    words = " · ".join(marked(spelled(name), BY_NAME[name]) for name in names)
    if words:
        st.html(f'<p class="bf-terms">Terms: {words}</p>')
