"""How far the reader has come: kept by the browser, written when a step is drawn, read by the list of lessons."""

import json
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from ui import state

from .library import label_of, lessons

HERE = Path(__file__).parent
LIST = "lesson list"


def keep_progress(lesson: str, step: int, steps: int) -> None:
    """Have the browser remember that this step was reached."""
    _reach()(key="lesson progress", data=_as_text(lesson=lesson, step=step, steps=steps), height="content")


def lesson_list() -> tuple[str, int] | None:
    """Draw all lessons; returns the lesson and the step that were chosen, in the run that follows the choice."""
    facts = [
        {"name": one.name, "label": label_of(one.name), "title": one.title, "minutes": one.minutes}
        | {"needs": one.needs, "steps": len(one.steps)}
        for one in lessons()
    ]
    _listing()(key=LIST, data=_as_text(lessons=facts), height="content", on_open_change=lambda: None)
    chosen = (state.told(LIST) or {}).get("open")
    lesson, step = (chosen.get("lesson"), chosen.get("step")) if isinstance(chosen, dict) else (None, None)
    return (lesson, step) if isinstance(lesson, str) and isinstance(step, int) else None


def _as_text(**facts: Any) -> dict[str, str]:
    """Return the facts as JSON for a script: of anything but text Streamlit asks pandas whether it is a table."""
    return {"json": json.dumps(facts)}


@st.cache_resource(show_spinner=False)
def _reach():
    return component("backflow_reach", html="<span hidden></span>", js=_scripts("reach.js"), isolate_styles=False)


@st.cache_resource(show_spinner=False)
def _listing():
    html = '<div class="bf-lessons"></div>'
    return component("backflow_lessons", html=html, js=_scripts("listing.js"), isolate_styles=False)


def _scripts(name: str) -> str:
    return "\n".join((HERE / file).read_text(encoding="utf-8") for file in ("progress.js", name))
