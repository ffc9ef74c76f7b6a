"""Columns of a CSV file as a recording: sequences side by side, times from each one's first sample, targets, a mask."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import numpy as np

from cells.arrays import Array
from cells.knobs import BadValue
from cells.recording import LONGEST, MOST, WIDEST, Recording
from cells.settings import OWN_LIMIT
from ui.sidebar.own_input import number_of

from .columns import FIELD, MASK, NEXT, RUNNING_AVERAGE, Columns, Roles

MISSING = ("", "na", "nan", "n/a", "null", "none", "?")
FARTHEST = (
    Decimal(10) ** 9
)  # units of time from a sequence's first sample: float64 leaves a period of 1 six digits there
CLASSES = 64
SHOWN = 30


@dataclass(frozen=True, eq=False)
class Read:
    """A recording, and what the reader should know of how it was read."""

    recording: Recording
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Rows:
    """Those of one sequence, by their places in the file."""

    name: str
    places: list[int]


def recording_of(columns: Columns, roles: Roles, key: str, source: str) -> Read:
    """Return the recording these roles make of the columns; BadValue names the line, the column and what to do."""
    sequences = _sequences(columns, roles)
    values, there = _values(columns, roles)
    times, notes = _times(columns, roles, sequences)
    targets, classes = _targets(columns, roles, values)
    if roles.target == NEXT:
        targets, sequences = _next(values, there, sequences)
    T = max(len(one.places) for one in sequences)
    active = _laid_out(there[:, None].astype(float), sequences, T, 0.0)[..., 0] > 0
    recording = Recording(
        values=_laid_out(np.where(there[:, None], values, 0), sequences, T, 0.0),
        times=None if times is None else _run_on(_laid_out(times[:, None], sequences, T, np.nan)[..., 0]),
        targets=None if targets is None else _masked(_laid_out(targets, sequences, T, np.nan), active),
        active=None if active.all() else active,
        loss="cross_entropy" if classes else "squared_error",
        key=key,
        source=source,
    )
    told = (*_told(recording, sequences, roles), *_unasked_told(targets, roles), *notes, *_classes_told(classes))
    return Read(recording, told)


def _sequences(columns: Columns, roles: Roles) -> list[Rows]:
    """Return rows by sequence, in the order in which the names first appear."""
    names = columns.of(roles.sequence) if roles.sequence else ["all"] * len(columns.rows)
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        if not name:
            _refuse(columns, place, roles.sequence, "is empty; each row needs the name of its sequence")
        found.setdefault(name, []).append(place)
    least = 3 if roles.target == NEXT else 2
    for name, places in found.items():
        if not least <= len(places) <= LONGEST:
            raise BadValue(
                f"{FIELD} has {len(places)} rows of sequence {name[:SHOWN]}, outside [{least}, {LONGEST}]", FIELD
            )
    if len(found) > MOST:
        raise BadValue(f"{FIELD} has {len(found)} sequences, outside [1, {MOST}]", FIELD)
    return [Rows(name, places) for name, places in found.items()]


def _refuse(columns: Columns, place: int, name: str, fault: str) -> None:
    text = columns.rows[place][columns.names.index(name)]
    raise BadValue(f"{name[:SHOWN]} = {text[:SHOWN]!r} in line {columns.lines[place]} {fault}", FIELD)


def _values(columns: Columns, roles: Roles) -> tuple[Array, Array]:
    """Inputs (rows, I), and which rows have them all."""
    names = roles.values(columns)
    if not 1 <= len(names) <= WIDEST:
        raise BadValue(f"{FIELD} has {len(names)} columns of values, outside [1, {WIDEST}]", FIELD)
    found = np.stack([_numbers(columns, name, masked=roles.missing == MASK) for name in names], axis=1)
    return found, np.asarray(~np.isnan(found).any(axis=1))


def _numbers(columns: Columns, name: str, masked: bool) -> Array:
    """Return a column of numbers, nan where one is missing and may be."""
    found = np.empty(len(columns.rows))
    for place, text in enumerate(columns.of(name)):
        if text.lower() in MISSING:
            if not masked:
                _refuse(columns, place, name, "is missing; fill it in, or choose to mask such rows")
            found[place] = np.nan
            continue
        value = number_of(text)
        if value is None or not abs(value) <= OWN_LIMIT:
            _refuse(columns, place, name, "is no number in [-1e6, 1e6]")
        found[place] = value
    return found


# ── times


def _times(columns: Columns, roles: Roles, sequences: Sequence[Rows]) -> tuple[Array | None, tuple[str, ...]]:
    """Times of all rows, each from its sequence's first; and a sentence where that took something off."""
    if not roles.time:
        return None, ()
    exact = [_time(columns, place, roles.time, text) for place, text in enumerate(columns.of(roles.time))]
    found, origins = np.empty(len(exact)), []
    for one in sequences:
        _check_order(columns, roles.time, exact, one)
        first = exact[one.places[0]]
        origins.append(first)
        if exact[one.places[-1]] - first > FARTHEST:
            _refuse(columns, one.places[-1], roles.time, f"is more than 1e9 units after {first}; take a larger unit")
        found[one.places] = [float(exact[place] - first) for place in one.places]
    return found, tuple(_origins_told(origins))


