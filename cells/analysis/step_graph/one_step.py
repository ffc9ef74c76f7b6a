"""The computational graph of one cell at one step: nodes with value and gradient, edges with what they carry back."""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.scaled import Scaled
from cells.step_graph import Node
from cells.trace import LayerTrace, Trace

from .cell_graphs import wiring
from .circuit import Edge
from .latex import backward_equation, forward_equation, through
from .paths import step_pass


@dataclass(frozen=True, eq=False)
class GraphNode:
    """One quantity of the step, of one sample."""

    name: str
    symbol: str  # LaTeX
    kind: str  # leaf, sum, gate or activation
    column: int  # steps of computation from the leaves
    row: int  # place among the nodes of its column
    forward: str  # LaTeX of how it is computed; empty for a leaf
    backward: str  # LaTeX of its gradient
    value: Array  # (H,), (I,) for x; inf where it left float64
    gradient: Array  # dL_b/d(node), total; 0 or inf where it left float64
    log10_value: float  # of the norms, exact at any magnitude
    log10_gradient: float


@dataclass(frozen=True, eq=False)
class GraphEdge:
    """One use of a node: what flows forward along it, and what comes back."""

    source: str
    target: str
    through: str  # the matrix or the other factors, in LaTeX; empty for a plain sum
    gradient: Array  # what this use adds to dL_b/d(source)
    log10_gradient: float


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in the order they are computed: step forward through them, and backward from the last."""

    step: int
    sample: int
    layer: int
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]

    def __getitem__(self, name: str) -> GraphNode:
        return next(node for node in self.nodes if node.name == name)

    @property
    def backward_order(self) -> tuple[str, ...]:
        """Return names in the order in which gradients are complete."""
        return tuple(node.name for node in reversed(self.nodes))


def graph(trace: Trace, step: int, sample: int = 0, layer: int | None = None) -> Graph:
    """Return the graph of a step (1 … T) of one layer, the top one by default; ValueError outside the run."""
    index = trace.index_of(layer)
    watched = trace.layer(index)
    T, B = trace.times.shape
    if not 1 <= step <= T or not 0 <= sample < B:
        raise ValueError(f"step = {step}, sample = {sample} is outside [1, {T}], [0, {B - 1}]")
    sketch = _Sketch(watched, step, sample)
    return Graph(step, sample, index, tuple(map(sketch.node, sketch.nodes)), tuple(map(sketch.edge, sketch.done.edges)))


class _Sketch:
    """One step of one sample on its way into the records."""

    def __init__(self, layer: LayerTrace, step: int, sample: int) -> None:
        self.nodes, self.sample, self.activation = wiring(layer.cell), sample, layer.cell.activation
        self.by_name = {node.name: node for node in self.nodes}
        self.symbols = {node.name: node.symbol for node in self.nodes}
        self.done = step_pass(layer, slice(step - 1, step))
        self.places = _places(self.nodes)
        unit, exponent = layer.record.tape.get("a_exponent"), layer.record.grads["h"].exponent
        self.unit = 0 if unit is None else int(unit[step - 1, sample])
        self.exponent = 0 if exponent is None else int(exponent[step, sample])

    def node(self, node: Node) -> GraphNode:
        """Return the node with its values."""
        value, log10_value = self._written_out(self.done.values[node.name], self.unit)
        gradient, log10_gradient = self._written_out(self.done.gradients[node.name], self.exponent)
        uses = [edge for edge in self.done.edges if edge.source == node.name]
        return GraphNode(
            name=node.name,
            symbol=node.symbol,
            kind=_kind(node),
            column=self.places[node.name][0],
            row=self.places[node.name][1],
            forward=forward_equation(node, self.symbols, self.activation),
            backward=backward_equation(node, uses, self.by_name, self.activation),
            value=value,
            gradient=gradient,
            log10_value=log10_value,
            log10_gradient=log10_gradient,
        )

    def edge(self, edge: Edge) -> GraphEdge:
        """Return the edge with what it carries back."""
        gradient, log10 = self._written_out(edge.gradient, self.exponent)
        return GraphEdge(edge.source, edge.target, through(edge, self.symbols), gradient, log10)

    def _written_out(self, values: Array, exponent: int) -> tuple[Array, float]:
        """Return the sample's row (1, B, H) as plain float64, and the log10 of its norm."""
        row = Scaled(values[0, self.sample][None], np.array([exponent]))
        with np.errstate(all="ignore"):
            return row.plain()[0], float(row.log10_norms()[0])


def _places(nodes: tuple[Node, ...]) -> dict[str, tuple[int, int]]:
    """Column and row of each node: a column further than the furthest node it needs."""
    column: dict[str, int] = {}
    for node in nodes:
        needed = [node.of] if node.of else [f.removeprefix("1-") for term in node.terms for f in term.factors]
        column[node.name] = 1 + max((column[name] for name in needed), default=-1)
    rows: dict[int, int] = {}
    places = {}
    for name, place in column.items():
        places[name] = (place, rows.setdefault(place, 0))
        rows[place] += 1
    return places


def _kind(node: Node) -> str:
    if node.is_leaf:
        return "leaf"
    if not node.of:
        return "sum"
    return "gate" if node.function == "sigmoid" else "activation"
