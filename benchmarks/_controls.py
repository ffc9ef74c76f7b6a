"""The controls of a page as its reader finds them: which there are, and a state that one of them may be brought to."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from streamlit.proto.Block_pb2 import Block
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.WidgetStates_pb2 import WidgetState

EVENTS = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # what a component's triggers go by
SMALL = 3  # power of a random share: half of all sliders end in the lowest eighth
TEXTS = ("", "0.1, 0.5, -0.3, 0.2", "5", "3 9 12", "1;2\n3;4", "none", "-1e9", "x" * 40)


@dataclass(frozen=True)
class Control:
    """A widget of the page: its kind, its protocol message, and the fragment that a change of it reruns."""

    id: str
    kind: str
    proto: Any
    fragment: str

    @property
    def label(self) -> str:
        return getattr(self.proto, "label", "")


def control_of(element: Element | Block, kind: str | None, fragment: str) -> Control | None:
    """Return the control an element is, or None."""
    if kind not in CHOICES:
        return None
    proto = getattr(element, kind)
    if not proto.id or getattr(proto, "disabled", False):
        return None
    return Control(proto.id, kind, proto, fragment)


def shown(control: Control) -> WidgetState | None:
    """Return the state the control is drawn in, which a browser tells with every message; None for a trigger."""
    if control.kind not in SHOWN:
        return None
    state, proto = WidgetState(id=control.id), control.proto
    SHOWN[control.kind](state, proto)
    return state


def chosen(control: Control, rng: Random) -> WidgetState:
    """Return a state that a reader may bring the control to."""
    state = WidgetState(id=control.id)
    CHOICES[control.kind](state, control.proto, rng)
    return state


def _slider(state: WidgetState, proto: Any, rng: Random) -> None:
    """Small values are more frequent: most readers keep their runs small."""
    stops = max(1, round((proto.max - proto.min) / proto.step))
    stop = int((stops + 1) * rng.random() ** SMALL)
    state.double_array_value.data[:] = [min(proto.max, proto.min + proto.step * stop)]


def _number(state: WidgetState, proto: Any, rng: Random) -> None:
    low, high = (proto.min if proto.has_min else 0), (proto.max if proto.has_max else 200)
    whole = proto.data_type == proto.INT
    state.double_value = rng.randint(int(low), min(int(high), 500)) if whole else round(rng.uniform(low, high), 3)


def _select(state: WidgetState, proto: Any, rng: Random) -> None:
    state.string_value = rng.choice(proto.options)


def _group(state: WidgetState, proto: Any, rng: Random) -> None:
    state.string_array_value.data[:] = [rng.choice(proto.options).content]


def _check(state: WidgetState, proto: Any, rng: Random) -> None:
    state.bool_value = rng.random() < 0.5


def _text(state: WidgetState, proto: Any, rng: Random) -> None:
    state.string_value = rng.choice(TEXTS)


def _button(state: WidgetState, proto: Any, rng: Random) -> None:
    state.trigger_value = True


def _table(state: WidgetState, proto: Any, rng: Random) -> None:
    state.string_value = json.dumps({"selection": {"rows": [rng.randrange(20)], "columns": [], "cells": []}})


def _component(state: WidgetState, proto: Any, rng: Random) -> None:
    """A chart or the clock: a click, a value kept, sliders let go, another theme."""
    events: list[tuple[str, Any]] = [
        ("click", {"x": rng.randint(0, 60), "y": rng.choice((rng.randint(0, 60), round(rng.uniform(0, 4), 2)))}),
        ("keep", rng.randrange(41)),
        ("chosen", rng.randrange(30)),
        ("released", {"tau": rng.uniform(1, 500), "s": rng.uniform(0, 600), "r_on": rng.random(), "leak": 0.01}),
        ("theme", rng.choice(("light", "dark"))),
    ]
    event, value = rng.choice(events)
    state.id = EVENTS.format(proto.id)
    state.json_trigger_value = json.dumps([{"event": event, "value": value}])


def _as_set(field: str, low: str, high: str) -> Callable[[WidgetState, Any], None]:
    """Return what copies the field `high`, where the server has set a value, or `low`, where the widget is as made."""

    def copy(state: WidgetState, proto: Any) -> None:
        value = getattr(proto, high if getattr(proto, "set_value", False) else low)
        if field.endswith("array_value"):
            getattr(state, field).data[:] = value
        else:
            setattr(state, field, value)

    return copy


def _group_shown(state: WidgetState, proto: Any) -> None:
    names = proto.raw_values if proto.set_value else [proto.options[place].content for place in proto.default]
    state.string_array_value.data[:] = names


def _select_shown(state: WidgetState, proto: Any) -> None:
    if proto.set_value:
        state.string_value = proto.raw_value
    elif proto.options and proto.HasField("default"):
        state.string_value = proto.options[proto.default]


SHOWN: dict[str, Callable[[WidgetState, Any], None]] = {
    "slider": _as_set("double_array_value", "default", "value"),
    "number_input": _as_set("double_value", "default", "value"),
    "selectbox": _select_shown,
    "button_group": _group_shown,
    "checkbox": _as_set("bool_value", "default", "value"),
    "text_input": _as_set("string_value", "default", "value"),
    "text_area": _as_set("string_value", "default", "value"),
    "expandable": _as_set("bool_value", "expanded", "expanded"),
}
CHOICES: dict[str, Callable[[WidgetState, Any, Random], None]] = {
    "slider": _slider,
    "number_input": _number,
    "selectbox": _select,
    "button_group": _group,
    "checkbox": _check,
    "text_input": _text,
    "text_area": _text,
    "button": _button,
    "expandable": _check,
    "dataframe": _table,
    "bidi_component": _component,
}