def _time(columns: Columns, place: int, name: str, text: str) -> Decimal:
    """Return a number or a date, exactly: Unix times in nanoseconds have more digits than float64.

    A date without a zone is one of UTC, whose hours are never put forward or back.
    """
    try:
        value = Decimal(text)
        if value.is_finite() and abs(value) < Decimal(10) ** 30:
            return value
    except InvalidOperation:
        pass
    try:
        date = datetime.fromisoformat(text)
        return Decimal(repr((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()))
    except (ValueError, OverflowError, OSError):
        _refuse(columns, place, name, "is neither a number nor a date such as 2024-05-01T12:00:00")
        raise


def _check_order(columns: Columns, name: str, exact: Sequence[Decimal], one: Rows) -> None:
    for before, place in zip(one.places, one.places[1:], strict=False):
        line = columns.lines[before]
        if exact[place] == exact[before]:
            cure = "average the two, or put them side by side as two columns"
            _refuse(columns, place, name, f"is also the time of line {line}: a clock needs one row a time; {cure}")
        if exact[place] < exact[before]:
            _refuse(columns, place, name, f"comes before that of line {line}; sort each sequence by time")


def _origins_told(origins: Sequence[Decimal]) -> Iterator[str]:
    low, high = min(origins), max(origins)
    if low == high == 0:
        return
    taken = f"{low} was" if low == high else f"{low} to {high} were"
    yield (
        f"Times count from each sequence's first sample ({taken} subtracted): the gradients of the periods τ grow with "
        "the distance from the clock's zero."
    )


def _run_on(times: Array) -> Array:
    """Times (T, B) that go on after a sequence's end in steps of 1: nothing happens there, but they increase."""
    for t in range(1, len(times)):
        ended = np.isnan(times[t])
        times[t, ended] = times[t - 1, ended] + 1
    return times


# ── targets


def _targets(columns: Columns, roles: Roles, values: Array) -> tuple[Array | None, list[str]]:
    """Targets of all rows (rows, O), nan where none is asked; and the classes, where they are names."""
    if roles.target in (RUNNING_AVERAGE, NEXT):
        return None, []
    if not roles.classes:
        return _numbers(columns, roles.target, masked=True)[:, None], []
    texts = columns.of(roles.target)
    names = sorted({text for text in texts if text.lower() not in MISSING})
    if not 2 <= len(names) <= CLASSES:
        raise BadValue(f"{roles.target[:SHOWN]} has {len(names)} classes, outside [2, {CLASSES}]", FIELD)
    one_hot = np.eye(len(names))
    none = np.full(len(names), np.nan)
    return np.stack([one_hot[names.index(text)] if text in names else none for text in texts]), names


def _next(values: Array, there: Array, sequences: Sequence[Rows]) -> tuple[Array, list[Rows]]:
    """Return the values of each sequence's next row as targets; the last row has none and is left out."""
    targets = np.full(values.shape, np.nan)
    for one in sequences:
        later = one.places[1:]
        targets[one.places[:-1]] = np.where(there[later, None], values[later], np.nan)
    return targets, [Rows(one.name, one.places[:-1]) for one in sequences]


def _masked(targets: Array, active: Array) -> Array:
    return np.where(active[..., None], targets, np.nan)


def _laid_out(rows: Array, sequences: Sequence[Rows], steps: int, rest: float) -> Array:
    """Return rows (N, C) as (T, B, C), sequences side by side, `rest` beyond their ends."""
    found = np.full((steps, len(sequences), rows.shape[1]), rest)
    for k, one in enumerate(sequences):
        found[: len(one.places), k] = rows[one.places]
    return found


# ── words


def _told(recording: Recording, sequences: Sequence[Rows], roles: Roles) -> Iterator[str]:
    lengths = [len(one.places) for one in sequences]
    many = f"{len(sequences)} sequences" if len(sequences) > 1 else "One sequence"
    steps = f"{min(lengths)} to {max(lengths)}" if min(lengths) < max(lengths) else str(max(lengths))
    inputs = "1 input" if recording.inputs == 1 else f"{recording.inputs} inputs"
    own = roles.target not in (RUNNING_AVERAGE, NEXT)
    target = f"column {roles.target[:SHOWN]}" if own else f"the {roles.target}"
    yield f"{many} of {steps} steps, {inputs}; the target is {target}."
    if recording.active is not None:
        missing = sum(lengths) - int(recording.active.sum())
        yield (
            f"{missing} rows with missing values are masked: the state stands still there."
            if missing
            else ("Shorter sequences end in masked steps, in which the state stands still.")
        )


def _unasked_told(targets: Array | None, roles: Roles) -> Iterator[str]:
    """Say how many rows a column of targets leaves without one."""
    if targets is None or roles.target == NEXT:
        return
    missing = int(np.isnan(targets).any(axis=1).sum())
    if missing:
        yield f"{missing} row{'s have' if missing > 1 else ' has'} no target."


def _classes_told(classes: Sequence[str]) -> Iterator[str]:
    if classes:
        yield f"Classes: {', '.join(name[:SHOWN] for name in classes)}."
