"""Marks that several panels share: stretches of steps, and the ▼ of a loss."""

import numpy as np
from numpy.typing import NDArray

from .curves import runs
from .panel import Scene

MARKED_LOSSES = 100  # more of them are drawn as stretches


def stretches(held: NDArray[np.bool_], height: float, steps: list[int]) -> dict:
    """Return a piece of line at `height` over every run of the drawn `steps` in `held`, half a step beyond its ends."""
    ends = [(steps[start] - 0.5, steps[stop - 1] + 0.5) for start, stop in runs(held)]
    x = [at for a, b in ends for at in (a, b, None)]
    y = [None if at is None else height for at in x]
    return {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "x": x, "y": y}


def loss_marks(scene: Scene, height: float) -> dict:
    """Return a ▼ at every step with a loss; where they would run into each other, a bar over each stretch of them."""
    held = scene.lossy[scene.drawn]
    if not single_losses(scene):
        return stretches(held, height, scene.x) | {"name": "loss", "line": {"color": scene.palette.ink, "width": 5}}
    x = (scene.drawn[held] + 1).tolist()
    marker = {"symbol": "triangle-down", "size": 11 if len(x) <= 60 else 7, "color": scene.palette.ink}
    points = {"type": "scatter", "mode": "markers", "name": "loss", "x": x, "y": [height] * len(x)}
    return points | {"marker": marker, "hoverinfo": "skip", "cliponaxis": False}


def single_losses(scene: Scene) -> bool:
    """Return whether each loss has a mark of its own."""
    return int(scene.lossy[scene.drawn].sum()) <= MARKED_LOSSES


def loss_sign(scene: Scene) -> str:
    """Return the mark that stands for a loss in this scene."""
    return "▼" if single_losses(scene) else "▬"
