"""The computational graph of one step: nodes with value and gradient, edges with what they carry back."""

from collections.abc import Sequence

import numpy as np

from cells.analysis.step_graph.one_step import Graph, GraphEdge, GraphNode
from viz import words
from viz.panel import Scene
from viz.shades import tint

from .chart import Chart, ChartLabel, Look, on_xy_axes
from .stepping import Stage, stage_of
from .symbols import html, plain
from .xy_axes import NARROW, XYAxes

GRAPH = ChartLabel("graph", "Computational graph of the cell")
ROW_PX, NODE_PX, HEAD_PX, BOTTOM = 84, 38, 11, 16
APART = 0.4  # of a row, between a node and its numbers
FAINT = 0.25


def graph(record: Graph, scene: Scene, look: Look) -> Chart:
    """Nodes in columns by depth; the value above, the gradient below; edges shaded by the gradient they carry."""
    stage = stage_of(record, look.node)
    places = positions(record)
    rows = 1 + max(node.row for node in record.nodes)
    columns = max(node.column for node in record.nodes)
    xy_axes = XYAxes(
        heading=_heading(record, look, scene),
        x={"title": {"text": ""}, "range": [-0.5, columns + 0.5], "showgrid": False} | _no_ticks(),
        y={"title": {"text": ""}, "range": [-rows / 2 - 0.05, rows / 2 + 0.15], "showgrid": False} | _no_ticks(),
        traces=[*_arrows(record, stage, places, scene), _nodes(record, stage, places, scene)],
        height=ROW_PX * rows,
        notes=_numbers(record, stage, places, look, scene),
        right=NARROW,
        bottom=BOTTOM,
    )
    return on_xy_axes(GRAPH, xy_axes, scene, finding(record, stage), _columns(record))


def _no_ticks() -> dict:
    return {"showticklabels": False, "zeroline": False}


def positions(record: Graph) -> dict[str, tuple[float, float]]:
    """x is the column; y spreads a column's nodes about the middle, every other column a little higher."""
    sizes = {}
    for node in record.nodes:
        sizes[node.column] = max(sizes.get(node.column, 0), node.row + 1)
    return {
        node.name: (float(node.column), (sizes[node.column] - 1) / 2 - node.row + 0.16 * (node.column % 2))
        for node in record.nodes
    }


def _heading(record: Graph, look: Look, scene: Scene) -> str:
    value = f"<span style='color:{scene.palette.of('h')}'>value</span>"
    gradient = f"<span style='color:{scene.palette.of('total')}'>gradient</span>"
    what = "norms" if look.numbers == "norms" else f"unit {look.unit}"
    return f"Step {record.step}, sample {record.sample + 1}, {what}: above a node its {value}, below its {gradient}"


def _nodes(record: Graph, stage: Stage, places: dict, scene: Scene) -> dict:
    palette = scene.palette
    known = [stage.shows(node.name) for node in record.nodes]
    borders = [palette.of("predicted") if node.name == stage.current else palette.muted for node in record.nodes]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [places[node.name][0] for node in record.nodes],
        "y": [places[node.name][1] for node in record.nodes],
        "text": [html(node.symbol) for node in record.nodes],
        "textfont": {"color": [palette.ink if shown else palette.muted for shown in known], "size": 15},
        "marker": {
            "symbol": ["circle" if node.kind in ("gate", "activation") else "square" for node in record.nodes],
            "size": NODE_PX,
            "color": palette.raised,
            "opacity": 1,
            "line": {"width": [3 if node.name == stage.current else 1 for node in record.nodes], "color": borders},
        },
        "hovertext": [_hover(node) for node in record.nodes],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _hover(node: GraphNode) -> str:
    value, gradient = words.from_log10(node.log10_value), words.from_log10(node.log10_gradient)
    how = f"{html(node.forward)}<br>" if node.forward and "operatorname" not in node.forward else ""
    return f"{how}‖{html(node.symbol)}‖ = {value}<br>‖δ{html(node.symbol)}‖ = {gradient}"


