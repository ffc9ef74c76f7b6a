"""The forward and backward equations of a graph's nodes in LaTeX."""

from collections.abc import Sequence

from cells.activations import Activation
from cells.step_graph import Node, Term

from .circuit import Edge

FUNCTIONS = {
    "tanh": r"\tanh",
    "relu": r"\operatorname{ReLU}",
    "leaky_relu": r"\operatorname{leaky\,ReLU}",
    "sigmoid": r"\operatorname{sigmoid}",
    "softsign": r"\operatorname{softsign}",
    "hard_tanh": r"\operatorname{hard\,tanh}",
}
FROM_OUTSIDE = {"h": r"\text{its output} + \text{step } t{+}1", "c": r"\text{step } t{+}1"}


def forward_equation(node: Node, symbols: dict[str, str], activation: Activation) -> str:
    """How a node is computed: `c_t = f_t \\odot c_{t-1} + i_t \\odot g_t`; empty for a leaf."""
    if node.is_leaf:
        return ""
    if node.of:
        return f"{node.symbol} = {_applied(node, symbols[node.of], activation)}"
    terms = [_term(term, symbols) for term in node.terms] + ([weight_symbol(node.bias)] if node.bias else [])
    return f"{node.symbol} = {' + '.join(terms)}"


def backward_equation(node: Node, uses: Sequence[Edge], nodes: dict[str, Node], activation: Activation) -> str:
    """Return where a node's gradient comes from: one summand for each use, and what arrives from outside the step."""
    symbols = {name: one.symbol for name, one in nodes.items()}
    summands = [FROM_OUTSIDE[node.name]] if node.name in FROM_OUTSIDE else []
    summands += [_summand(edge, nodes[edge.target], symbols, activation) for edge in uses]
    return rf"\delta {node.symbol} = " + " + ".join(summands).replace("+ -", "- ")


def through(edge: Edge, symbols: dict[str, str]) -> str:
    """Return what an edge multiplies by on the way forward; empty for a plain summand or a function."""
    if edge.term is None:
        return ""
    others = [_factor(factor, symbols) for factor in edge.term.factors if factor != edge.factor]
    return r" \odot ".join(others + ([weight_symbol(edge.term.weight)] if edge.term.weight else []))


def weight_symbol(name: str) -> str:
    """Return a weight's name as TeX: W_{hi} for W_hi."""
    stem, _, index = name.partition("_")
    return f"{stem}_{{{index}}}" if index else stem


def _applied(node: Node, argument: str, activation: Activation) -> str:
    name = "sigmoid" if node.function == "sigmoid" else activation.name
    return argument if name == "identity" else f"{FUNCTIONS[name]}({argument})"


def _term(term: Term, symbols: dict[str, str]) -> str:
    product = r" \odot ".join(_factor(factor, symbols) for factor in term.factors)
    if not term.weight:
        return product
    return product + (" " if term.weight.startswith("W") else r" \odot ") + weight_symbol(term.weight)


def _factor(factor: str, symbols: dict[str, str]) -> str:
    symbol = symbols[factor.removeprefix("1-")]
    return f"(1 - {symbol})" if factor.startswith("1-") else symbol


def _summand(edge: Edge, target: Node, symbols: dict[str, str], activation: Activation) -> str:
    """Return what one use gives back: δ of the target times the derivative of the use."""
    arriving = rf"\delta {target.symbol}"
    if edge.term is None:
        return arriving + _slope(target, symbols[edge.source], activation)
    if edge.term.weight.startswith("W"):
        arriving += rf"\, {weight_symbol(edge.term.weight)}^\top"
    elif edge.term.weight:
        arriving += rf" \odot {weight_symbol(edge.term.weight)}"
    others = [_factor(factor, symbols) for factor in edge.term.factors if factor != edge.factor]
    sign = "-" if edge.factor.startswith("1-") else ""
    return sign + r" \odot ".join([arriving, *others])


def _slope(target: Node, argument: str, activation: Activation) -> str:
    name = "sigmoid" if target.function == "sigmoid" else activation.name
    return "" if name == "identity" else rf" \odot {FUNCTIONS[name]}'({argument})"
