"""The questions as buttons, and the answer to the one that is asked, with the numbers of the run at hand."""

from typing import Any

import streamlit as st

from cells import RunSettings
from cells.knobs import BadValue
from ui import compute, state
from ui.views.fields import knob_of
from ui.views.questions import BY_NAME, QUESTIONS, Question

from .selection import Selection


def question_row() -> None:
    """A button for each question: it sets the run that poses it and opens the page that answers."""
    for question in QUESTIONS:
        values = question.values | {"question": question.name}
        key = f"question {question.name}"
        if st.button(question.label, help=question.ask, key=key, on_click=state.reset, args=(values,)):
            st.switch_page(question.page)


def show_answer(selection: Selection) -> None:
    """The question, what to look at, and the verdict of both sides at the present settings."""
    question = BY_NAME.get(selection.analysis.question)
    if question is None:
        return
    with st.container(border=True, key="answer"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{question.ask}**", width="stretch")
            st.button("Close", type="tertiary", key="close answer", on_click=state.put, args=({"question": "none"},))
        st.markdown(question.look)
        for sentence in sides(question, selection):
            st.markdown(f"- {sentence}")


def sides(question: Question, selection: Selection) -> list[str]:
    """Return the verdicts with the question's own value and with the other one.

    None where the cell has no such knob.
    """
    found = []
    for name, other in question.other.items():
        own = question.values[name]
        for value in (own, other):
            try:
                settings = selection.settings.replace(**{name: value})
            except BadValue:
                return []
            found.append(f"{_named(name, value)}: {_verdict(settings, selection)}")
    return found


def _named(name: str, value: Any) -> str:
    knob = knob_of(name)
    if knob.choices:
        return f"**{knob.label} {knob.choices[value]}**"
    return f"**{knob.label} {('on' if value else 'off') if isinstance(value, bool) else value}**"


def _verdict(settings: RunSettings, selection: Selection) -> str:
    return compute.summary_of(settings, compute.layer_of(settings, selection.view))[0].sentence
