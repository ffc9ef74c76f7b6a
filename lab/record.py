"""The record of a run, under way or ended, without the network itself: no PyTorch is loaded to look at it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load

from cells.arrays import Array
from cells.knobs import BadValue

from .history import History
from .settings import LabSettings

FORMAT = "backflow lab run 1"


@dataclass(frozen=True)
class Cure:
    """A change that was tried, and what became of the run with it."""

    change: str
    prevents: bool
    outcome: str


@dataclass(frozen=True)
class Halt:
    """At which update training halted, the first tensor that was not finite, and how it came to that."""

    update: int
    tensor: str
    growth: str
    cures: tuple[Cure, ...] = ()

    @property
    def sentence(self) -> str:
        """Return all of it in words."""
        return f"Halted at update {self.update}: {self.tensor} is not finite. {self.story}"

    @property
    def story(self) -> str:
        """Return how it came to that, and which of the changes that were tried would have prevented it."""
        return f"{self.growth} {self._tried()}" if self.cures else self.growth

    def _tried(self) -> str:
        helps = [cure.change for cure in self.cures if cure.prevents]
        if not helps:
            return "None of the changes that were tried would have prevented it."
        listed = helps[0] if len(helps) == 1 else f"either {', '.join(helps[:-1])} or {helps[-1]}"
        return f"{listed[0].upper()}{listed[1:]} would have prevented it: it was tried."


@dataclass
class Progress:
    """Where a run is, beside its parameters, its optimiser and its history.

    reason   "" while it goes on; "updates", "target", "patience", "halted" or "stopped" once it has ended
    samples  (update, text), of tasks that write           metrics  on the test data, once it has ended
    """

    update: int = 0
    smooth: float | None = None  # the smoothed loss
    best: float = math.inf  # the least validation loss ...
    stale: int = 0  # ... and the validations since
    samples: list[tuple[int, str]] = field(default_factory=list)
    reason: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    halt: Halt | None = None


@dataclass(frozen=True, eq=False)
class RunRecord:
    """A run as its last checkpoint has it.

    kept       the earlier updates whose weights it holds, in order
    confusion  how often each answer was given for each right one on the test data, where answers are a few classes
    """

    settings: LabSettings
    progress: Progress
    past: History
    kept: tuple[int, ...] = ()
    confusion: Array | None = None

    @cached_property
    def history(self) -> dict[str, Array]:
        """Return one entry an update in each column; `lab.history.COLUMNS` says what they hold."""
        return self.past.columns

    @cached_property
    def flows(self) -> dict[str, Array]:
        """Return log10 of the batch mean of ‖dL_b/d(part)_t‖, (updates, T), by part and layer: "h1", "c1", "h2", …"""
        return {name: self.past.flow(name) for name in self.past.flows}

    @property
    def flow(self) -> Array:
        """Return that of the top layer's h."""
        return self.past.flow(f"h{self.settings.layers}")


def read_record(payload: bytes) -> RunRecord:
    """Return the record in a checkpoint; BadValue where it is none."""
    facts, arrays = read_payload(payload)
    past = History(facts["settings"]["length"])
    past.restore({n.removeprefix("history/"): a for n, a in arrays.items() if n.startswith("history/")})
    kept = tuple(sorted(rungs_of(arrays)))
    settings, counts = LabSettings.from_json(facts["settings"]), arrays.get("confusion")
    return RunRecord(settings, progress_from(facts["progress"]), past, kept, counts)


def rungs_of(arrays: Mapping[str, Array]) -> dict[int, Array]:
    """Return the weights of earlier updates among the arrays of a checkpoint, by update."""
    return {int(n.removeprefix("ladder/")): a for n, a in arrays.items() if n.startswith("ladder/")}


def read_payload(payload: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the facts and the arrays of a checkpoint; BadValue where it is none."""
    try:
        size = int.from_bytes(payload[:8], "little")
        facts = json.loads(json.loads(payload[8 : 8 + size])["__metadata__"]["run"])
        arrays = load(payload)
    except (SafetensorError, LookupError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadValue("the checkpoint is no file of a run, or it is damaged", "checkpoint") from error
    if facts.get("format") != FORMAT:
        told = f"the checkpoint has the format {facts.get('format')!r}; this program reads {FORMAT!r}"
        raise BadValue(told, "checkpoint")
    return facts, arrays


def progress_from(facts: Mapping[str, Any]) -> Progress:
    """Progress as it was written down."""
    halt = facts["halt"]
    if halt is not None:
        halt = Halt(**(halt | {"cures": tuple(Cure(**cure) for cure in halt["cures"])}))
    return Progress(**(dict(facts) | {"halt": halt, "samples": [tuple(sample) for sample in facts["samples"]]}))
