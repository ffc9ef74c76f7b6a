"""Numbers of a run by name, as a text about it quotes and checks them: half_life, sigma_max, dh[3,1].

Entries of arrays count from 1, as the page counts, and belong to the first sample of the batch and to the top layer.
"""

from typing import Any

import numpy as np

from cells.knobs import names_of
from cells.trace import Trace

from .entries import ENTRIES
from .record import STYLES, Number, Value
from .whole import WHOLE, readout_gradient

__all__ = ["NUMBERS", "STYLES", "Number", "UnknownNumber", "known_names", "number_of", "readout_gradient", "value_of"]

NUMBERS = {each.name: each for each in (*WHOLE, *ENTRIES)}


class UnknownNumber(ValueError):
    """A name that is no number of a run, or an index the run does not have; the sentence says which there are."""


def value_of(trace: Trace, name: str, *indices: Any) -> Value:
    """Return the number of this name, or a setting of the run.

    UnknownNumber, or DoesNotApply where it has no meaning.
    """
    found = number_of(trace.settings, name)
    if len(indices) != len(found.indices):
        wanted = f"[{', '.join(found.indices)}]" if found.indices else "no index"
        raise UnknownNumber(f"{name} takes {wanted}, not {len(indices)} of them")
    try:
        with np.errstate(all="ignore"):
            return found.of(trace, *indices)
    except (IndexError, KeyError):
        asked = f"{name}[{','.join(map(str, indices))}]"
        raise UnknownNumber(f"{asked} lies outside the run: {_extent(trace)}") from None


def number_of(settings: Any, name: str) -> Number:
    """Return the declaration of a number, or of a setting under its own name."""
    if name in NUMBERS:
        return NUMBERS[name]
    if name in names_of(settings) or name in names_of(settings.options):
        return Number(name, "A setting of the run.", lambda trace: trace.settings.get(name), "exact")
    raise UnknownNumber(f"{name} is no number of this run")


def known_names(settings: Any) -> list[str]:
    """Return every name that `value_of` takes for a run of these settings."""
    return [*NUMBERS, *names_of(settings), *names_of(settings.options)]


def _extent(trace: Trace) -> str:
    s = trace.settings
    return f"it has {s.steps} steps, {s.hidden} units, {s.input_size} inputs and the gates {', '.join(trace.gates)}"
