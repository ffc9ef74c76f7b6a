"""The row over the verdict: a knob to drag, and runs to compare with."""

from typing import Any

import streamlit as st

from ui import state
from ui.cost.scrub import FEWEST, USUAL, scrubbable, usual_ends
from ui.cost.scrub import MOST as MOST_VALUES
from ui.frame import theme
from ui.link.pins import LETTERS, MOST, Pin, added, clean, free_name, pin_of, run_fields
from ui.rich_text import aside
from ui.shell.presets import PRESETS
from ui.views.fields import DEFAULTS, Values, high_of, knob_of, run_settings
from viz.theme import PALETTES

from .pairs import BY_NAME

SCRUB_HELP = "Computes the knob's whole range at once; dragging then repaints all charts in the browser."
USUAL_VALUES, NOTHING = USUAL + 1, ""
PIN_HELP = f"Keeps this run's curves in every chart while the settings change; up to {MOST} runs."


def compare_bar() -> None:
    """Examples, pairs worth comparing, what to scrub, what to pin, and the pins there are."""
    values = state.valid()
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="tools"):
        _examples()
        _pairs()
        _scrub_choice(values)
        if state.told("scrub_knob"):
            _range_choice(values)
        st.button("Pin this run", help=PIN_HELP, icon=":material/keep:", key="pin", on_click=_pin)
        for place, pin in enumerate(values["pins"]):
            _pin_chip(place, pin)
    if values["pins"]:
        st.html(f"<style>{_marks()}</style>")


def _examples() -> None:
    """Settings that make one point each, with the point beside the button."""
    with st.popover("Examples", icon=":material/lightbulb:", key="examples"):
        for preset in PRESETS:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                look = {"key": preset.name, "width": 150}
                st.button(preset.name, on_click=state.reset, args=(preset.values,), **look)
                aside(preset.point, 340)


def _pairs() -> None:
    """Runs that differ in one thing, one of them pinned."""
    with st.popover("Compare", icon=":material/compare_arrows:", key="pairs"):
        st.caption("Two runs that differ in one thing; the first one is pinned.")
        for name in BY_NAME:
            st.button(name, key=f"pair {name}", width="stretch", on_click=_pair, args=(name,))


def _scrub_choice(values: Values) -> None:
    names = scrubbable(run_settings(values))
    if values["scrub"] and values["scrub"][0] not in names:  # the cell or the input that had it is gone
        values = values | {"scrub": ()}
        state.put({"scrub": ()})
    chosen = values["scrub"][0] if values["scrub"] else NOTHING
    st.session_state.scrub_knob = chosen
    words = {name: f"Scrub: {knob_of(name).label}" for name in names}
    words[NOTHING] = "Scrub nothing" if chosen else "Scrub a knob …"
    st.selectbox(
        "Scrub",
        [NOTHING, *names],
        key="scrub_knob",
        format_func=words.__getitem__,
        label_visibility="collapsed",
        on_change=_take_knob,
        help=SCRUB_HELP,
        width=190,
    )


def _take_knob() -> None:
    name = state.told("scrub_knob")
    state.put({"scrub": (name,) if name else ()})


def _range_choice(values: Values) -> None:
    """The ends and the number of values, where not the whole range is wanted."""
    name, *ends = values["scrub"]
    ends = ends or [*usual_ends(run_settings(values), name), USUAL_VALUES]
    with st.popover("Range", type="tertiary", key="scrub_range"):
        kind = type(DEFAULTS[name])
        common: dict[str, Any] = {"step": 1 if kind is int else None, "on_change": _take_range, "args": (name,)}
        least, most = kind(knob_of(name).low), kind(high_of(name))
        for key, label, value in (("scrub_low", "From", ends[0]), ("scrub_high", "To", ends[1])):
            st.session_state[key] = min(max(kind(value), least), most)
            st.number_input(label, least, most, key=key, **common)
        st.session_state.scrub_count = min(max(ends[2], FEWEST), MOST_VALUES)
        st.slider("Values", FEWEST, MOST_VALUES, key="scrub_count", on_change=_take_range, args=(name,))
        st.button("Whole range", key="scrub_whole", on_click=state.put, args=({"scrub": (name,)},))


def _take_range(name: str) -> None:
    low, high, count = map(state.told, ("scrub_low", "scrub_high", "scrub_count"))
    is_scrubbed = state.values()["scrub"][:1] == (name,)
    if is_scrubbed and None not in (low, high, count):
        state.put({"scrub": (name, float(low), float(high), count)})


def _pin() -> None:
    state.put({"pins": added(state.values()["pins"], pin_of(state.drawn()))})


def _pair(name: str) -> None:
    state.put(BY_NAME[name].chosen(state.values()))


def _pin_chip(place: int, pin: Pin) -> None:
    """A pin's name in its colour; behind it, what can be done with it."""
    with st.popover(pin.name, key=f"pin{place + 1}"):
        st.session_state[f"pin_name{place}"] = pin.name
        st.text_input("Name", key=f"pin_name{place}", max_chars=LETTERS, on_change=_rename, args=(place,))
        st.button("Make it the present run", key=f"pin_use{place}", on_click=state.put, args=(_present(pin),))
        st.button("Remove", key=f"pin_remove{place}", on_click=_remove, args=(place,))


def _present(pin: Pin) -> Values:
    return {name: value for name, value in pin.values.items() if name in run_fields()}


def _rename(place: int) -> None:
    pins, typed = list(state.values()["pins"]), state.told(f"pin_name{place}")
    if typed is None or place >= len(pins):
        return
    others = [pin.name for k, pin in enumerate(pins) if k != place]
    name = clean(typed) or pins[place].name
    pins[place] = Pin(free_name(name, others), pins[place].changes)
    state.put({"pins": tuple(pins)})


def _remove(place: int) -> None:
    pins = state.values()["pins"]
    state.put({"pins": pins[:place] + pins[place + 1 :]})


def _marks() -> str:
    """Return a mark on each pin's button in the colour of its curves."""
    roles = PALETTES[theme()].roles
    return "".join(
        f".st-key-pin{n} button {{ border-left: 5px solid {roles[f'pin{n}']}; padding: 0.2rem 0.55rem; }}"
        for n in range(1, MOST + 1)
    )
