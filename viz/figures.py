"""Every figure there is, by name: a page slot, an export and the tests follow from its line here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from cells.trace import Trace

from .flow_figure import Drawn, flow, panel_figure
from .maps.figure import PHASE, TITLE, phase_diagram
from .panel import Scene, View
from .panels import PANELS
from .training import (
    PANEL_TITLES,
    REPLAY,
    TRAINING,
    WRITING,
    figure_name,
    replay_figure,
    training_figure,
    training_panel,
    writing_figure,
)
from .training.replay import TITLE as REPLAY_TITLE
from .training.writing import TITLE as WRITING_TITLE


@dataclass(frozen=True)
class FigureKind:
    """draw(record, view, extra) -> Drawn; `needs` says of what kind the record is.

    `extra` are curves that lie over a run's own or, where networks learn, the records of other runs.

    `fits` tells whether a trace has what the figure shows.
    """

    name: str
    title: str
    draw: Callable[[Any, View | None, Sequence[Any]], Drawn]
    needs: str = "trace"

    def fits(self, trace: Trace) -> bool:
        """Return whether this trace has what the figure shows."""
        return self.needs == "trace" and (self.name not in PANELS or PANELS[self.name].fits(Scene(trace)))


_PANELS = [FigureKind(kind.name, kind.title, partial(panel_figure, kind.name)) for kind in PANELS.values()]
_ALONE = (FigureKind("flow", "Gradient flow", flow), FigureKind(PHASE, TITLE, phase_diagram, needs="map"))
_LEARNING = [
    FigureKind(TRAINING, "A network learns", training_figure, needs="training"),
    FigureKind(REPLAY, REPLAY_TITLE, replay_figure, needs="training"),
    FigureKind(WRITING, WRITING_TITLE, writing_figure, needs="writing"),
    *(FigureKind(figure_name(n), t, partial(training_panel, n), needs="training") for n, t in PANEL_TITLES.items()),
]
FIGURES = {kind.name: kind for kind in (*_ALONE, *_PANELS, *_LEARNING)}
