"""The whole range of one knob: run in batched passes, drawn on axes that stand still, dragged in the browser."""

from dataclasses import asdict
from html import escape

import viz
from cells import RunSettings, Trace
from cells.analysis import key_numbers, verdict
from cells.select_setting import select_setting
from cells.sweeping import run_batches
from ui import compute
from ui.cost.scrub import plan_scrub
from ui.glossary import explained
from ui.server.render_lock import RENDER_LOCK
from ui.views.fields import knob_of
from ui.views.page import PageView
from viz.flow_figure import Drawn
from viz.panel import Scene
from viz.scrub import Sketch, Track, scrubbed, sketch

from .verdict_header import VerdictHeader, verdict_header_of

Found = tuple[Sketch, VerdictHeader]


def range_body_of(settings: RunSettings, view: PageView, theme: str) -> tuple[bytes, int]:
    """Return the main figure with all its frames as the browser takes it, and its height in px.

    BadValue if it cannot be.
    """
    return compute.BODIES.of(("range", settings, view, theme), lambda: _body_of(settings, view, theme))


def _body_of(settings: RunSettings, view: PageView, theme: str) -> tuple[bytes, int]:
    drawn = range_of(settings, view, theme)
    return compute.chart_body(drawn.figure, drawn), drawn.figure["layout"]["height"]


def range_of(settings: RunSettings, view: PageView, theme: str) -> Drawn:
    """Return the main figure with all its frames."""
    RENDER_LOCK.slow_down()
    plan = plan_scrub(settings, view)
    points = [settings.replace(**{plan.field: value}) for value in plan.values]
    found = _Range(points, view, theme).found()
    said = tuple(asdict(head) for _, head in found)
    track = Track(plan.field, knob_of(plan.field).label, plan.texts, plan.at, said, plan.note, _terms(said))
    present = compute.trace_of(points[plan.at])
    looked_at = compute.figure_view(present.settings, view, theme)
    over = tuple(compute.comparisons(present, view, looked_at))
    return scrubbed(track, [each for each, _ in found], Scene(present, looked_at, over))


def _terms(said: tuple[dict, ...]) -> dict[str, str]:
    """Return the labels of all numbers, with what explains them."""
    labels = {label for head in said for label, *_ in head["numbers"]}
    return {label: explained(escape(label)) for label in sorted(labels)}


class _Range:
    """Runs that differ in one value, measured for drawing pass by pass, so that no more than one pass is in memory."""

    def __init__(self, points: list[RunSettings], view: PageView, theme: str) -> None:
        self.points, self.view = points, view
        self.views = [compute.figure_view(point, view, theme) for point in points]
        self.over: list[list[viz.Curve]] = [[] for _ in points]

    def found(self) -> list[Found]:
        """Return what each run shows and says."""
        for others in zip(*(compute.other_losses(point, self.view) for point in self.points), strict=True):
            for k, curve in enumerate(_each(list(others), self._loss_curve)):
                self.over[k].append(curve)
        return _each(self.points, self._found)

    def _loss_curve(self, k: int, trace: Trace) -> viz.Curve:
        return viz.loss_curve(trace, self.views[k])

    def _found(self, k: int, trace: Trace) -> Found:
        looked_at = self.views[k]
        over = [
            *self.over[k],
            *compute.low_precision_curves(trace, looked_at),
            *compute.pin_curves(trace.settings, self.view),
        ]
        words = verdict_header_of(verdict(trace, looked_at.layer), key_numbers(trace, looked_at.layer))
        return sketch(trace, looked_at, over), words


def _each(points: list[RunSettings], make) -> list:
    """make(k, trace) for every run k."""
    made: list = [None] * len(points)

    def take(indices: list[int], together: Trace) -> None:
        for place, k in enumerate(indices):
            made[k] = make(k, select_setting(together, place, points[k]))

    run_batches(points, take)
    return made
