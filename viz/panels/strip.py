"""The unrolled network on the time axis: colour is the gradient that reaches a step, ▼ marks a loss."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz import words
from viz.curves import Curve
from viz.extent import span_of
from viz.findings import exceptions, joined, trend
from viz.marks import loss_sign
from viz.panel import PanelData, Scene
from viz.rails import LOG_KINDS, SpecialValue
from viz.shades import Shades, decades
from viz.shared_axes import Plot, SharedAxes
from viz.walls import NO_WALLS, Walls, walls_of

from .network import network
from .ribbon import ribbon

SIGNS = {"zero": "┄", "overflow": "■", "nan": "■"}  # an empty cell with a dotted line, or one of its colour
NAMED_LOSSES = 6


def strip(scene: Scene) -> list[Plot]:
    """Return the network with the total gradient of h as its colour."""
    return [StripPlot(scene.total, walls_of(scene))]


@dataclass(frozen=True, eq=False)
class StripPlot:
    """Nodes and arrows, or a ribbon: whichever is readable at this length."""

    total: Curve
    walls: Walls = NO_WALLS

    def measure(self, shared: SharedAxes) -> None:
        """The decades its colours span, and which values have none."""
        shared.widen("strip", span_of([self.total.mean]))
        for kind in LOG_KINDS:
            shared.note(("strip", kind.word), bool(kind.holds(self.total.mean).any()))

    def panels(self, scene: Scene, shared: SharedAxes) -> list[PanelData]:
        """Return the panel, drawn on these axes."""
        shades = Shades(self.total.mean, scene.palette, decades(shared.span(["strip"])))
        traces, height = (network if scene.sparse else ribbon)(shades, scene)
        axis = {"range": [0, height], "title": {"text": "flow"}, "fixedrange": True}
        kinds = [kind for kind in LOG_KINDS if ("strip", kind.word) in shared]
        return [
            PanelData(
                name="strip",
                heading="   ".join([_heading(shades, kinds, scene), *self.walls.sign(scene)]) + scene.thinned(),
                axis=axis | {"showticklabels": False, "showgrid": False},
                height=height,
                traces=traces,
                shapes=self.walls.shapes(0, height, scene),
                alt=[*_finding(self.total, scene), self.walls.finding],
                columns={"log10 norm dL/dh": self.total.mean, "loss weight": np.asarray(scene.trace.loss_weights)},
            )
        ]


def _heading(shades: Shades, kinds: Sequence[SpecialValue], scene: Scene) -> str:
    palette = scene.palette
    low, high = (words.from_log10(limit) for limit in shades.limits)
    scale = f"{low} {''.join(_inked('■', colour) for colour in palette.flow)} {high}"
    signs = [f"{_inked(SIGNS[kind.name], palette.of(kind.name))} {kind.word}" for kind in kinds]
    loss = f"{_inked(loss_sign(scene), palette.ink)} loss"
    return "   ".join(["Gradient reaching each step", scale, *signs, loss])


def _inked(text: str, colour: str) -> str:
    return f"<span style='color:{colour}'>{text}</span>"


def _finding(total: Curve, scene: Scene) -> list[str]:
    network = f"The network unrolled over {scene.steps} steps, with the loss at {_where(scene)}."
    return [network, trend(total, "The gradient"), exceptions(total.mean, "The gradient")]


def _where(scene: Scene) -> str:
    steps = (np.flatnonzero(scene.lossy) + 1).tolist()
    if len(steps) == scene.steps:
        return "every step"
    if len(steps) <= NAMED_LOSSES:
        return ("steps " if len(steps) > 1 else "step ") + joined([str(step) for step in steps])
    return f"{len(steps)} of them"
