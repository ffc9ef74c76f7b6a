"""Pinned runs: they stay as curves over the present one, with a name each, and travel in the link."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from cells import RunSettings
from ui.views.fields import BROUGHT, DEFAULTS, FIELDS, LISTS, Values, knob_of, own_fields, run_settings

from .link_codec import LONGEST, short, text_of
from .link_parser import applies, read_fields

MOST = 6
LETTERS = 18  # of a name
BETWEEN, WITHIN, IS = "~~", "~", "-"  # pins; the parts of a pin; name and value of a part. No name holds the first two
LABELS = {"loss_steps": "Loss at steps", "own": "Own sequence", "timestamps": "Own timestamps"}
BROUGHT_AS = {"network": "Weights", "recording": "Sequences"}
UNSAFE = str.maketrans({"<": "‹", ">": "›", "&": "+", "~": "-", "\n": " ", "\r": " ", "\t": " "})  # figures read HTML


@dataclass(frozen=True)
class Pin:
    """A run by what differs from the defaults, which is what a link holds: pairs of field and value."""

    name: str
    changes: tuple[tuple[str, Any], ...] = ()

    @property
    def values(self) -> Values:
        """Return all values of the run."""
        return DEFAULTS | dict(self.changes)

    @property
    def settings(self) -> RunSettings:
        """Return the settings of the pinned run."""
        return run_settings(self.values)


def pin_of(values: Mapping[str, Any], name: str = "") -> Pin:
    """Return the run these values make."""
    changes = {n: values[n] for n in run_fields() if values[n] != DEFAULTS[n] and applies(n, values)}
    return Pin(clean(name) or summary(changes), tuple(changes.items()))


def run_fields() -> list[str]:
    """Return the fields that a run depends on, the view's left out."""
    of_runs = [f.name for f in fields(RunSettings) if f.name in FIELDS]
    cells = [name for cell in knob_of("cell").choices for name in own_fields(cell)]
    return [*of_runs, *dict.fromkeys(cells)]


def clean(name: str) -> str:
    """Return a name that fits a label, and that no figure reads as a command."""
    return "".join(c for c in name.translate(UNSAFE) if c.isprintable()).strip()[:LETTERS].strip()


def summary(changes: Mapping[str, Any]) -> str:
    """Return a name made of the cell and of the first things that differ from the defaults."""
    cell = knob_of("cell").choices[changes.get("cell", DEFAULTS["cell"])]
    words = [cell, *(in_words(name, value) for name, value in changes.items() if name != "cell")]
    while len(", ".join(words)) > LETTERS:
        words.pop()
    return clean(", ".join(words))


def in_words(name: str, value: Any) -> str:
    """Return a setting as a name may say it: the choice itself, or the field with its value."""
    if name in BROUGHT:
        return value.source
    if name in LISTS:
        return f"{len(value)} {'times' if name == 'timestamps' else 'steps'}"
    knob = knob_of(name)
    if knob.choices:
        return knob.choices[value]
    return f"{name.replace('_', ' ')} {text_of(name, value)}"


def described(pin: Pin) -> str:
    """Return all that differs from the defaults, for a caption."""
    parts = [f"{label_of(name)}: {shown(name, value)}" for name, value in pin.changes]
    return ", ".join(parts) or "all settings at their defaults"


def label_of(name: str) -> str:
    """Return the field's own label."""
    return LABELS.get(name) or BROUGHT_AS.get(name) or knob_of(name).label


def shown(name: str, value: Any) -> str:
    """Return a value as the page names it."""
    if name in BROUGHT:
        return "none" if value is None else value.source
    if name in LISTS:
        return f"{len(value)} entries"
    choices = knob_of(name).choices
    return choices[value] if choices else text_of(name, value)


def added(pins: Sequence[Pin], pin: Pin) -> tuple[Pin, ...]:
    """Return the pins with one more, under a name that no other run has.

    One of the same run gives way, or the first one.
    """
    kept = tuple(other for other in pins if other.changes != pin.changes)[-(MOST - 1) :]
    return (*kept, replace(pin, name=free_name(pin.name, [other.name for other in kept])))


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return the name, numbered where another run has it."""
    taken = set(taken)
    tries = (name if count == 1 else f"{name[: LETTERS - 3]} {count}" for count in range(1, len(taken) + 2))
    return next(free for free in tries if free not in taken)


def differing(runs: Sequence[Values]) -> list[str]:
    """Return the fields that are not the same in all runs.

    One that only some runs know counts if it is not at its default.
    """
    return [name for name in run_fields() if _differs(name, [values for values in runs if applies(name, values)], runs)]


def _differs(name: str, knowing: Sequence[Values], runs: Sequence[Values]) -> bool:
    known = {values[name] for values in knowing} | ({DEFAULTS[name]} if len(knowing) < len(runs) else set())
    return len(known) > 1


def text_of_pins(pins: Sequence[Pin]) -> str:
    """Return pins as a link writes them: `ReLU~activation-relu~~LSTM~cell-lstm~forget_bias-3`."""
    return BETWEEN.join(WITHIN.join([pin.name, *map(_part, pin.changes)]) for pin in pins)


def _part(change: tuple[str, Any]) -> str:
    return f"{change[0]}{IS}{text_of(*change)}"


def pins_from_text(text: str) -> tuple[tuple[Pin, ...], list[str]]:
    """Return the pins of a link, and one sentence for everything that had to be changed or ignored."""
    if len(text) > LONGEST:
        return (), [f"pins has {len(text)} characters, more than the {LONGEST} a link carries."]
    texts = text.split(BETWEEN) if text else []
    complaints = [f"pins holds {len(texts)} runs, outside [0, {MOST}]; the first {MOST} are used."]
    complaints = complaints if len(texts) > MOST else []
    pins: tuple[Pin, ...] = ()
    for each in texts[:MOST]:
        pin, told = _pin(each)
        pins = added(pins, pin)
        complaints += told
    return pins, complaints


def _pin(text: str) -> tuple[Pin, list[str]]:
    name, *parts = text.split(WITHIN)
    called = f"in pins {short(name)}"
    pairs = [part.partition(IS) for part in parts]
    known = {field: [value] for field, _, value in pairs if field in run_fields()}
    values, told = read_fields(known)
    strange = [field for field, *_ in pairs if field not in known]
    told = [*(f"{short(field)} is no setting of a run and was ignored." for field in strange), *told]
    pin = pin_of(values, name)
    if pin.name != name:
        told.append(f"its name is written {short(pin.name)}.")
    return pin, [f"{called}: {sentence}" for sentence in told]
