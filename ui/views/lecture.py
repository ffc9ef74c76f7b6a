"""The view of an audience, or inside another page: large, with the controls that were chosen."""

from dataclasses import dataclass, fields
from difflib import get_close_matches

from cells import CELLS, RunSettings
from cells.knobs import BadValue, Knobs, knob, knobs_of, switch

from .page import PageView

NOTHING = "none"  # in a link: no control at all
LECTURE_HELP = "Large type, one column, chosen controls only; arrow keys go through the steps of a lesson."
THINK_HELP = "Seconds that the key t counts down."


@dataclass(frozen=True)
class LectureView(Knobs):
    """`show` names the controls that are there: () is all of them, ("none",) none."""

    lecture: bool = switch(False, "Lecture mode", LECTURE_HELP, group="learn")
    think: int = knob(60, 5, 600, "Time to think", THINK_HELP, group="learn")
    show: tuple = ()


OF_THE_AUDIENCE = tuple(field.name for field in fields(LectureView))  # what no step of a lesson and no button changes
CONTROLS = tuple(
    dict.fromkeys(
        name for kind in (RunSettings, *(cell.Options for cell in CELLS.values()), PageView) for name in knobs_of(kind)
    )
)


def read_show(names: list[str]) -> tuple[str, ...]:
    """Return the names of controls; BadValue names the first that is none, and the nearest that is."""
    known = tuple(dict.fromkeys(name for name in names if name in CONTROLS))
    if names == [NOTHING]:
        return (NOTHING,)
    for name in names:
        if name not in CONTROLS:
            close = get_close_matches(name, CONTROLS, n=1)
            meant = f" (did you mean {close[0]}?)" if close else ""
            raise BadValue(f"show holds {name[:40]!r}, which is no control{meant}", "show", known or (NOTHING,))
    return known
