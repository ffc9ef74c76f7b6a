"""Axes that stand still: what several runs need of them, gathered from all before the first one is drawn."""

from collections.abc import Hashable, Iterable
from typing import Protocol

from .curves import Curve
from .extent import Extent, span_of, union
from .panel import PanelData, Scene


class Plot(Protocol):
    """A panel on the way to being drawn: it says what it needs, then draws itself with what it got."""

    def measure(self, shared: "SharedAxes") -> None:
        """Tell `held` what this run needs of its axes."""
        ...

    def panels(self, scene: Scene, shared: "SharedAxes") -> list[PanelData]:
        """Draw, on axes that serve every run `held` has heard of."""
        ...


class SharedAxes:
    """Spans and facts, gathered from one run or from many; `many` asks plots to keep what other runs may call for."""

    def __init__(self, many: bool = False) -> None:
        self.many = many
        self._spans: dict[Hashable, Extent] = {}
        self._facts: set[Hashable] = set()

    def widen(self, name: Hashable, span: Extent | None) -> None:
        """A run needs this much of the axis, or none of it."""
        wider = union([self._spans.get(name), span])
        if wider is not None:
            self._spans[name] = wider

    def span(self, names: Iterable[Hashable]) -> Extent | None:
        """Return what all runs need together; None where none of them has a finite value."""
        return union(self._spans.get(name) for name in names)

    def note(self, fact: Hashable, holds: bool = True) -> None:
        """Something is true of a run."""
        if holds:
            self._facts.add(fact)

    def __contains__(self, fact: Hashable) -> bool:
        """Return whether it is true of any run."""
        return fact in self._facts

    def see(self, place: str, curve: Curve) -> None:
        """A run draws this curve there."""
        self.widen((place, curve.name, curve.log), span_of(curve.edges()))

    def span_for(self, place: str, curves: Iterable[Curve]) -> Extent | None:
        """Return what these curves need there in all runs."""
        return self.span((place, curve.name, curve.log) for curve in curves)


def shared_axes_of(plots: Iterable[Plot]) -> SharedAxes:
    """Return what one run needs."""
    shared = SharedAxes()
    for plot in plots:
        plot.measure(shared)
    return shared
