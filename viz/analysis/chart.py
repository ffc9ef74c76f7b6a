"""A chart: a figure of the pages of measures, with its finding as one sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from viz.caption import caption
from viz.flow_figure import Drawn
from viz.panel import PanelData, Scene
from viz.stack import stacked

from .xy_axes import XYAxes, xy_figure


@dataclass(frozen=True)
class Look:
    """The part of a record that is looked at; steps, units and samples count from 1."""

    step: int = 1
    loss_step: int = 1
    unit: int = 1
    sample: int = 1
    shares_of: str = "W_h"
    spread_of: str = "slope"
    numbers: str = "norms"
    node: int = 0
    seeds: int = 50
    order: str = "period"
    exhibit: str = "retain_grad"
    clock: tuple[float, float, float, float] = (20.0, 0.0, 0.25, 0.001)  # τ, s, r_on, α of the explorer


@dataclass(frozen=True, eq=False)
class Chart(Drawn):
    """A figure whose alt text begins with the finding: one sentence that a page shows above it."""

    finding: str = ""


GAP = "   "  # between the parts of a heading


@dataclass(frozen=True)
class ChartLabel:
    """The names of a chart: in links and files, and on the page."""

    name: str
    title: str


def timed(label: ChartLabel, panels: list[PanelData], scene: Scene, finding: str) -> Chart:
    """Return panels over the time axis as one chart."""
    columns = {"step": np.arange(1, scene.steps + 1)}
    for panel in panels:
        columns |= panel.columns
    details = [sentence for panel in panels for sentence in panel.alt]
    return _chart(label, stacked(panels, scene), scene, [finding, *details], columns)


def on_xy_axes(label: ChartLabel, xy_axes: XYAxes, scene: Scene, finding: str, columns: dict[str, np.ndarray]) -> Chart:
    """Return one plotting area with axes of its own as a chart."""
    return _chart(label, xy_figure(xy_axes, scene), scene, [finding, *xy_axes.alt], columns)


def clickable(chart: Chart, hint: str) -> Chart:
    """Let a click on a point mean something, which `hint` says behind the heading; saved pictures leave it out."""
    layout = chart.figure["layout"]
    layout["meta"] |= {"clicks": True, "hint": f"{GAP}{hint}"}
    heading = layout["annotations"][0]
    heading["text"] = f"{heading['text']}{GAP}{hint}".removeprefix(GAP)
    return chart


def _chart(label: ChartLabel, figure: dict, scene: Scene, said: Iterable[str], columns: dict[str, np.ndarray]) -> Chart:
    finding, *details = dict.fromkeys(sentence for sentence in said if sentence)
    alt, words = " ".join([finding, *details]), caption(scene)
    figure["layout"]["meta"] = {"name": label.name, "title": label.title, "alt": alt, "caption": words}
    return Chart(label.name, label.title, figure, alt, words, columns, finding=finding)
