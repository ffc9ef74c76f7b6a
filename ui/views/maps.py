"""The view of a phase diagram: its sides and its quantity. Part of the link like every other choice."""

from dataclasses import dataclass
from typing import Any

from cells.analysis.maps import LARGEST, QUANTITIES
from cells.knobs import choice, knob
from ui.platform import PLATFORM

SIZE_HELP = "How many values each of the two knobs takes."
if PLATFORM.processes:
    SIZE_HELP += " More than 41 × 41 points run as a job."


@dataclass(frozen=True)
class MapView:
    """map_x, map_y: () for the usual knob, (knob,) for its usual range, or (knob, low, high). A plan checks them."""

    map_x: tuple[Any, ...] = ()
    map_y: tuple[Any, ...] = ()
    map_size: int = knob(41, 2, LARGEST, "Values a side", SIZE_HELP, group="map")
    map_of: str = choice("ratio", {q.name: q.label for q in QUANTITIES.values()}, "Colour", group="map")
