"""The main figure: where the gradient goes, and the states and gates that carry it, over one time axis."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cells.trace import Trace

from .caption import caption
from .curves import Curve, named_apart
from .panel import PanelData, Scene, View
from .panels import PANELS, panels_of
from .stack import stacked

ALONE = 1.6  # a panel that stands alone is that much taller


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure with all that belongs to it.

    figure   {"data", "layout"} as Plotly.js takes it     title    what it is called
    alt      the finding in words                         caption  every setting behind it
    columns  the numbers behind it, unrounded
    scrub    what a browser needs to drag it along one knob (viz/scrub.py), if it can be dragged
    ask      what a browser asks before it shows the figure (viz/guess.py), if anything
    """

    name: str
    title: str
    figure: dict
    alt: str
    caption: str
    columns: dict[str, np.ndarray] = field(repr=False)
    scrub: dict | None = field(default=None, repr=False)
    ask: dict | None = field(default=None, repr=False)


def flow(trace: Trace, view: View | None = None, extra: Sequence[Curve] = ()) -> Drawn:
    """Return all panels the view asks for in one figure; `extra` curves are drawn with the gradient."""
    return drawn("flow", "Gradient flow", Scene(trace, view or View(), tuple(extra)))


def panel_figure(name: str, trace: Trace, view: View | None = None, extra: Sequence[Curve] = ()) -> Drawn:
    """Return one panel as a figure of its own, taller than in the stack."""
    alone = replace(view or View(), panels=(name,), also=(), stretch=ALONE)
    return drawn(name, PANELS[name].title, Scene(trace, alone, tuple(extra)))


def drawn(name: str, title: str, scene: Scene) -> Drawn:
    """Return the scene's panels as one figure. ValueError if its cell has none of them."""
    panels = panels_of(scene)
    if not panels:
        label = scene.layer.cell.label
        raise ValueError(f"panels = {', '.join(scene.view.panels)}: the {label} has none of them")
    return composed(name, title, panels, scene, caption(scene))


def composed(name: str, title: str, panels: Sequence[PanelData], scene: Scene, words: str) -> Drawn:
    """Return panels of a scene as one figure; `words` is the caption."""
    figure = stacked(panels, scene)
    alt = " ".join(dict.fromkeys(sentence for panel in panels for sentence in panel.alt if sentence))
    figure["layout"]["meta"] = {"name": name, "title": title, "alt": alt, "caption": words}
    return Drawn(name, title, figure, alt, words, _columns(panels, scene))


def _columns(panels: Iterable[PanelData], scene: Scene) -> dict[str, np.ndarray]:
    """Return all panels' numbers side by side.

    What two panels share appears once, what merely shares a name is numbered.
    """
    steps = [("step", np.arange(1, scene.steps + 1))]
    return named_apart([*steps, *(pair for panel in panels for pair in panel.columns.items())])
