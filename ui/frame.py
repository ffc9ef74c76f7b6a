"""The frame of every page: its title, menu, and what is done once a process."""

import gc
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from .platform import PLATFORM
from .server import memory
from .server.late_messages import mend_late_messages

VERSION = "0.1.0"
STYLE = Path(__file__).with_name("page.css")
PAGE = "page name"
ABOUT = "**Backflow** computes exact gradients of recurrent networks, step by step, and shows where they go."


def open_page() -> None:
    """Set up the page, and at the first call of the process what serves all of them."""
    st.set_page_config(
        page_title="Backflow",
        layout="wide",
        menu_items={"About": f"{ABOUT}\n\n{VERSION}"},
    )
    st.html(_style())
    _begin()


@st.cache_resource(show_spinner=False)
def _begin() -> bool:
    """Mend the server, and freeze what is loaded: a collection walks every object, and modules never become garbage."""
    mend_late_messages()
    gc.collect()
    gc.freeze()
    if PLATFORM.threads:
        memory.start_sweeper()
    return True


def enter(page: Page) -> None:
    """Remember which page is open; the first one has no name of its own in links."""
    st.session_state[PAGE] = page.url_path or "flow"


def hide_sidebar() -> None:
    """Take away the sidebar that the page before has left, where this one has no controls."""
    st.html("<style>section.stSidebar { display: none; }</style>")


def page_name() -> str:
    """Return the page that is open, by the name it has in links."""
    return st.session_state.get(PAGE, "")


@st.cache_resource(show_spinner=False)
def _style() -> str:
    """Return the page's styles, read once: a file that is opened at every rerun fails where none may be opened."""
    return f"<style>{STYLE.read_text(encoding='utf-8')}</style>"


def theme() -> str:
    """Return the theme the reader sees: light or dark; a chart says so where it was changed since the session began."""
    return st.session_state.get("theme") or ("dark" if st.context.theme.type == "dark" else "light")
