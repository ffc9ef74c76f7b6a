"""Measures of a run, computed in the background and kept; plates drawn from them, kept as the browser takes them."""

from collections.abc import Hashable
from functools import partial
from typing import Any

import viz
from cells.analysis.errors import DoesNotApply
from ui import background
from ui.background import Work
from ui.compute import chart_body
from ui.kept import Kept
from ui.platform import PLATFORM
from ui.traces import trace_of
from ui.turns import TURNS
from viz.analysis import CHARTS, Chart
from viz.caption import caption
from viz.panel import Scene

from .cost import expected_seconds, too_long
from .measures import MEASURES, measured
from .opened import Opened

Body = tuple[bytes, int, str]

BODIES: Kept[Body] = Kept(1e8 * PLATFORM.memory, lambda body: len(body[0]))
AT_ONCE = 0.25  # seconds a page waits before it shows progress instead


class Unfinished(Exception):
    """A measure that is still computed, and with it perhaps a coarser one."""

    def __init__(self, *works: Work) -> None:
        super().__init__("still computed")
        self.works = works


def record_of(name: str, opened: Opened) -> Any:
    """The measure's record; DoesNotApply where it has no meaning or would take too long, Unfinished for now."""
    if reason := too_long(name, opened.settings, opened.layer):
        raise DoesNotApply(reason)
    work = work_of(name, opened)
    if not work.future.done():
        TURNS.step_aside()
    if not work.within(AT_ONCE):
        raise Unfinished(work)
    return work.future.result()


def work_of(name: str, opened: Opened) -> Work:
    """The measure of this name for what is opened, under way or done."""
    compute = partial(measured, name, opened.settings, opened.layer, opened.look)
    seconds = expected_seconds(name, opened.settings, opened.layer)
    return background.ask(name, key_of(name, opened), compute, seconds)


def key_of(name: str, opened: Opened) -> Hashable:
    """Everything the measure depends on."""
    measure = MEASURES[name]
    looked_at = tuple(getattr(opened.look, field) for field in measure.depends)
    return name, measure.runs(opened.settings), opened.layer if measure.layered else None, looked_at


def plate_of(name: str, record: Any, opened: Opened) -> Chart:
    """The plate itself, for exports."""
    return CHARTS[name].draw(record, _scene(opened), opened.look)


def caption_of(opened: Opened) -> str:
    """Every setting, in words."""
    return caption(_scene(opened))


def _scene(opened: Opened) -> Scene:
    return Scene(trace_of(opened.settings), viz.View(theme=opened.theme, layer=opened.layer))


def body_of(name: str, record: Any, opened: Opened, needs: str) -> Body:
    """The plate as the browser takes it, its height in px, and its finding; `needs` names the record's measure."""
    key = (name, needs, repr(opened.settings), opened.layer, opened.look, opened.theme)
    return BODIES.of(key, lambda: _body(plate_of(name, record, opened)))


def _body(plate: Chart) -> Body:
    return chart_body(plate.figure, plate), plate.figure["layout"]["height"], plate.finding