def _numbers(record: Graph, stage: Stage, places: dict, look: Look, scene: Scene) -> list[dict]:
    """Return the value above a node, the gradient below, each on a ground of its own so that arrows do not cross it."""
    lifts = {"value": (APART, "h", stage.has_value), "gradient": (-APART, "total", stage.has_gradient)}
    notes = []
    for kind, (lift, role, known) in lifts.items():
        for node in record.nodes:
            if known(node.name):
                x, y = places[node.name]
                notes.append(_note(x, y + lift, number_of(node, kind, look), scene.palette.of(role), scene))
    return notes


def _note(x: float, y: float, text: str, colour: str, scene: Scene) -> dict:
    ground = {"bgcolor": scene.palette.paper, "borderpad": 1, "font": {"color": colour, "size": 13}}
    return {"x": x, "y": y, "xref": "x", "yref": "y", "text": text, "showarrow": False} | ground


def number_of(node: GraphNode, kind: str, look: Look) -> str:
    """Return the norm, or the entry of the unit looked at; x may have fewer entries than there are units."""
    if look.numbers == "norms":
        return words.from_log10(getattr(node, f"log10_{kind}"))
    entries = getattr(node, kind)
    return words.number(float(entries[min(look.unit, len(entries)) - 1]))


def _arrows(record: Graph, stage: Stage, places: dict, scene: Scene) -> list[dict]:
    return [_arrow(edge, record, stage, places, scene) for edge in record.edges]


def _arrow(edge: GraphEdge, record: Graph, stage: Stage, places: dict, scene: Scene) -> dict:
    """Return an arrow the way the computation runs, below the nodes.

    Coloured once the gradient has come back along it.
    """
    back = stage.has_come_back(edge)
    colour = _shade(edge, record, scene) if back else scene.palette.grid
    head = {"symbol": "arrow", "angleref": "previous", "size": [0, HEAD_PX], "standoff": [0, NODE_PX / 2 + 2]}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [places[edge.source][0], places[edge.target][0]],
        "y": [places[edge.source][1], places[edge.target][1]],
        "line": {"color": colour, "width": 2.5 if back else 1.2},
        "marker": head | {"color": colour, "opacity": 1},
        "hoverinfo": "skip",
    }


def _shade(edge: GraphEdge, record: Graph, scene: Scene) -> str:
    """Return the flow's colour: the largest gradient of the step is the darkest, four decades less the palest but
    one.
    """
    logs = np.array([other.log10_gradient for other in record.edges])
    top = logs[np.isfinite(logs)].max(initial=-np.inf)
    if not np.isfinite([edge.log10_gradient, top]).all():
        return scene.palette.grid
    share = 1 - min(4.0, top - edge.log10_gradient) / 4.0
    return tint(scene.palette.flow, FAINT + (1 - FAINT) * share)


def finding(record: Graph, stage: Stage) -> str:
    """Return what the present stage shows."""
    if stage.current:
        node = record[stage.current]
        size = node.log10_gradient if stage.backward else node.log10_value
        what = f"the gradient of {plain(node.symbol)}" if stage.backward else plain(node.symbol)
        way = "backward" if stage.backward else "forward"
        return f"{stage.place} of {stage.count}, {way}: {what} is complete, with norm {words.from_log10(size)}."
    earlier = [node for node in record.nodes if node.kind == "leaf" and node.name.endswith("_prev")]
    outs = [node for node in record.nodes if f"{node.name}_prev" in {leaf.name for leaf in earlier}]
    return f"Step {record.step} gets a gradient of {_sizes(outs)}, and hands on {_sizes(earlier)}."


def _sizes(nodes: Sequence[GraphNode]) -> str:
    """`0.38 at c_t and 0.92 at h_t`."""
    return " and ".join(f"{words.from_log10(node.log10_gradient)} at {plain(node.symbol)}" for node in nodes)


def _columns(record: Graph) -> dict[str, np.ndarray]:
    """Return a row a node."""
    return {
        "node": np.array([plain(node.symbol) for node in record.nodes]),
        "kind": np.array([node.kind for node in record.nodes]),
        "log10 norm of the value": np.array([node.log10_value for node in record.nodes]),
        "log10 norm of the gradient": np.array([node.log10_gradient for node in record.nodes]),
    }
