"""Words of the form key=value as values of fields: of LabSettings, of a cell's and a task's knobs, of a Manner."""

from collections.abc import Mapping, Sequence
from typing import Any

from cells.knobs import BadValue, fields_of
from cells.registry import CELLS

from .settings import LabSettings
from .tasks import TASKS
from .texts import read_text

SWITCHES = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def changes_of(settings: LabSettings, words: Sequence[str]) -> dict[str, Any]:
    """Return the words as values of their fields' types; BadValue names a word that is none."""
    changes = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise BadValue(f"set = {word!r} is not of the form key=value", "set")
        changes[name] = _value(settings, name, text, changes)
    return changes


def knobs_from(kind: type, words: Sequence[str]) -> dict[str, Any]:
    """Return the words as values of a record's knobs; BadValue names a word that is none."""
    known, found = {field.name: field.default for field in fields_of(kind)}, {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or name not in known:
            raise BadValue(f"set = {word!r} is not key=value with a key of {', '.join(known)}", "set")
        found[name] = _read(known[name], name, text)
    return found


def _value(settings: LabSettings, name: str, text: str, before: Mapping[str, Any]) -> Any:
    if name == "text":
        return read_text(text[1:]) if text.startswith("@") else text
    cell, task = (before.get(key, getattr(settings, key)) for key in ("cell", "task"))
    kinds = [LabSettings, *(kind.Options for kind in (CELLS.get(cell), TASKS.get(task)) if kind)]
    found = next((f for kind in kinds for f in fields_of(kind) if f.name == name), None)
    if found is None:
        raise BadValue(f"set: {name} is no field of LabSettings, nor a knob of {cell} or {task}", name)
    return _read(found.default, name, text)


def _read(present: Any, name: str, text: str) -> Any:
    """Return text as a value of the kind that stands there now."""
    if isinstance(present, bool):
        if text.lower() not in SWITCHES:
            raise BadValue(f"{name} = {text!r} is neither true nor false", name)
        return SWITCHES[text.lower()]
    if isinstance(present, (int, float)):
        try:
            return float(text) if isinstance(present, float) or "e" in text or "." in text else int(text)
        except ValueError:
            raise BadValue(f"{name} = {text!r} is no number", name) from None
    return text
