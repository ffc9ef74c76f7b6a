"""The graph of every cell's step, in the notation of its equations."""

from collections.abc import Callable

from cells.analysis.errors import DoesNotApply
from cells.base import Cell
from cells.gru import GRU, ChoGRU
from cells.lstm import LSTM
from cells.phased_lstm import OpenPhasedLSTM, PhasedLSTM
from cells.vanilla import Vanilla

from .circuit import Node, Term

X, H, C = Node("x", "x_t"), Node("h_prev", "h_{t-1}"), Node("c_prev", "c_{t-1}")

PATHS = {  # name of a way into the past -> what it is called in a sentence
    "output": "the output",
    "recurrent": "the recurrent matrix",
    "skip": "the skip connection",
    "branch": "the branch σ(u)",
    "forget_gate": "the forget gate",
    "update_gate": "the update gate",
    "closed_gate": "the closed time gate",
    "pre_i": "the input gate's pre-activation",
    "pre_f": "the forget gate's pre-activation",
    "pre_o": "the output gate's pre-activation",
    "pre_g": "the candidate's pre-activation",
    "pre_r": "the reset gate's pre-activation",
    "pre_z": "the update gate's pre-activation",
    "pre_n": "the candidate's pre-activation",
    "peephole_i": "the input gate's peephole",
    "peephole_f": "the forget gate's peephole",
}


def wiring(cell: Cell) -> tuple[Node, ...]:
    """The nodes of this cell's step, in the order they are computed; DoesNotApply for a cell without a graph."""
    if type(cell) not in WIRINGS:
        raise DoesNotApply(f"The cell {cell.label} has no computational graph yet.")
    return WIRINGS[type(cell)](cell)


def _sum(gate: str, *more: Term, path: str = "") -> Node:
    """a^gate = x W_x + h_{t-1} W_h + … + b"""
    read = (Term(("x",), f"W_x{gate}"), Term(("h_prev",), f"W_h{gate}", path or f"pre_{gate}"))
    return Node(f"a_{gate}", f"a^{gate}_t", (*read, *more), f"b_{gate}")


def _gate(gate: str) -> Node:
    return Node(gate, f"{gate}_t", of=f"a_{gate}", function="sigmoid")


def _activated(name: str, of: str) -> Node:
    return Node(name, f"{name}_t", of=of, function="σ")


def _vanilla(cell: Vanilla) -> tuple[Node, ...]:
    residual = cell.options.residual
    way = "branch" if residual else "recurrent"
    u = Node("u", "u_t", (Term(("x",), "W_x"), Term(("h_prev",), "W_h", way)), "b")
    if not residual:
        return X, H, u, _activated("h", "u")
    return X, H, u, _activated("v", "u"), Node("h", "h_t", (Term(("h_prev",), path="skip"), Term(("v",))))


def _gru(cell: GRU) -> tuple[Node, ...]:
    q = Node("q", "q_t", (Term(("h_prev",), "W_hn", "pre_n"),), "b_hn")
    n = Node("a_n", "a^n_t", (Term(("x",), "W_xn"), Term(("r", "q"))), "b_n")
    mixed = Node("h", "h_t", (Term(("1-z", "n")), Term(("z", "h_prev"), path="update_gate")))
    return X, H, _sum("r"), _sum("z"), _gate("r"), _gate("z"), q, n, _activated("n", "a_n"), mixed


def _cho(cell: ChoGRU) -> tuple[Node, ...]:
    q = Node("q", "q_t", (Term(("r", "h_prev"), path="pre_n"),))
    n = Node("a_n", "a^n_t", (Term(("x",), "W_xn"), Term(("q",), "W_hn")), "b_n")
    mixed = Node("h", "h_t", (Term(("1-z", "h_prev"), path="update_gate"), Term(("z", "n"))))
    return X, H, _sum("r"), _sum("z"), _gate("r"), _gate("z"), q, n, _activated("n", "a_n"), mixed


def _gates(cell: LSTM) -> tuple[Node, ...]:
    """Leaves, the sums of i, f, g and their openings."""
    sums = [_sum(gate, *_peephole(cell, gate)) for gate in ("i", "f")]
    return X, H, C, *sums, _sum("g"), _gate("i"), _gate("f"), _activated("g", "a_g")


def _peephole(cell: LSTM, gate: str, seen: str = "c_prev") -> tuple[Term, ...]:
    path = f"peephole_{gate}" if seen == "c_prev" else ""
    return (Term((seen,), f"p_{gate}", path),) if cell.options.peepholes else ()


def _output(cell: LSTM, seen: str) -> tuple[Node, ...]:
    """o and v = σ(c) of the cell state that the output reads."""
    return _sum("o", *_peephole(cell, "o", seen)), _gate("o"), _activated("v", seen)


MEMORY = (Term(("f", "c_prev"), path="forget_gate"), Term(("i", "g")))


def _lstm(cell: LSTM) -> tuple[Node, ...]:
    return *_gates(cell), Node("c", "c_t", MEMORY), *_output(cell, "c"), Node("h", "h_t", (Term(("o", "v")),))


def _phased(cell: PhasedLSTM) -> tuple[Node, ...]:
    new = Node("c_new", r"\tilde c_t", MEMORY)
    c = Node("c", "c_t", (Term(("k", "c_new")), Term(("1-k", "c_prev"), path="closed_gate")))
    read = _output(cell, "c" if cell.reads_updated else "c_new")
    h_new = Node("h_new", r"\tilde h_t", (Term(("o", "v")),))
    h = Node("h", "h_t", (Term(("k", "h_new")), Term(("1-k", "h_prev"), path="closed_gate")))
    return *_gates(cell), Node("k", "k_t"), new, c, *read, h_new, h


WIRINGS: dict[type[Cell], Callable] = {
    Vanilla: _vanilla,
    GRU: _gru,
    ChoGRU: _cho,
    LSTM: _lstm,
    PhasedLSTM: _phased,
    OpenPhasedLSTM: _lstm,
}
