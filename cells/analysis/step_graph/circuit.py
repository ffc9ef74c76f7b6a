"""A cell's step as a computational graph: nodes that are sums of products or functions of one node.

The graph is run forward and backward by itself, for all steps at once. It is written beside the cell's own loops, not
by them, so that each checks the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cells.activations import Activation, Array, sigmoid, sigmoid_slope
from cells.scaled import Exponents, shifted
from cells.step_graph import Node, Term


@dataclass(frozen=True, eq=False)
class Edge:
    """One use of a node, and its share of the node's gradient: (…, B, H or I)."""

    source: str
    target: str
    term: Term | None  # None for a function of the source
    factor: str  # the source as the term names it, `1-z` for a complement
    gradient: Array


@dataclass(frozen=True, eq=False)
class Pass:
    """Values and gradients of every node, and the edges' contributions."""

    values: dict[str, Array]
    gradients: dict[str, Array]
    edges: list[Edge]


class Circuit:
    """Nodes in the order they are computed, with the parameters and the activation they use."""

    def __init__(self, nodes: Sequence[Node], params: Mapping[str, Array], activation: Activation) -> None:
        self.nodes, self.params, self.activation = nodes, params, activation

    def values(self, leaves: Mapping[str, Array], unit: Exponents | None = None) -> dict[str, Array]:
        """Return every node's value; all in units of 2^unit (…, B), which biases are brought to."""
        found = {}
        for node in self.nodes:
            found[node.name] = leaves[node.name] if node.is_leaf else self._value(node, found, unit)
        return found

    def back(self, values: dict[str, Array], seeds: Mapping[str, Array]) -> Pass:
        """Return gradients of every node from those that arrive at some nodes from outside the step."""
        gradients = {name: np.zeros_like(values[name]) + seeds.get(name, 0.0) for name in values}
        edges = []
        for node in reversed(self.nodes):
            for edge in self._edges(node, values, gradients[node.name]):
                gradients[edge.source] += edge.gradient
                edges.append(edge)
        return Pass(values, gradients, edges)

    def _value(self, node: Node, values: dict[str, Array], unit: Exponents | None) -> Array:
        if node.of:
            u = values[node.of]
            return self._function(node).value(u, np.empty_like(u))
        total = sum(self._weighted(term, _product(term.factors, values)) for term in node.terms)
        if node.bias:
            bias = np.broadcast_to(self.params[node.bias], np.shape(total))
            total = total + (bias if unit is None else shifted(bias, -unit))
        return np.asarray(total)

    def _weighted(self, term: Term, product: Array) -> Array:
        if not term.weight:
            return product
        weight = self.params[term.weight]
        return product @ weight if weight.ndim == 2 else product * weight

    def _edges(self, node: Node, values: dict[str, Array], d: Array) -> list[Edge]:
        if node.of:
            slope = self._function(node).slope(values[node.of], values[node.name])
            return [Edge(node.of, node.name, None, node.of, d * slope)]
        return [
            Edge(factor.removeprefix("1-"), node.name, term, factor, self._share(term, factor, values, d))
            for term in node.terms
            for factor in term.factors
        ]

    def _share(self, term: Term, factor: str, values: dict[str, Array], d: Array) -> Array:
        """d times the derivative of the term by one of its factors."""
        if term.weight:
            weight = self.params[term.weight]
            d = d @ weight.T if weight.ndim == 2 else d * weight
        others = tuple(other for other in term.factors if other != factor)
        d = d * _product(others, values) if others else d
        return -d if factor.startswith("1-") else d

    def _function(self, node: Node) -> Activation:
        return _GATE if node.function == "sigmoid" else self.activation


class _Gate(Activation):
    """The sigmoid of all gates, as an activation."""

    name, label = "sigmoid", "sigmoid"

    def value(self, u: Array, out: Array) -> Array:
        return sigmoid(u, out)

    def slope(self, u: Array, v: Array) -> Array:
        return sigmoid_slope(u, v)


_GATE = _Gate()


def _product(factors: tuple[str, ...], values: dict[str, Array]) -> Array:
    """Elementwise product of nodes and complements."""
    arrays = [1 - values[f.removeprefix("1-")] if f.startswith("1-") else values[f] for f in factors]
    product = arrays[0]
    for array in arrays[1:]:
        product = product * array
    return product
