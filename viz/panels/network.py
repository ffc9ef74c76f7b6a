"""A short network drawn: a node a step, inputs below, losses above, arrows the way the gradient travels."""

from viz.marks import loss_marks
from viz.panel import Scene
from viz.shades import Shades
from viz.stack import PLOT_PX

NODE_PX, ARROW_PX = 34.0, 11.0
INPUT_Y, NODE_Y, LOSS_Y, HEIGHT = 7, 44, 86, 96  # px from the bottom
COVERED, HEAD = 0.6, 0.75  # share of the way from node to node that a node takes, and of the gap that an arrow takes
NAMED_STEPS = 14  # up to here a node has room for its name
LINE = 1.4


def network(shades: Shades, scene: Scene) -> tuple[list[dict], float]:
    """Traces of the unrolled network, and its height in px, which are the units of its axis."""
    losses = loss_marks(scene, LOSS_Y) | {"meta": {"share": 1.0}}
    parts = [_wires(scene), _arrows(shades, scene), _nodes(shades, scene), losses]
    return parts + ([_inputs(scene)] if scene.steps <= NAMED_STEPS else []), HEIGHT


def _node_px(scene: Scene) -> float:
    return min(NODE_PX, COVERED * PLOT_PX / scene.steps)


def _wires(scene: Scene) -> dict:
    """Return lines from state to state, from every input up to its state, and on to the loss where there is one."""
    x: list = [1, scene.steps, None]
    y: list = [NODE_Y, NODE_Y, None]
    for step, lossy in zip(scene.x, scene.lossy.tolist(), strict=True):
        x += [step, step, None]
        y += [INPUT_Y + 7, LOSS_Y - 6 if lossy else NODE_Y, None]
    line = {"color": scene.palette.muted, "width": LINE}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}


def _arrows(shades: Shades, scene: Scene) -> dict:
    """Heads between two states, in the colour of what arrives at the earlier one."""
    gap = PLOT_PX / scene.steps - _node_px(scene)
    marker = {"symbol": "triangle-left", "size": min(ARROW_PX, HEAD * gap), "color": shades.tints()[:-1]}
    marker["line"] = {"width": 1, "color": scene.palette.muted}
    x = [step + 0.5 for step in scene.x[:-1]]
    heads = {"type": "scatter", "mode": "markers", "x": x, "y": [NODE_Y] * len(x), "marker": marker}
    return heads | {"hoverinfo": "skip", "meta": {"share": HEAD * (1 - COVERED)}}


def _nodes(shades: Shades, scene: Scene) -> dict:
    marker = {"symbol": "circle", "size": _node_px(scene), "color": shades.tints(), "opacity": 1}
    marker["line"] = {"width": LINE, "color": scene.palette.muted}
    nodes = {"type": "scatter", "mode": "markers", "x": scene.x, "y": [NODE_Y] * scene.steps, "marker": marker}
    if scene.steps <= NAMED_STEPS:
        names = [f"h<sub>{step}</sub>" for step in scene.x]
        nodes |= {"mode": "markers+text", "text": names, "textfont": {"color": shades.inks(), "size": 14}}
    return nodes | {"name": "h", "hoverinfo": "skip", "cliponaxis": False, "meta": {"share": COVERED}}


def _inputs(scene: Scene) -> dict:
    names = [f"x<sub>{step}</sub>" for step in scene.x]
    font = {"color": scene.palette.muted, "size": 13}
    place = {"x": scene.x, "y": [INPUT_Y] * scene.steps, "text": names, "textfont": font}
    return {"type": "scatter", "mode": "text", "hoverinfo": "skip", "cliponaxis": False, "meta": {"share": 1.0}} | place
