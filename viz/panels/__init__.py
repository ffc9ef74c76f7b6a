"""The panels of the main figure, top to bottom: name -> what makes it."""

from collections.abc import Callable
from dataclasses import dataclass

from viz.panel import PanelData, Scene
from viz.shared_axes import Plot, shared_axes_of

from . import gates, gradient, states, strip, units


@dataclass(frozen=True)
class PanelKind:
    """A panel a page may ask for. `usual`: shown unless other panels are asked for; `fits`: has this trace the data?"""

    name: str
    title: str
    make: Callable[[Scene], list[Plot]]
    usual: bool = True
    fits: Callable[[Scene], bool] = lambda scene: True


def _has_gates(scene: Scene) -> bool:
    return bool(scene.layer.cell.shown_gates)


def _has_clock(scene: Scene) -> bool:
    return scene.layer.cell.time_gate is not None


PANELS = {
    kind.name: kind
    for kind in (
        PanelKind("strip", "The unrolled network", strip.strip),
        PanelKind("time_gate", "Time gate k(t)", gates.time_gate, fits=_has_clock),
        PanelKind("gradient", "Gradient over time", gradient.gradient),
        PanelKind("states", "States over time", states.states),
        PanelKind("gates", "Gates over time", gates.gates, fits=_has_gates),
        PanelKind("gradient_units", "Gradient by unit", units.gradient_units, usual=False),
        PanelKind("state_units", "State by unit", units.state_units, usual=False),
    )
}
USUAL = tuple(kind.name for kind in PANELS.values() if kind.usual)


def panels_of(scene: Scene) -> list[PanelData]:
    """Return the panels a scene asks for, drawn; ValueError for a name that is no panel."""
    plots = plots_of(scene)
    shared = shared_axes_of(plots)
    return [panel for plot in plots for panel in plot.panels(scene, shared)]


def plots_of(scene: Scene) -> list[Plot]:
    """Return what a scene shows, in the order of PANELS, without the panels its cell has no data for.

    Raises ValueError for a name that is no panel.
    """
    view = scene.view
    unknown = [name for name in (*view.panels, *view.also) if name not in PANELS]
    if unknown:
        raise ValueError(f"panels = {unknown[0]!r} is none of {', '.join(PANELS)}")
    named = {*(view.panels or USUAL), *view.also}
    return [plot for kind in PANELS.values() if kind.name in named and kind.fits(scene) for plot in kind.make(scene)]
