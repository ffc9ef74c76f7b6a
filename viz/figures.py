"""Every figure there is, by name: a page slot, an export and the tests follow from its line here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from cells.trace import Trace

from . import training
from .flow_figure import Drawn, flow, panel_figure
from .maps.figure import PHASE, TITLE, phase_diagram
from .panel import Scene, View
from .panels import PANELS
from .training import PANEL_TITLES, TRAINING, figure_name, training_figure, training_panel
from .training.by_length import TITLE as BY_LENGTH_TITLE
from .training.confusion import TITLE as CONFUSION_TITLE
from .training.multiples import TITLE as MULTIPLES_TITLE
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
    FigureKind(training.REPLAY, REPLAY_TITLE, training.replay_figure, needs="training"),
    FigureKind(training.WRITING, WRITING_TITLE, training.writing_figure, needs="writing"),
    FigureKind(training.CONFUSION, CONFUSION_TITLE, training.confusion_figure, needs="confusion"),
    FigureKind(training.BY_LENGTH, BY_LENGTH_TITLE, training.by_length_figure, needs="lengths"),
    FigureKind(training.MULTIPLES, MULTIPLES_TITLE, training.multiples_figure, needs="runs"),
    *(FigureKind(figure_name(n), t, partial(training_panel, n), needs="training") for n, t in PANEL_TITLES.items()),
]
FIGURES = {kind.name: kind for kind in (*_ALONE, *_PANELS, *_LEARNING)}
