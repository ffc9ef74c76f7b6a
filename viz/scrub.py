"""A figure that can be dragged: one knob's whole range, every value a frame on axes that stand still."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cells.trace import Trace

from .caption import caption
from .curves import Curve
from .flow_figure import Drawn, composed
from .frames import frames
from .panel import Scene, View
from .panels import plots_of
from .shared_axes import Plot, SharedAxes

FEWEST, MOST = 2, 81  # values one scrubber may have


@dataclass(frozen=True)
class Track:
    """The knob that is dragged along, value by value.

    values  in words                    at    the place of the present one
    said    words for each value        note  why these are not all values that were asked for
    terms   label -> HTML that explains it, for labels among the words
    keep    what the button says that takes the value at hand; none where it is empty
    """

    field: str
    label: str
    values: tuple[str, ...]
    at: int
    said: tuple[dict, ...] = ()
    note: str = ""
    terms: Mapping[str, str] = dataclasses.field(default_factory=dict)
    keep: str = "Keep"

    def __post_init__(self) -> None:
        if not FEWEST <= len(self.values) <= MOST:
            raise ValueError(f"{self.field} has {len(self.values)} values to drag along, outside [{FEWEST}, {MOST}]")
        if not 0 <= self.at < len(self.values):
            raise ValueError(f"at = {self.at} is outside [0, {len(self.values) - 1}]")
        if self.said and len(self.said) != len(self.values):
            raise ValueError(f"said has {len(self.said)} entries, {self.field} has {len(self.values)} values")


@dataclass(frozen=True, eq=False)
class Sketch:
    """One run measured for drawing: small, so that its trace may go."""

    plots: list[Plot]
    caption: str
    steps: int


def sketch(trace: Trace, view: View | None = None, extra: Sequence[Curve] = ()) -> Sketch:
    """Return what a run of the range shows."""
    scene = Scene(trace, view or View(), tuple(extra), many=True)
    return Sketch(plots_of(scene), caption(scene), scene.steps)


def scrubbed(track: Track, sketches: Sequence[Sketch], scene: Scene) -> Drawn:
    """Return the main figure with a frame for every sketch; `scene` is the run at the track's present value.

    Raises ValueError where the number of sketches is not that of the values, or runs differ in length.
    """
    _check(track, sketches)
    shared = SharedAxes()
    for each in sketches:
        for plot in each.plots:
            plot.measure(shared)
    return dragged(track, [_frame(each, shared, scene) for each in sketches])


def dragged(track: Track, drawn: Sequence[Drawn]) -> Drawn:
    """Return the figure of the present value with what changes from value to value; all share their axes."""
    figure, changes = frames([each.figure for each in drawn], track.at)
    scrub = {
        "field": track.field,
        "label": track.label,
        "values": list(track.values),
        "at": track.at,
        "said": list(track.said),
        "note": track.note,
        "terms": dict(track.terms),
        "keep": track.keep,
        "alts": [each.alt for each in drawn],
        "changes": changes,
    }
    return replace(drawn[track.at], figure=figure, scrub=scrub)


def _frame(each: Sketch, shared: SharedAxes, scene: Scene) -> Drawn:
    panels = [panel for plot in each.plots for panel in plot.panels(scene, shared)]
    return composed("flow", "Gradient flow", panels, scene, each.caption)


def _check(track: Track, sketches: Sequence[Sketch]) -> None:
    if len(sketches) != len(track.values):
        raise ValueError(f"{track.field} has {len(track.values)} values and {len(sketches)} runs")
    lengths = {each.steps for each in sketches}
    if len(lengths) > 1:
        raise ValueError(f"{track.field} changes the time axis: its runs have {min(lengths)} to {max(lengths)} steps")
