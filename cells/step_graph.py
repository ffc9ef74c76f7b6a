"""The declaration of a cell's step as a computational graph: nodes, the terms they sum, and the ways into the past.

The graph is a second statement of the equations, beside the loops and not by them; `analysis` runs it forward and
backward, draws it, writes it in LaTeX and follows the gradient along it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Path:
    """One way of the gradient from a step into the one before.

    name    as exports have it               straight  whether it passes no matrix
    label   after `through` in a sentence    short     beside the panel, in HTML; the label without its article if empty
    colour  a role of the palette            pattern   "" plain, "/" hatched (through a recurrent matrix), "." dotted
    """

    name: str
    label: str
    colour: str
    straight: bool = False
    short: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Term:
    """A product of nodes (`1-z` is the complement of z), times a matrix from the right or a vector.

    `path` is the way into the past that this term is, where a factor is an earlier state.
    """

    factors: tuple[str, ...]
    weight: str = ""
    path: Path | None = None


@dataclass(frozen=True)
class Node:
    """A leaf; or a sum of terms and a bias; or a function of one node: `sigmoid` or the activation, σ."""

    name: str
    symbol: str  # LaTeX
    terms: tuple[Term, ...] = ()
    bias: str = ""
    of: str = ""
    function: str = ""

    @property
    def is_leaf(self) -> bool:
        """Return whether the value comes from outside the step."""
        return not self.terms and not self.of


StepGraph = tuple[Node, ...]  # in the order they are computed

X, H_PREV, C_PREV = Node("x", "x_t"), Node("h_prev", "h_{t-1}"), Node("c_prev", "c_{t-1}")

OUTPUT = Path("output", "the output", "direct")
SKIP = Path("skip", "the skip connection", "skip", straight=True)


def pre_activation_path(gate: str, label: str, colour: str) -> Path:
    """Return the way through the recurrent matrix of one gate: `label` is the gate's, `the input gate`."""
    return Path(f"pre_{gate}", f"{label}'s pre-activation", colour, short=f"via a<sup>{gate}</sup>", pattern="/")


def pre_activation(gate: str, path: Path, *more: Term) -> Node:
    """Return the node a^gate = x W_x + h_{t-1} W_h + … + b, whose recurrent term is `path`."""
    read = (Term(("x",), f"W_x{gate}"), Term(("h_prev",), f"W_h{gate}", path))
    return Node(f"a_{gate}", f"a^{gate}_t", (*read, *more), f"b_{gate}")


def sigmoid_of(gate: str) -> Node:
    """Return the node gate = sigmoid(a^gate)."""
    return Node(gate, f"{gate}_t", of=f"a_{gate}", function="sigmoid")


def activated(name: str, of: str) -> Node:
    """Return the node name = σ(of)."""
    return Node(name, f"{name}_t", of=of, function="σ")
