"""The frame of every page of measures: questions on top, the answer to the one asked, then what the page shows."""

from collections.abc import Callable

import streamlit as st

from cells import RunSettings
from ui.shell.run_page import run_page
from ui.views.page import PageView

from .answers import question_row, show_answer
from .check_badge import watch
from .compute import caption_of
from .selection import Selection, select_run


def analysis_page(draw: Callable[[Selection], None]) -> None:
    """Draw a page for what is opened; all settings stand below."""

    def body(settings: RunSettings, view: PageView) -> None:
        selection = select_run(settings, view)
        show_answer(selection)
        watch(selection)
        draw(selection)
        st.caption(caption_of(selection))

    run_page(body, question_row)
