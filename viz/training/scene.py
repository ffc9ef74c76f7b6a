"""The axis of updates, in place of the axis of time; and the axis of time where there is no trace."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.panel import Scene
from viz.stack import stacked
from viz.words import ordinal

MOST = 1000  # updates that are drawn; tables hold all


@dataclass(frozen=True, eq=False)
class UpdateScene(Scene):
    """How a run is looked at; the steps of its axis are updates, `furthest` those of the longest run beside it."""

    trace: Any = None
    updates: int = 2
    furthest: int = 2

    @cached_property
    def steps(self) -> int:
        """Updates that are done."""
        return self.updates

    @cached_property
    def longest(self) -> int:
        """The axis' end: never a single point."""
        return max(2, self.updates, self.furthest)

    @cached_property
    def stride(self) -> int:
        """Every how many updates a point is drawn."""
        return max(1, -(-self.updates // MOST))

    @cached_property
    def drawn(self) -> NDArray[np.intp]:
        """Indices of those drawn; always the first and the last."""
        return np.unique(np.append(np.arange(0, self.updates, self.stride), self.updates - 1))

    def thinned(self) -> str:
        """Words for a heading where not every update is drawn."""
        return f", every {ordinal(self.stride)} update drawn" if self.stride > 1 else ""


@dataclass(frozen=True, eq=False)
class StepScene(Scene):
    """How the steps of one update are looked at: 1 to `last`."""

    trace: Any = None
    last: int = 2

    @cached_property
    def steps(self) -> int:
        """Return T."""
        return self.last

    @cached_property
    def longest(self) -> int:
        """Return the axis' end."""
        return self.last


def over_updates(panels: list, scene: UpdateScene) -> dict:
    """Panels stacked over the updates."""
    figure = stacked(panels, scene)
    axis = figure["layout"]["xaxis"]
    axis["title"] = {"text": "update", "standoff": 8}
    axis["unifiedhovertitle"] = {"text": "update %{x}"}
    return figure
