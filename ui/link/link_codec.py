"""Values as a link writes them, and back: read strictly, so that what is read is what was written."""

import re
from dataclasses import Field
from typing import Any

from cells.knobs import BadValue
from ui.views.brought import find
from ui.views.fields import BROUGHT, LISTS, high_of
from ui.views.lecture import read_show

WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d{1,20}\.?\d{0,20}|\.\d{1,20})(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
SWITCH = {"on": True, "off": False}
AXES = ("map_x", "map_y")
LONGEST = 1500  # characters of a list that a link will carry
SHOWN = 40  # characters of a bad value that a complaint repeats


def value_of(field: Field, text: str) -> Any:
    """Return the value of a field; BadValue with one sentence where the text is none."""
    if field.name in LISTS:
        return _list(field.name, text)
    if field.name in BROUGHT:
        return find(field.name, text)
    if isinstance(field.default, bool):
        if text not in SWITCH:
            raise BadValue(f"{field.name} = {short(text)} is neither on nor off", field.name)
        return SWITCH[text]
    if isinstance(field.default, str):
        return _choice(field, text)
    return _number(field, text)


def _choice(field: Field, text: str) -> str:
    choices = field.metadata["knob"].choices
    if text not in choices:
        raise BadValue(f"{field.name} = {short(text)} is none of {', '.join(choices)}", field.name)
    return text


def _number(field: Field, text: str) -> float:
    low, high = field.metadata["knob"].low, high_of(field.name)
    whole = isinstance(field.default, int)
    if not (WHOLE if whole else NUMBER).fullmatch(text):
        kind = "whole number" if whole else "number"
        raise BadValue(f"{field.name} = {short(text)} is no {kind} in [{low:g}, {high:g}]", field.name)
    value = int(text) if whole else float(text)
    if not low <= value <= high:
        nearest = type(field.default)(min(max(value, low), high))
        raise BadValue(f"{field.name} = {short(text)} is outside [{low:g}, {high:g}]", field.name, nearest)
    return value


def _list(name: str, text: str) -> tuple:
    if len(text) > LONGEST:
        raise BadValue(f"{name} has {len(text)} characters, more than the {LONGEST} a link carries", name)
    if name == "loss_steps":
        return tuple(_entry(name, part, WHOLE, int) for part in text.split(","))
    if name == "timestamps":
        return tuple(_entry(name, part, NUMBER, float) for part in text.split(","))
    if name == "scrub":
        return _scrub(text)
    if name == "show":
        return read_show(text.split(",")) if text else ()
    if name in AXES:
        return _axis(name, text)
    return tuple(tuple(_entry(name, part, NUMBER, float) for part in row.split(",")) for row in text.split(";"))


def _scrub(text: str) -> tuple:
    """`weight_scale`, or with a range of its own: `weight_scale,0.5,2,41`."""
    name, *ends = text.split(",")
    if len(ends) not in (0, 3):
        raise BadValue(f"scrub = {short(text)} is neither a knob nor knob,low,high,number of values", "scrub")
    if not ends:
        return (name,)
    low, high = (_entry("scrub", end, NUMBER, float) for end in ends[:2])
    return name, low, high, _entry("scrub", ends[2], WHOLE, int)


def _axis(name: str, text: str) -> tuple:
    """`weight_scale`, or with a range of its own: `weight_scale,0.5,2`."""
    knob, *ends = text.split(",")
    if len(ends) not in (0, 2):
        raise BadValue(f"{name} = {short(text)} is neither a knob nor knob,low,high", name)
    return (knob, *(_entry(name, end, NUMBER, float) for end in ends)) if text else ()


def _entry(name: str, text: str, pattern: re.Pattern, kind: type) -> Any:
    if not pattern.fullmatch(text):
        raise BadValue(f"{name} holds {short(text)}, which is no {'whole ' if kind is int else ''}number", name)
    return kind(text)


def text_of(name: str, value: Any) -> str:
    """Return the value of a field as a link writes it."""
    if name in BROUGHT:
        return "" if value is None else value.key
    if name == "own":
        return ";".join(",".join(map(_number_text, row)) for row in value)
    if name in ("loss_steps", "timestamps", "scrub", "show", *AXES):
        return ",".join(part if isinstance(part, str) else _number_text(part) for part in value)
    if isinstance(value, bool):
        return "on" if value else "off"
    return _number_text(value) if isinstance(value, float) else str(value)


def _number_text(value: float) -> str:
    return repr(value).removesuffix(".0")


def short(text: str) -> str:
    """Return a text someone wrote, cut where it is long."""
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")
