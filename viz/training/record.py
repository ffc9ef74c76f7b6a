"""Records that the figures of a run of the lab are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from viz.curves import Array


@dataclass(frozen=True, eq=False)
class TrainingRecord:
    """A run so far.

    columns  (updates,) by name, as the lab's history has them; nan where nothing was measured
    flows    (updates, T) log10 ‖dL/d(part)_t‖ by part and layer, step 1 first: "h1", "c1", …
    label    what the run is called                   caption  every setting behind it
    layer    the layer shown, counted from 1          halted   the update at which a value was not finite, or 0
    kept     the earlier updates whose weights can be opened
    """

    columns: Mapping[str, Array]
    flows: Mapping[str, Array]
    label: str
    caption: str
    layer: int = 1
    halted: int = 0
    kept: tuple[int, ...] = ()

    @cached_property
    def updates(self) -> int:
        """Updates that are done."""
        return len(self.columns["loss"])

    def until(self, update: int) -> "TrainingRecord":
        """Return the record as it was after an update."""
        columns = {name: values[:update] for name, values in self.columns.items()}
        flows = {name: rows[:update] for name, rows in self.flows.items()}
        return replace(self, columns=columns, flows=flows, kept=tuple(at for at in self.kept if at <= update))

    def has(self, name: str) -> bool:
        """Whether a column holds any number."""
        return name in self.columns and not bool(np.isnan(self.columns[name]).all())

    def flow(self, part: str) -> Array | None:
        """The gradient's way on a part of the state shown; None where the cell has no such part, or none is kept."""
        found = self.flows.get(f"{part}{self.layer}")
        return None if found is None or not np.isfinite(found).any() else found
