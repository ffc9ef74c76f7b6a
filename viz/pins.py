"""Curves of other runs that stay over the present one, each run with a colour, a dash and a name of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cells.trace import Trace

from .curves import Curve, norm_curve, plain_mean
from .panel import Scene, View

DASHES = ("7px,3px", "2px,2px", "9px,3px,2px,3px", "12px,4px", "4px,2px", "5px,3px,2px,3px,2px,3px")
WIDTH = 2.2


@dataclass(frozen=True)
class Pinned:
    """A run's place among those that stay, counted from 0, its name, and its settings in words."""

    place: int
    name: str
    note: str = ""


def run_curves(trace: Trace, view: View | None = None) -> tuple[Curve, ...]:
    """Return what another run shows over the present one: total gradient, norms of the state, mean openings of
    the gates.
    """
    layer = Scene(trace, view or View()).layer
    norms = layer.log10_state_norms
    gates = {gate: plain_mean(opening, (1, 2)) for gate, opening in layer.gates.items()}
    return (
        norm_curve(layer.log10_grad_norms["h"], "norm dL/dh", "", "", band=False),
        *(norm_curve(norms[part], f"norm {part}", "", "", band=False, over=part) for part in norms),
        *(Curve(f"gate {gate}", "", "", mean, log=False, over=gate) for gate, mean in gates.items()),
    )


def pinned(curves: Sequence[Curve], pin: Pinned, steps: int) -> list[Curve]:
    """Return a run's curves with its name and colour; where its length is not `steps`, the label says so."""
    length = len(curves[0].mean)
    label = pin.name if length == steps else f"{pin.name} (T {length})"
    style = {"role": f"pin{pin.place + 1}", "dash": DASHES[pin.place], "width": WIDTH}
    note = f"Pinned {pin.name}: {pin.note}"
    return [replace(curve, name=f"{curve.name}, {pin.name}", label=label, note=note, **style) for curve in curves]
