"""A graph's equations in LaTeX, each with its live number beside it."""

import math

from cells.analysis.step_graph.one_step import Graph, GraphNode

from .chart import Look
from .stepping import Stage, stage_of

MOST_ENTRIES = 8  # entries of a vector that are written out


def forward_equations(record: Graph, look: Look) -> str:
    """Return every node in the order of computation; what the stage has not reached is left without a number."""
    stage = stage_of(record, look.node)
    nodes = [node for node in record.nodes if node.forward]
    return _aligned([_line(node, node.forward, "value", stage, look) for node in nodes])


def backward_equations(record: Graph, look: Look) -> str:
    """Return every node's gradient in the order in which gradients are complete."""
    stage = stage_of(record, look.node)
    nodes = [record[name] for name in record.backward_order]
    return _aligned([_line(node, node.backward, "gradient", stage, look) for node in nodes])


def _aligned(lines: list[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\[0.35em]\n".join(lines) + "\n\\end{aligned}"


def _line(node: GraphNode, equation: str, kind: str, stage: Stage, look: Look) -> str:
    left, _, right = equation.partition(" = ")
    known = (stage.has_value if kind == "value" else stage.has_gradient)(node.name)
    number = f"{_named(node, kind, look)} = {_number(node, kind, look)}" if known else ""
    here = node.name == stage.current and stage.backward == (kind == "gradient")
    return f"{left} &= {right} && {_marked(number) if here else number}"


def _marked(number: str) -> str:
    return rf"\boxed{{{number}}}"


def _named(node: GraphNode, kind: str, look: Look) -> str:
    symbol = (r"\delta " if kind == "gradient" else "") + node.symbol
    if look.numbers == "norms":
        return rf"\lVert {symbol} \rVert"
    return f"{symbol}[{_entry(node, look) + 1}]" if look.numbers == "unit" else symbol


def _entry(node: GraphNode, look: Look) -> int:
    """Return the unit looked at; x may have fewer entries than there are units."""
    return min(look.unit, len(node.value)) - 1


def _number(node: GraphNode, kind: str, look: Look) -> str:
    if look.numbers == "norms":
        return power_of_ten(getattr(node, f"log10_{kind}"))
    entries = getattr(node, kind).tolist()
    if look.numbers == "unit":
        return signed(entries[_entry(node, look)])
    shown = [signed(entry) for entry in entries[:MOST_ENTRIES]]
    more = [r"\dots"] if len(entries) > MOST_ENTRIES else []
    return "(" + r",\; ".join(shown + more) + ")"


def signed(value: float) -> str:
    """Return a number with its sign, two digits after the first."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else (r"\text{NaN}" if value != value else r"\text{overflow}")
    return ("-" if value < 0 else "") + power_of_ten(math.log10(abs(value)))


def power_of_ten(log10: float) -> str:
    """0.532, 5.32·10^{-7}, at any magnitude; −inf is exactly 0."""
    if not math.isfinite(log10):
        return "0" if log10 < 0 else (r"\text{overflow}" if log10 > 0 else r"\text{NaN}")
    exponent = math.floor(log10)
    mantissa = 10.0 ** (log10 - exponent)
    if -3 <= exponent < 4:
        return f"{mantissa * 10.0**exponent:.{max(0, 2 - exponent)}f}"
    return rf"{mantissa:.2f} \cdot 10^{{{exponent}}}"
