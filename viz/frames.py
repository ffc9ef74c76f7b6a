"""Figures that differ in numbers as one figure and a list of what changes, small enough to send.

Every trace that any of the figures has becomes a slot; where a figure lacks it, the slot is empty. The browser takes
the base, puts in what has changed (viz/scrub.js), and repaints.
"""

from collections.abc import Hashable, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np

from .heat import packed, unpacked

Figure = dict[str, Any]
Change = list  # [slot or path, key, one value a figure]
NOWHERE = {"x": [None], "y": [None]}
DERIVED = "%{text}"  # the browser writes hover texts of log10 values itself


def frames(figures: Sequence[Figure], at: int) -> tuple[Figure, dict]:
    """Return the figure at place `at` with room for all, and {"data": changes, "layout": changes} over all places."""
    slots = _slots(figures)
    filled = [_filled(figure, slots) for figure in figures]
    base = {"data": [dict(trace) for trace in filled[at]], "layout": dict(figures[at]["layout"])}
    by_slot = zip(*filled, strict=True)
    data = [change for slot, traces in enumerate(by_slot) for change in _trace_changes(slot, traces)]
    return base, {"data": data, "layout": _layout_changes([figure["layout"] for figure in figures])}


def _slots(figures: Sequence[Figure]) -> dict[Hashable, Figure]:
    """Return all traces there are, by a key that means the same in every figure, each with one that has it."""
    order: list[Hashable] = []
    found: dict[Hashable, Figure] = {}
    for figure in figures:
        before = -1
        for key, trace in _keyed(figure["data"]):
            if key not in found:
                order.insert(before + 1, key)
                found[key] = trace
            before = order.index(key)
    return {key: found[key] for key in order}


def _keyed(traces: Sequence[Figure]) -> list[tuple[Hashable, Figure]]:
    seen: dict[Hashable, count] = {}
    keyed = []
    for trace in traces:
        kind = _kind(trace)
        keyed.append(((*kind, next(seen.setdefault(kind, count()))), trace))
    return keyed


def _kind(trace: Figure) -> tuple:
    """Return what stays the same of a trace from figure to figure: its place, its names, its style."""
    names = tuple(trace.get(key) for key in ("yaxis", "type", "mode", "name", "hovertemplate", "fillcolor"))
    line, marker = trace.get("line", {}), trace.get("marker", {})
    styles = (line.get("color"), line.get("dash"), marker.get("symbol"), marker.get("color"), trace.get("colorscale"))
    return (*names, *(str(style) for style in styles if not _is_list_of_colours(style)))


def _is_list_of_colours(style: Any) -> bool:
    return isinstance(style, list) and bool(style) and isinstance(style[0], str)


def _filled(figure: Figure, slots: Mapping[Hashable, Figure]) -> list[Figure]:
    own = dict(_keyed(figure["data"]))
    return [_visible(own[key]) if key in own else _empty(trace) for key, trace in slots.items()]


def _visible(trace: Figure) -> Figure:
    """Plotly drops a trace without points, and could not fill it later: it gets one that is nowhere."""
    return trace if trace["type"] == "heatmap" or trace["x"] else trace | NOWHERE


def _empty(trace: Figure) -> Figure:
    """Return the same trace with nothing in it."""
    if trace["type"] == "heatmap":
        return trace | {"z": packed(np.full_like(unpacked(trace["z"]), np.nan))}
    return trace | NOWHERE | ({"text": [None]} if "text" in trace else {})


def _trace_changes(slot: int, traces: Sequence[Figure]) -> list[Change]:
    keys = dict.fromkeys(key for trace in traces for key in trace)
    derived = {"text"} if traces[0].get("hovertemplate") == DERIVED else set()
    return [[slot, key, _column(values)] for key in keys if key not in derived and (values := _varying(traces, key))]


def _varying(records: Sequence[Figure], key: str) -> list | None:
    """Return the values under `key`, if they are not all the same."""
    values = [record.get(key) for record in records]
    first = values[0]
    return None if all(value is first or value == first for value in values) else values


def _column(values: list) -> Any:
    """Return numbers as 4-byte floats, matrices and lists end to end; anything else as it is."""
    if all(isinstance(value, dict) and "bdata" in value for value in values):
        if len({value["shape"] for value in values}) == 1:
            return packed(np.stack([unpacked(value) for value in values]))
    elif all(isinstance(value, list) and _is_numbers(value) for value in values):
        flat = np.array([number for value in values for number in value], np.float64)
        return packed(flat) | {"ends": np.cumsum([len(value) for value in values]).tolist()}
    return values


def _is_numbers(value: list) -> bool:
    """Return whether a list holds numbers and nothing.

    Asked of its types, of which it has few, not of each of its items.
    """
    return all(issubclass(kind, int | float | None) for kind in set(map(type, value)))


def _layout_changes(layouts: Sequence[Figure]) -> list[Change]:
    """Annotations one by one, because few of their entries move; everything else as a whole."""
    changes = []
    for key in layouts[0]:
        values = _varying(layouts, key)
        if values is None or key == "meta":
            continue
        if key == "annotations" and len({len(value) for value in values}) == 1:
            changes += _note_changes(values)
        else:
            changes.append([key, None, values])
    return changes


def _note_changes(lists: Sequence[Sequence[Figure]]) -> list[Change]:
    changes = []
    for place in range(len(lists[0])):
        notes = [notes[place] for notes in lists]
        keys = dict.fromkeys(key for note in notes for key in note)
        changes += [[place, key, values] for key in keys if (values := _varying(notes, key))]
    return changes
