"""The axis of updates, in place of the axis of time; and the axis of time where there is no trace."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz.panel import PanelData, Scene
from viz.stack import stacked
from viz.words import ordinal

MOST = 1000  # updates that are drawn; tables hold all
MARKED = 24  # up to so many updates are marked one by one


@dataclass(frozen=True)
class Halt:
    """The update at which a run was no longer finite, its label where there are several, and its colour's role."""

    update: int
    label: str = ""
    role: str = "overflow"

    def sentence(self) -> str:
        """Return what happened, in words."""
        return f"{self.label or 'It'} exploded at update {self.update:,}."


@dataclass(frozen=True, eq=False)
class UpdateScene(Scene):
    """How a run is looked at; the steps of its axis are updates, `furthest` those of the longest run beside it.

    halts  where this run and those beside it were no longer finite
    """

    trace: Any = None
    updates: int = 2
    furthest: int = 2
    halts: tuple[Halt, ...] = ()

    @cached_property
    def steps(self) -> int:
        """Updates that are done."""
        return self.updates

    @cached_property
    def longest(self) -> int:
        """The axis' end: never a single point."""
        return max([2, self.updates, self.furthest, *(halt.update for halt in self.halts)])

    @cached_property
    def sparse(self) -> bool:
        """Few enough updates to mark each one, in all runs that are drawn."""
        return self.longest <= MARKED

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


def over_updates(panels: Sequence[PanelData], scene: UpdateScene) -> dict:
    """Panels stacked over the updates, with a line through all of them where a run was no longer finite."""
    first, *rest = panels
    figure = stacked([replace(first, heading=first.heading + _named(scene)), *rest], scene)
    axis = figure["layout"]["xaxis"]
    axis["title"] = {"text": "update", "standoff": 8}
    axis["unifiedhovertitle"] = {"text": "update %{x}"}
    axis["ticktext"] = [f"{update:,}" for update in axis["tickvals"]]
    axes = [axis for axis in figure["layout"] if axis.startswith("yaxis")]
    figure["layout"]["shapes"] += [
        _line(halt, axis.replace("axis", ""), scene) for halt in scene.halts for axis in axes
    ]
    return figure


def _named(scene: UpdateScene) -> str:
    """Return words for the first heading that say what the lines through all panels are."""
    told = [(scene.palette.of(halt.role), f"┆ {halt.label} exploded".replace("  ", " ")) for halt in scene.halts]
    return "".join(f', <span style="color:{colour}">{words}</span>' for colour, words in told)


def _line(halt: Halt, axis: str, scene: UpdateScene) -> dict:
    """Return a line through one panel, so that it crosses no heading."""
    across = {"xref": "x", "x0": halt.update, "x1": halt.update, "yref": f"{axis} domain", "y0": 0, "y1": 1}
    return across | {"type": "line", "line": {"color": scene.palette.of(halt.role), "width": 1.5, "dash": "3px,3px"}}
