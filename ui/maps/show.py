"""The map on the page: what it says, how it is doing, the figure, and what a click sets."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import streamlit as st

import viz
from cells import RunSettings
from cells.analysis.maps import PhaseMap
from cells.analysis.maps.map_summary import distance, edge, extent, shares
from cells.knobs import BadValue
from ui import state
from ui.chart import event_of, show_chart
from ui.compute import BODIES, chart_body
from ui.cost.budget import is_heavy
from ui.cost.map_plan import clicked, seconds_of
from ui.export.dialog import export_dialog
from ui.export.exportables import Exportable, offer
from ui.flow.verdict_header import band
from ui.frame import theme
from ui.link.link_codec import text_of
from ui.rich_text import note
from ui.server import background
from ui.server.background import Work
from ui.shell.progress_bar import show_progress
from ui.views.fields import knob_of
from viz.flow_figure import Drawn
from viz.maps import PHASE, Shown, caption_of
from viz.maps.findings import Piece, details, headline, missing, place
from viz.words import spelled

from .map_live import soon
from .measures import number_of, theory_lines

Draw = Callable[[], None]

CHART, SET = "chart phase", "map set"
PRESENT_SECONDS = 5.0  # that one number may take
BAR = 210  # px
COLOURS = {"vanishing": "blue", "exploding": "red"}


def show_map(found: PhaseMap, settings: RunSettings, above: Draw, corner: Draw) -> None:
    """The map as far as it is known. `above` draws what takes a row of its own, `corner` what fits below the map."""
    plan = found.plan
    lines = background.ask("map lines", ("lines", plan), partial(theory_lines, plan))
    shown = shown_of(found, settings, lines)
    saved = Exportable(PHASE, viz.FIGURES[PHASE].title, partial(drawn_of, shown))
    offer(saved)
    st.html(_said(shown))
    above()
    show_chart(_body(shown)[0], "content", key=CHART, on_click_change=lambda: None)
    _take_click(found)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="map_foot"):
        with st.container(horizontal=True, vertical_alignment="center", width="content", key="map_set"):
            _undo()
        with st.container(horizontal=True, vertical_alignment="center", width="content", key="map_status"):
            corner()
            if not lines.future.done():
                show_progress("map lines", "Theory's lines", lines, width=BAR)
            if st.button("Export map", type="tertiary", key="export map"):
                export_dialog([saved])
    for line in shown.lines:
        note(f"Theory's {line.label}", line.help)
    st.caption(caption_of(shown))


def shown_of(found: PhaseMap, settings: RunSettings, lines: Work) -> Shown:
    """Return the map with what is read from it and from the present setting."""
    known = lines.future.result() if soon(lines) else ()
    quantity, layer = found.plan.quantity, found.plan.layer
    read = (shares(found), extent(found), edge(found), distance(found, settings))
    return Shown(found, known, *read, settings, _value(settings, quantity, layer))


def _value(settings: RunSettings, quantity: str, layer: int | None) -> float | None:
    """Return the present setting's own number; None while it is not known, or where it would take long."""
    if seconds_of(settings, quantity, layer) > PRESENT_SECONDS:
        return None
    key = ("here", settings, quantity, layer)
    seconds, compute = seconds_of(settings, quantity, layer), partial(number_of, settings, quantity, layer)
    here = background.ask("map here", key, compute, seconds, is_heavy([settings]))
    return here.future.result() if soon(here) else None


def drawn_of(shown: Shown, mode: str) -> Drawn:
    """Return the figure in a theme."""
    return viz.FIGURES[PHASE].draw(shown, viz.View(theme=mode), ())


def _body(shown: Shown) -> tuple[bytes, int]:
    key = (shown.map.plan, int(shown.map.known.sum()), shown.present, shown.value, len(shown.lines), theme())
    return BODIES.of(("phase", *key), lambda: _drawn_body(drawn_of(shown, theme())))


def _drawn_body(drawn: Drawn) -> tuple[bytes, int]:
    return chart_body(drawn.figure, drawn), drawn.figure["layout"]["height"]


def _said(shown: Shown) -> str:
    """Return the finding large, the rest small."""
    heading = "".join(_coloured(piece) for piece in headline(shown))
    return band(heading, spelled(" ".join([*details(shown), *missing(shown), place(shown)])))


def _coloured(piece: Piece) -> str:
    """Return words that tell a fate, in its colour."""
    colour = COLOURS.get(piece.fate)
    return f'<span class="bf-{colour}">{escape(piece.text)}</span>' if colour else escape(piece.text)


def _take_click(found: PhaseMap) -> None:
    """A click on a point sets both knobs; what they were is kept."""
    point = event_of(CHART, "click")
    if point:
        changes = clicked(found.plan, point["x"], point["y"])
        if not _goes_together(changes, found):
            st.toast("No run is possible at this point: the two values do not go together.")
            return
        st.session_state[SET] = (changes, {name: state.values()[name] for name in changes})
        state.put_next(changes)
        st.rerun()  # the whole page: the knobs' widgets stand outside the body


def _goes_together(changes: dict[str, Any], found: PhaseMap) -> bool:
    plan = found.plan
    try:
        plan.settings.replace(**{axis.name: changes[axis.name] for axis in (plan.x, plan.y)})
    except BadValue:
        return False
    return True


def _undo() -> None:
    """A way back from what the last click set, until something else is changed."""
    changes, before = st.session_state.get(SET, ({}, {}))
    values: dict[str, Any] = state.values()
    if not changes or any(values[name] != value for name, value in changes.items()):
        return
    told = [
        f"{knob_of(name).label} {text_of(name, value)}" for name, value in before.items() if not name.startswith("map_")
    ]
    back = f"Back to {', '.join(told)}."
    if st.button("Undo click", type="tertiary", icon=":material/undo:", key="map undo", help=back):
        st.session_state.pop(SET, None)
        state.put_next(before)
        st.rerun()


def show_first_look(look: Work | None) -> None:
    """How far the first look at a large map is, until it is done."""
    if look:
        show_progress("map first look", "A first look", look, width=BAR)
