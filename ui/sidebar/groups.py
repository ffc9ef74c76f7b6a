"""The sidebar's groups: drawn when they are open; a closed one says how many of its values are not the usual ones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from cells import CELLS
from ui.link.link_parser import idle
from ui.shell.sidebar_slots import is_of_body, keep_slot
from ui.shell.widgets import layer_widget, widget
from ui.views.fields import DEFAULTS, Values, knob_of, own_knobs

from .own_input import own_widgets
from .own_times import timestamps_widgets

OF_SIGNAL = {"impulse": ["impulse_step"], "tokens": ["tokens"], "own": ["own"]}
OPEN = "open groups"
SPECIAL = {"own": own_widgets, "timestamps": timestamps_widgets, "layer": layer_widget}


@dataclass(frozen=True)
class Group:
    """A short name, a title, and the values that are chosen in it, from top to bottom."""

    name: str
    title: str
    holds: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return its expander's key: what the session's state holds under it is whether the group is open."""
        return f"group_{self.name}"

    def changed(self, values: Values) -> int:
        """Return how many of its values are not the default."""
        return sum(values[name] != DEFAULTS[name] for name in self.holds)


def show_groups(values: Values) -> None:
    """All groups. What a closed one holds is not sent: the browser pays for every element at every change."""
    groups = groups_of(values)
    marks = "".join(_mark(group, values) for group in groups)
    if marks:
        st.html(f"<style>{marks}</style>")  # not in the title: with another title it would be another group, closed
    selection = st.session_state.setdefault(OPEN, set())
    for group in groups:
        # Streamlit forgets it when another page is opened, and takes a title that names another cell for another group.
        st.session_state[group.key] = st.session_state.get(group.key, group.key in selection)
        box = st.expander(group.title, key=group.key, on_change="rerun")
        (selection.add if box.open else selection.discard)(group.key)
        if box.open:
            with box:
                for name in group.holds:
                    show_control(name, values)


def show_control(name: str, values: Values) -> None:
    """Draw one control, as a part of the body where a change of it shows there alone."""
    draw = partial(SPECIAL[name], values) if name in SPECIAL else partial(widget, name)
    if is_of_body(name):
        keep_slot(draw)
    else:
        draw()


def groups_of(values: Values) -> list[Group]:
    """Return the groups of these values that hold something."""
    cell, inputs = values["cell"], () if values["signal"] in ("tokens", "own") else ("inputs",)
    groups = (
        Group("network", "Network", ("hidden", "layers", "batch", *inputs)),
        Group("start", "Initialisation", ("init", "seed", "scale_inputs")),
        Group("input", "Input and loss", tuple(_of_input(values))),
        Group("cell", f"{knob_of('cell').choices[cell]} knobs", tuple(_of_cell(values))),
        Group("view", "Precision and view", tuple(_of_view(values))),
    )
    decided = idle(values)
    left = (replace(group, holds=tuple(name for name in group.holds if name not in decided)) for group in groups)
    return [group for group in left if group.holds]


def _of_input(values: Values) -> Iterator[str]:
    yield "signal"
    yield from OF_SIGNAL.get(values["signal"], [])
    if values["loss"] != "last":
        yield "loss_reduction"
    yield "truncation"


def _of_cell(values: Values) -> Iterator[str]:
    for name in own_knobs(values["cell"]):
        yield name
        yield from knob_of(name).reveals.get(values[name], ())


def _of_view(values: Values) -> Iterator[str]:
    yield "precision"
    if CELLS[values["cell"]].gates:
        yield "gates"
    yield from ("both_losses", "gradient_units", "state_units")
    if values["layers"] > 1:
        yield "layer"


def _mark(group: Group, values: Values) -> str:
    count = group.changed(values)
    place = f".st-key-{group.key} details:not([open]) summary::after"
    return f'{place} {{ content: "{count} changed"; }}' if count else ""
