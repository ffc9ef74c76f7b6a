"""Values to link and back. A link is read strictly: what it changes or leaves out is named."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import Field
from typing import Any

from cells import CELLS
from cells.knobs import BadValue

from .budget import check_budget
from .fields import DEFAULTS, FIELDS, LISTS, Values, high_of, own_knobs, page_view, run_settings

WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d{1,20}\.?\d{0,20}|\.\d{1,20})(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
SWITCH = {"on": True, "off": False}
LONGEST = 1500  # characters of a typed sequence that a link will carry
SHOWN = 40  # characters of a bad value that a complaint repeats

Query = Mapping[str, Sequence[str]]


def write_link(values: Mapping[str, Any]) -> dict[str, str]:
    """The query of a link: every value that applies and is not the default."""
    query = {}
    for name, value in values.items():
        if value != DEFAULTS[name] and _applies(name, values):
            text = _text(name, value)
            if len(text) <= LONGEST:
                query[name] = text
    return query


def left_out(values: Mapping[str, Any]) -> list[str]:
    """One sentence for each value that is too long for a link."""
    return [
        f"{name} has {len(values[name])} entries, too many for a link: load it again there."
        for name in LISTS
        if _applies(name, values) and len(_text(name, values[name])) > LONGEST
    ]


def read_link(query: Query) -> tuple[Values, list[str]]:
    """The values of a link, defaults filled in, and one sentence for everything it had to change or ignore."""
    values, complaints = dict(DEFAULTS), []
    for name, texts in query.items():
        if name not in FIELDS:
            complaints.append(f"{_short(name)} is no setting of this page and was ignored.")
            continue
        if len(texts) > 1:
            complaints.append(f"{name} stands {len(texts)} times in the link; the last one is used.")
        try:
            values[name] = _value(FIELDS[name], texts[-1])
        except BadValue as error:
            values[name] = DEFAULTS[name] if error.nearest is None else error.nearest
            complaints.append(f"{error}; {_text(name, values[name]) or 'nothing'} is used instead.")
    complaints += mend(values)
    unused = [name for name, value in values.items() if value != DEFAULTS[name] and not _applies(name, values)]
    values |= {name: DEFAULTS[name] for name in unused}
    return values, complaints + [f"{name} goes with {_goes_with(name)} only and was ignored." for name in unused]


def mend(values: Values) -> list[str]:
    """Change values that do not go together until they do; one sentence for each change."""
    complaints = []
    for _ in range(len(FIELDS)):
        try:
            check_budget(run_settings(values))
            _check_layer(values)
            return complaints
        except BadValue as error:
            name = error.field if error.field in values else "steps"
            fallback = DEFAULTS[name] if error.nearest is None else error.nearest
            if fallback == values[name]:  # the field itself is fine, what it needs is missing
                name, fallback = "signal", DEFAULTS["signal"]
            values[name] = fallback
            complaints.append(f"{error}; {name} = {_text(name, fallback) or 'nothing'} is used instead.")
    values.update(DEFAULTS)
    return [*complaints, "The link could not be mended; the default view is shown."]


def changes_to_mend(values: Mapping[str, Any]) -> Values:
    """The fewest changes found after which the values go together."""
    mended = dict(values)
    mend(mended)
    return {name: value for name, value in mended.items() if value != values[name]}


def as_text(name: str, value: Any) -> str:
    """`name = value` as a link writes it."""
    return f"{name} = {_text(name, value) or 'nothing'}"


def _check_layer(values: Values) -> None:
    layer, layers = page_view(values).layer, values["layers"]
    if layer > layers:
        raise BadValue(f"layer = {layer} is outside [0, {layers}], the layers there are", "layer", layers)


def _applies(name: str, values: Mapping[str, Any]) -> bool:
    """Whether the view's cell has this knob, its loss or input this list."""
    if name in ASKED_BY:
        field, value = ASKED_BY[name]
        return values[field] == value
    return name in own_knobs(values["cell"]) or name not in OF_CELLS


def _goes_with(name: str) -> str:
    owners = [cell for cell in CELLS if name in own_knobs(cell)]
    return "{} = {}".format(*ASKED_BY[name]) if name in ASKED_BY else f"cell = {' or '.join(owners)}"


ASKED_BY = {"own": ("signal", "own"), "loss_steps": ("loss", "chosen")}
OF_CELLS = {name for cell in CELLS for name in own_knobs(cell)}


def _value(field: Field, text: str) -> Any:
    if field.name in LISTS:
        return _list(field.name, text)
    if isinstance(field.default, bool):
        if text not in SWITCH:
            raise BadValue(f"{field.name} = {_short(text)} is neither on nor off", field.name)
        return SWITCH[text]
    if isinstance(field.default, str):
        return _choice(field, text)
    return _number(field, text)


def _choice(field: Field, text: str) -> str:
    choices = field.metadata["knob"].choices
    if text not in choices:
        raise BadValue(f"{field.name} = {_short(text)} is none of {', '.join(choices)}", field.name)
    return text


def _number(field: Field, text: str) -> float:
    low, high = field.metadata["knob"].low, high_of(field.name)
    whole = isinstance(field.default, int)
    if not (WHOLE if whole else NUMBER).fullmatch(text):
        kind = "whole number" if whole else "number"
        raise BadValue(f"{field.name} = {_short(text)} is no {kind} in [{low:g}, {high:g}]", field.name)
    value = int(text) if whole else float(text)
    if not low <= value <= high:
        nearest = type(field.default)(min(max(value, low), high))
        raise BadValue(f"{field.name} = {_short(text)} is outside [{low:g}, {high:g}]", field.name, nearest)
    return value


def _list(name: str, text: str) -> tuple:
    if len(text) > LONGEST:
        raise BadValue(f"{name} has {len(text)} characters, more than the {LONGEST} a link carries", name)
    if name == "loss_steps":
        return tuple(_entry(name, part, WHOLE, int) for part in text.split(","))
    return tuple(tuple(_entry(name, part, NUMBER, float) for part in row.split(",")) for row in text.split(";"))


def _entry(name: str, text: str, pattern: re.Pattern, kind: type) -> Any:
    if not pattern.fullmatch(text):
        raise BadValue(f"{name} holds {_short(text)}, which is no {'whole ' if kind is int else ''}number", name)
    return kind(text)


def _text(name: str, value: Any) -> str:
    if name == "own":
        return ";".join(",".join(map(_number_text, row)) for row in value)
    if name == "loss_steps":
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return "on" if value else "off"
    return _number_text(value) if isinstance(value, float) else str(value)


def _number_text(value: float) -> str:
    return repr(value).removesuffix(".0")


def _short(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")
