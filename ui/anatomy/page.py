"""The frame of every anatomy page: questions on top, the answer to the one asked, then what the page shows."""

from collections.abc import Callable

import streamlit as st

from cells import RunSettings
from ui.run_page import run_page
from ui.view import PageView

from .answers import question_row, show_answer
from .compute import caption_of
from .opened import Opened, open_run
from .trust import watch


def anatomy_page(draw: Callable[[Opened], None]) -> None:
    """Draw a page for what is opened; all settings stand below."""

    def body(settings: RunSettings, view: PageView) -> None:
        opened = open_run(settings, view)
        show_answer(opened)
        watch(opened)
        draw(opened)
        st.caption(caption_of(opened))

    run_page(body, question_row)
