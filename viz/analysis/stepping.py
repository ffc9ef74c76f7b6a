"""Walking through a graph: forward node by node, then backward; position 0 shows everything at once."""

from dataclasses import dataclass, field

from cells.analysis.step_graph.one_step import Graph, GraphEdge


@dataclass(frozen=True)
class Stage:
    """The state of the walk at a position: nodes with values, those with complete gradients, the one just reached."""

    place: int
    count: int  # positions there are, forward and backward
    current: str
    backward: bool
    valued: frozenset[str] = field(repr=False)
    graded: frozenset[str] = field(repr=False)

    def has_value(self, name: str) -> bool:
        """Return whether forward has reached this node."""
        return name in self.valued

    def has_gradient(self, name: str) -> bool:
        """Return whether backward has completed this node."""
        return name in self.graded

    def shows(self, name: str) -> bool:
        """Return whether anything is known of it."""
        return name in self.valued

    def has_come_back(self, edge: GraphEdge) -> bool:
        """Return whether this use has handed its gradient back: its target is complete."""
        return edge.target in self.graded


def positions_of(record: Graph) -> int:
    """Return the last position: every node once forward and once backward."""
    return 2 * len(record.nodes)


def stage_of(record: Graph, position: int) -> Stage:
    """Return what is known there; a position beyond the last is the last."""
    forward, backward = [node.name for node in record.nodes], list(record.backward_order)
    count, place = positions_of(record), min(position, positions_of(record))
    if place == 0:
        return Stage(0, count, "", False, frozenset(forward), frozenset(forward))
    if place <= len(forward):
        return Stage(place, count, forward[place - 1], False, frozenset(forward[:place]), frozenset())
    done = backward[: place - len(forward)]
    return Stage(place, count, done[-1], True, frozenset(forward), frozenset(done))
