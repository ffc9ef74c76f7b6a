"""The row above a map: its two knobs with their ranges, the colour, the number of values."""

from typing import Any

import streamlit as st

from cells.analysis.maps import mappable
from cells.words import exact
from ui import state
from ui.cost.map_plan import plan_of, usual_ends
from ui.shell.widgets import widget
from ui.views.fields import DEFAULTS, Values, knob_of, map_view, run_settings

SIDES = {"map_x": "Across", "map_y": "Up"}


def map_row() -> None:
    """Show what the map is of."""
    values = _valid()
    names = list(mappable(run_settings(values)))
    for field in SIDES:
        asked: tuple[Any, ...] = values[field]
        if asked and asked[0] not in names:  # the cell that had it is gone
            state.put({field: ()})
            values = values | {field: ()}
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom", key="map_row"):
        for field in SIDES:
            _axis(field, names, values)
        with st.container(width=230):
            widget("map_of")
        _size(values)


def _valid() -> Values:
    """Return the page's values; where they make no run those of the last one, with the map's own sides."""
    return state.valid() | {name: state.values()[name] for name in SIDES}


def _axis(field: str, names: list[str], values: Values) -> None:
    name, low, high = _present(field, values)
    key = f"{field}_knob"
    st.session_state[key] = name
    common: dict[str, Any] = {"key": key, "on_change": _take_knob, "args": (field,), "width": 178}
    st.selectbox(SIDES[field], names, format_func=lambda name: knob_of(name).label, **common)
    label = f"{exact(low)} – {exact(high)}"
    with st.popover(label, key=f"{field}_range", help=f"The range of {knob_of(name).label}."):
        number: dict[str, Any] = {"format": "%g", "step": None, "on_change": _take_range, "args": (field, name)}
        for end, label, value in (("low", "From", low), ("high", "To", high)):
            st.session_state[f"{field}_{end}"] = float(value)
            st.number_input(label, key=f"{field}_{end}", **number)
        st.button("Usual range", key=f"{field}_usual", on_click=state.put, args=({field: (name,)},))


def _present(field: str, values: Values) -> tuple[str, float, float]:
    """Return the knob of a side and its range, also where the map is none."""
    values, settings = _mappable(values), run_settings(values)
    asked = values[field]
    if len(asked) == 3:
        return asked
    if asked:
        return asked[0], *usual_ends(asked[0], settings)
    usual = {name: values[name] if name != field else () for name in SIDES}
    bare = {name: one[:1] for name, one in usual.items()}  # ranges that are none still name a knob
    plan = plan_of(map_view(values | bare | {"map_size": DEFAULTS["map_size"]}), settings, None)
    axis = plan.x if field == "map_x" else plan.y
    return axis.name, axis.low, axis.high


def _mappable(values: Values) -> Values:
    """Return the values without a side whose knob the cell does not have; a change of cell may come first."""
    names = mappable(run_settings(values))
    return values | {side: () for side in SIDES if values[side] and values[side][0] not in names}


def _take_knob(field: str) -> None:
    """The other side keeps what it shows now; where it has the same knob, the two change places."""
    chosen = state.told(f"{field}_knob")
    if chosen is None:
        return
    other = next(side for side in SIDES if side != field)
    before = {side: _present(side, _valid()) for side in SIDES}
    if before[other][0] == chosen:
        state.put({field: before[other], other: before[field]})
    else:
        asked = state.values()[other]
        state.put({field: (chosen,), other: asked or (before[other][0],)})


def _take_range(field: str, name: str) -> None:
    low, high = state.told(f"{field}_low"), state.told(f"{field}_high")
    if low is not None and high is not None:
        state.put({field: (name, low, high)})


def _size(values: Values) -> None:
    """Any number can be typed: the page says what is wrong with one that is no size."""
    st.session_state.map_size_typed = values["map_size"]
    knob = knob_of("map_size")
    st.number_input(knob.label, step=10, key="map_size_typed", help=knob.help, on_change=_take_size, width=120)


def _take_size() -> None:
    size = state.told("map_size_typed")
    if size is not None:
        state.put({"map_size": size})
