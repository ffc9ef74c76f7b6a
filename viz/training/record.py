"""Records that the figures of a run of the lab are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    """

    columns: Mapping[str, Array]
    flows: Mapping[str, Array]
    label: str
    caption: str
    layer: int = 1
    halted: int = 0

    @cached_property
    def updates(self) -> int:
        """Updates that are done."""
        return len(self.columns["loss"])

    def has(self, name: str) -> bool:
        """Whether a column holds any number."""
        return name in self.columns and not bool(np.isnan(self.columns[name]).all())

    def flow(self, part: str) -> Array | None:
        """The gradient's way on a part of the state shown; None where the cell has no such part, or none is kept."""
        found = self.flows.get(f"{part}{self.layer}")
        return None if found is None or not np.isfinite(found).any() else found
