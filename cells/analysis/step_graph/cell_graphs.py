"""The graph of a cell's step, as the cell declares it."""

from cells.analysis.errors import DoesNotApply
from cells.base import Cell
from cells.step_graph import StepGraph


def wiring(cell: Cell) -> StepGraph:
    """Return the nodes of this cell's step, in the order they are computed; DoesNotApply for a cell without a graph."""
    nodes = cell.step_graph()
    if not nodes:
        raise DoesNotApply(f"The cell {cell.label} has no computational graph yet.")
    return nodes
