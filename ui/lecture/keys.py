"""Hear the keys of the page, and show the bar of lecture mode at its foot."""

import json
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from ui import state
from ui.lessons.library import label_of
from ui.lessons.opening import open_lesson, turn_steps
from ui.server.background import visitor
from ui.stage import ask_turns, is_lecture, is_locked, turns_asked, turns_done, turns_left
from ui.views.fields import learn_view, lecture_view

HERE, KEY = Path(__file__).parent, "lecture keys"
HTML = '<div class="bf-lecture"></div>'


def show_lecture_keys() -> None:
    """Mount what hears the keys, and do what was asked for with them."""
    if is_locked():
        return
    facts = json.dumps(_facts())
    _keys()(key=KEY, data={"json": facts}, height="content", on_turn_change=_ask_turn, on_lecture_change=_turn_mode)
    if left := turns_left():
        turn_steps(left, turns_done())


def show_lecture_style() -> None:
    """Set the page large, or locked, where the link says so."""
    wanted = {"lecture.css": is_lecture(), "locked.css": is_locked()}
    css = "".join(_style(name) for name, on in wanted.items() if on)
    if css:
        st.html(f"<style>{css}</style>")


def _facts() -> dict[str, Any]:
    values = state.values()
    found = open_lesson(learn_view(values))
    where = "" if found is None else f"{label_of(found[0].name)} · step {found[1]} of {len(found[0].steps)}"
    told = {"on": is_lecture(), "think": lecture_view(values).think, "where": where}
    return told | {"reader": visitor(), "asked": turns_asked()}


def _ask_turn() -> None:
    """Let the run that follows do it: a callback may not turn the page."""
    asked = (state.told(KEY) or {}).get("turn")
    if isinstance(asked, int):
        ask_turns(asked)


def _turn_mode() -> None:
    told = (state.told(KEY) or {}).get("lecture")
    if isinstance(told, bool):
        state.put({"lecture": told})


@st.cache_resource(show_spinner=False)
def _keys():
    return component("backflow_lecture", html=HTML, js=_read("lecture.js"), isolate_styles=False)


@st.cache_resource(show_spinner=False)
def _style(name: str) -> str:
    return _read(name)


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
