"""Measures of a run, computed in the background and kept; charts drawn from them, kept as the browser takes them."""

from collections.abc import Hashable
from functools import partial
from typing import Any

import viz
from cells.analysis.errors import DoesNotApply
from ui.compute import chart_body
from ui.cost.budget import is_heavy
from ui.cost.measures import expected_seconds, too_long
from ui.platform import PLATFORM
from ui.server import background
from ui.server.background import Work
from ui.server.byte_cache import ByteCache
from ui.server.render_lock import RENDER_LOCK
from ui.traces import trace_of
from viz.analysis import CHARTS, Chart
from viz.caption import caption
from viz.panel import Scene

from .measures import MEASURES, measured
from .selection import Selection

Body = tuple[bytes, int, str]

BODIES: ByteCache[Body] = ByteCache(4e7 * PLATFORM.memory, lambda body: len(body[0]))
AT_ONCE = 0.25  # seconds a page waits before it shows progress instead


class Unfinished(Exception):
    """A measure that is still computed, and with it perhaps a coarser one."""

    def __init__(self, *works: Work) -> None:
        super().__init__("still computed")
        self.works = works


def record_of(name: str, selection: Selection) -> Any:
    """Return the measure's record; DoesNotApply where it has no meaning or would take too long, Unfinished for now."""
    if reason := too_long(name, selection.settings, selection.layer):
        raise DoesNotApply(reason)
    work = work_of(name, selection)
    if not work.future.done():
        RENDER_LOCK.step_aside()
    if not work.within(AT_ONCE):
        raise Unfinished(work)
    return work.future.result()


def work_of(name: str, selection: Selection) -> Work:
    """Return the measure of this name for what is opened, under way or done."""
    compute = partial(measured, name, selection.settings, selection.layer, selection.look)
    seconds = expected_seconds(name, selection.settings, selection.layer)
    return background.ask(name, key_of(name, selection), compute, seconds, is_heavy([selection.settings]))


def key_of(name: str, selection: Selection) -> Hashable:
    """Everything the measure depends on."""
    measure = MEASURES[name]
    looked_at = tuple(getattr(selection.look, field) for field in measure.depends)
    return name, measure.runs(selection.settings), selection.layer if measure.layered else None, looked_at


def record_again(name: str, selection: Selection) -> Any:
    """Return the measure's record for a figure that is saved: the kept one, else computed once more.

    The page's own list of figures holds no record: every session would keep one alive, long after it is gone.
    """
    kept = background.works().result_of(key_of(name, selection))
    if kept is not None:
        return kept
    return measured(name, selection.settings, selection.layer, selection.look, lambda share: None)


def chart_of(name: str, record: Any, selection: Selection) -> Chart:
    """Return the chart itself, for exports."""
    return CHARTS[name].draw(record, _scene(selection), selection.look)


def caption_of(selection: Selection) -> str:
    """Return every setting, in words."""
    return caption(_scene(selection))


def _scene(selection: Selection) -> Scene:
    return Scene(trace_of(selection.settings), viz.View(theme=selection.theme, layer=selection.layer))


def body_of(name: str, record: Any, selection: Selection, needs: str) -> Body:
    """Return the chart as the browser takes it, its height in px, and its finding.

    `needs` names the record's measure.
    """
    key = (name, needs, repr(selection.settings), selection.layer, selection.look, selection.theme)
    return BODIES.of(key, lambda: _body(chart_of(name, record, selection)))


def _body(chart: Chart) -> Body:
    return chart_body(chart.figure, chart), chart.figure["layout"]["height"], chart.finding
