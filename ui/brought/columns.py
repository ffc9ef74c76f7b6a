"""A CSV file as named columns of text, and what each of them is: a time, a target, a sequence's name, or a value."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from cells.knobs import BadValue
from ui.sidebar.own_input import decoded, is_name

FIELD = "recording"
ROWS, WIDEST = 200_000, 80
RUNNING_AVERAGE, NEXT = "running average", "next value"
TIMES = ("time", "t", "timestamp", "timestamps", "date", "datetime")
SEQUENCES = ("sequence", "sequences", "series", "id", "seq")
TARGETS, CLASSES = ("target", "targets", "y"), ("class", "label")
REFUSE, MASK = "refuse", "mask"


@dataclass(frozen=True, eq=False)
class Columns:
    """rows[k] stands in line lines[k] of the file."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def of(self, name: str) -> list[str]:
        """Return the entries of one column."""
        place = self.names.index(name)
        return [row[place] for row in self.rows]


@dataclass(frozen=True)
class Roles:
    """Names of columns, empty where there is none. target: RUNNING_AVERAGE, NEXT, or a column's name."""

    time: str = ""
    sequence: str = ""
    target: str = RUNNING_AVERAGE
    classes: bool = False  # the target names a class
    missing: str = REFUSE

    def values(self, columns: Columns) -> list[str]:
        """Return the columns that are inputs: all that have no other role."""
        return [name for name in columns.names if name not in (self.time, self.sequence, self.target)]


def read_columns(data: bytes) -> Columns:
    """Return a CSV file's columns; BadValue names the line and the fault."""
    text = decoded(data, FIELD)
    delimiter = max(",;\t", key=text[:10_000].count)
    try:
        reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
        lines = [
            (number, tuple(map(str.strip, row))) for number, row in enumerate(reader, 1) if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise BadValue(f"{FIELD} = text that is no CSV: {error}", FIELD) from None
    if not 2 <= len(lines) <= ROWS:
        raise BadValue(f"{FIELD} has {len(lines)} lines, outside [2, {ROWS}]", FIELD)
    names = _names(lines[0][1])
    body = lines[1:] if all(map(is_name, lines[0][1])) else lines
    for number, row in body:
        if len(row) != len(names):
            raise BadValue(f"{FIELD} has {len(row)} entries in line {number}, the first line has {len(names)}", FIELD)
    return Columns(names, tuple(row for _, row in body), tuple(number for number, _ in body))


def _names(first: Sequence[str]) -> tuple[str, ...]:
    """Return the first line if it holds names, told apart where two are alike; else the columns' numbers."""
    if len(first) > WIDEST:
        raise BadValue(f"{FIELD} has {len(first)} columns, outside [1, {WIDEST}]", FIELD)
    if not all(map(is_name, first)):
        return tuple(f"column {place}" for place in range(1, len(first) + 1))
    return tuple(name if first.index(name) == place else f"{name} ({place + 1})" for place, name in enumerate(first))


def guess_roles(columns: Columns) -> Roles:
    """Return the roles that the columns' names suggest."""
    target = _named(columns, (*TARGETS, *CLASSES))
    return Roles(
        time=_named(columns, TIMES),
        sequence=_named(columns, SEQUENCES),
        target=target or RUNNING_AVERAGE,
        classes=target.lower() in CLASSES,
    )


def _named(columns: Columns, known: Sequence[str]) -> str:
    return next((name for name in columns.names if name.lower() in known), "")
