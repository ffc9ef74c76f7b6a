"""The figures of a run: all panels over one axis of updates, and each panel alone."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from viz.curves import named_apart
from viz.flow_figure import ALONE, Drawn
from viz.panel import PanelData, View

from .flow import flow_panels
from .lines import quantity_panel
from .quantities import QUANTITIES, Quantity
from .record import TrainingRecord
from .scene import Halt, UpdateScene, over_updates

TRAINING = "training"
TITLE = "A network learns"

Others = Sequence[TrainingRecord]
Draw = Callable[[TrainingRecord, UpdateScene, Others], list[PanelData]]


def _lines(quantity: Quantity, record: TrainingRecord, scene: UpdateScene, others: Others) -> list[PanelData]:
    return [quantity_panel(quantity, record, scene, others)]


def _flows(part: str, record: TrainingRecord, scene: UpdateScene, others: Others) -> list[PanelData]:
    return flow_panels(part, [record, *others], scene)


FLOWS = {"flow_h": "h", "flow_c": "c"}
PANEL_TITLES = {
    "loss": "Loss",
    "flow_h": "Gradient on h by update",
    "flow_c": "Gradient on c by update",
    "accuracy": "Accuracy",
    "perplexity": "Perplexity",
    "gradient": "Gradient norm",
    "half_life": "Half-life",
    "weights": "Weight norms",
    "radius": "Spectral radius",
    "ratio": "Update ratio",
}
_DRAW: dict[str, Draw] = {quantity.name: partial(_lines, quantity) for quantity in QUANTITIES}
_DRAW |= {name: partial(_flows, part) for name, part in FLOWS.items()}


def figure_name(panel: str) -> str:
    """Return what a panel that stands alone is called, in the registry of figures and in files."""
    return f"training_{panel}"


def panels_fitting(record: TrainingRecord) -> list[str]:
    """Return the panels that the run has something for, from top to bottom."""
    lines = {quantity.name for quantity in QUANTITIES if quantity.lines_of(record)}
    heats = {name for name, part in FLOWS.items() if record.flow(part) is not None}
    return [name for name in PANEL_TITLES if name in lines | heats]


def training_figure(record: TrainingRecord, view: View | None = None, extra: Others = ()) -> Drawn:
    """The run's panels, those that the view names or all it has; `extra` are up to six runs drawn beside it."""
    view = view or View()
    fitting = panels_fitting(record)
    names = [name for name in fitting if name in view.panels] or fitting
    return _drawn(TRAINING, f"{TITLE}: {record.label}", names, record, view, extra)


def training_panel(name: str, record: TrainingRecord, view: View | None = None, extra: Others = ()) -> Drawn:
    """One panel as a figure of its own. ValueError where the run has nothing for it."""
    if name not in panels_fitting(record):
        raise ValueError(f"panels = {name}: the run {record.label} has nothing for it")
    tall = View(theme=(view or View()).theme, stretch=ALONE)
    return _drawn(figure_name(name), f"{PANEL_TITLES[name]}: {record.label}", [name], record, tall, extra)


def _drawn(name: str, title: str, names: Iterable[str], record: TrainingRecord, view: View, others: Others) -> Drawn:
    furthest = max([record.updates, *(other.updates for other in others)])
    halts = _halts(record, others)
    scene = UpdateScene(view=view, updates=record.updates, furthest=furthest, halts=halts)
    panels = [panel for one in names for panel in _DRAW[one](record, scene, others)]
    figure = over_updates(panels, scene)
    said = [*(sentence for panel in panels for sentence in panel.alt), *(halt.sentence() for halt in halts)]
    alt = " ".join(dict.fromkeys(said))
    caption = _caption(record, others)
    figure["layout"]["meta"] = {"name": name, "title": title, "alt": alt, "caption": caption}
    updates = [("update", np.arange(1, furthest + 1))]
    columns = named_apart([*updates, *(pair for panel in panels for pair in panel.columns.items())])
    return Drawn(name, title, figure, alt, caption, columns)


def _halts(record: TrainingRecord, others: Others) -> tuple[Halt, ...]:
    """Return where this run and those beside it were no longer finite."""
    own = [Halt(record.halted, record.label if others else "")] if record.halted else []
    beside = [Halt(other.halted, other.label, f"pin{place}") for place, other in enumerate(others, 1) if other.halted]
    return *own, *beside


def _caption(record: TrainingRecord, others: Others) -> str:
    """The run's settings, and of each run beside it those that differ."""
    own = record.caption.split(" · ")
    told = [record.caption]
    for other in others:
        told.append(f"{other.label}: {', '.join(w for w in other.caption.split(' · ') if w not in own) or 'the same'}")
    return " · ".join(told)
