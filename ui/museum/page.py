"""The page Failure museum: one exhibit with its code, both its curves, how to see it and how to mend it."""

from html import escape

import streamlit as st

from cells import RunSettings
from ui import state
from ui.analysis.check_badge import watch
from ui.analysis.compute import caption_of
from ui.analysis.pickers import pick
from ui.analysis.selection import Selection, select_run
from ui.analysis.show import show_analysis_chart
from ui.rich_text import sentence
from ui.shell.run_page import run_page
from ui.shell.widgets import PLACE
from ui.views.exhibits import BY_NAME, EXHIBITS, Exhibit
from ui.views.fields import DEFAULTS
from ui.views.page import PageView

SHARES = (5, 16)  # of the width: the list, the exhibit
OWN_RUN = "Sets everything as the run of this exhibit has it."
HAS_UNIT = "closed_gate"  # the exhibit that looks at a single unit


def museum_page() -> None:
    """Draw the list of exhibits, and beside it the one that is open."""
    run_page(_draw)


def _draw(settings: RunSettings, view: PageView) -> None:
    selection = select_run(settings, view)
    exhibit = BY_NAME[selection.analysis.exhibit]
    watch(selection)
    with st.container(key="museum"):
        listed, opened = st.columns(SHARES, gap="medium")
    with listed:
        _show_list()
    with opened, st.container(key="exhibit_open"):
        _show_exhibit(exhibit, selection)
    st.caption(caption_of(selection))


def _show_list() -> None:
    titles = {exhibit.name: exhibit.title for exhibit in EXHIBITS}
    st.radio("Exhibits", list(titles), key="exhibit", format_func=titles.get, on_change=_open, **PLACE)


def _open() -> None:
    """Set the run that shows the exhibit; the reader comes to see it, not to look for it."""
    name = state.told("exhibit")
    if name in BY_NAME:
        set_run_of(BY_NAME[name])


def set_run_of(exhibit: Exhibit) -> None:
    """Set the settings of an exhibit's run."""
    state.reset(exhibit.values | {"exhibit": exhibit.name})


def is_own_run(exhibit: Exhibit) -> bool:
    """Return whether the page shows the exhibit's run as it was chosen."""
    present = state.values()
    wanted = DEFAULTS | exhibit.values | {"exhibit": exhibit.name}
    return all(present[name] == wanted[name] for name in DEFAULTS if name not in (*state.ALWAYS, "pins", "scrub"))


def _show_exhibit(exhibit: Exhibit, selection: Selection) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.html(f'<h2 class="bf-step">{exhibit.title}</h2>', width="content")
        if not is_own_run(exhibit):
            st.button("The exhibit's run", help=OWN_RUN, key="own run", on_click=set_run_of, args=(exhibit,))
    sentence(exhibit.tells)
    wrong, right = st.columns(2, gap="medium")
    with wrong:
        _show_code("As it was written", exhibit.code)
    with right:
        _show_code("Mended", exhibit.mended)
    show_analysis_chart("exhibit", selection)
    if exhibit.name == HAS_UNIT:
        pick("unit", selection)
    _show_advice("How to see it", exhibit.see)
    _show_advice("How to mend it", exhibit.mend)


def _show_code(title: str, code: str) -> None:
    st.html(f'<h3 class="bf-title">{title}</h3><pre class="bf-code">{escape(code)}</pre>')


def _show_advice(title: str, text: str) -> None:
    st.html(f'<h3 class="bf-title">{title}</h3>')
    sentence(text)
