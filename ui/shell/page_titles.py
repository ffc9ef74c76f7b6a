"""Titles of the pages, the question each answers, and the terms a reader may have to look up there."""

from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st
from streamlit.navigation.page import Page

from viz.words import spelled


@dataclass(frozen=True)
class PageTitle:
    """A name for the menu, one sentence that says what the page answers, and terms of the glossary."""

    name: str
    question: str
    terms: tuple[str, ...] = ("credit", "half-life", "direct part")


TITLES = {
    "flow": PageTitle(
        "Gradient flow",
        "What becomes of the gradient on its way back through time?",
        ("half-life", "spectral radius", "singular value", "saturated", "credit", "direct part"),
    ),
    "credit": PageTitle(
        "Which loss reaches which step",
        "How much of each step's loss arrives at each earlier step, and which steps make a weight's gradient?",
        ("credit", "direct part", "retain_grad"),
    ),
    "equations": PageTitle(
        "One step in numbers",
        "What exactly is computed in one step, forward and backward?",
        ("direct part", "pre-activation", "Jacobian"),
    ),
    "own": PageTitle(
        "Your network",
        "What becomes of the gradient in a network of your own, with your data?",
    ),
    "jacobians": PageTitle(
        "Jacobians",
        "What does one step do to a gradient, what do many together, and did theory expect it?",
        ("Jacobian", "singular value", "spectral radius", "Lyapunov exponent"),
    ),
    "paths": PageTitle(
        "Paths of the gradient",
        "Which way does the gradient take, and where is it held up?",
        ("forget gate", "saturated", "pre-activation"),
    ),
    "gate": PageTitle(
        "Gates by the clock",
        "When is each unit of a Phased LSTM open, and what does that do to the gradient?",
        ("k(t)", "period", "open ratio", "leak"),
    ),
    "fan": PageTitle(
        "Other seeds",
        "Would another draw of the same weights have shown the same?",
        ("seed", "credit"),
    ),
    "phase": PageTitle(
        "Phase diagram",
        "For which settings does the gradient vanish, stay or explode?",
        ("credit", "spectral radius", "half-life"),
    ),
    "table": PageTitle(
        "All cells compared",
        "Which cell, activation and initialiser keeps the gradient best?",
        ("half-life", "credit"),
    ),
    "lessons": PageTitle("Lessons", "Where do I begin?", ()),
    "museum": PageTitle(
        "Failure museum",
        "Which mistakes make a gradient look better or worse than it is, and how are they seen?",
        ("direct part", "retain_grad", "saturated", "k(t)"),
    ),
    "train": PageTitle("Train", "What becomes of the gradient while a network learns?", ()),
}


def titled(path: str, default: bool = False) -> Page:
    """Return a page of the menu; its address stays the name of its file, whatever it is called."""
    title = TITLES[PurePath(path).stem]
    return st.Page(path, title=title.name, default=default, help=title.question)


def show_title(page: str) -> None:
    """Draw what the page is called and what it answers."""
    title = TITLES.get(page)
    if title:
        name, question = spelled(title.name), spelled(title.question)
        st.html(f'<h1 class="bf-page-title">{name}</h1><p class="bf-page-question">{question}</p>', width="stretch")
