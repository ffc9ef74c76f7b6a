"""Exports of the main page: the whole figure, with its frames on a page of its own, and
each panel.
"""

from functools import partial

import viz
from cells import RunSettings
from cells.knobs import BadValue
from ui import compute
from ui.export.exportables import Exportable
from ui.views.page import PageView
from viz.flow_figure import Drawn

from .scrub_frames import range_of

WHOLE = "flow"


def flow_exportables(settings: RunSettings, view: PageView) -> list[Exportable]:
    """Return the main figure, then its panels."""
    return [_offer(name, settings, view) for name in compute.fitting(settings)]


def _offer(name: str, settings: RunSettings, view: PageView) -> Exportable:
    draw = partial(compute.drawn_of, name, settings, view)
    live = partial(_whole, settings, view) if name == WHOLE else None
    return Exportable(name, viz.FIGURES[name].title, draw, live, part=name != WHOLE)


def _whole(settings: RunSettings, view: PageView, mode: str) -> Drawn:
    """Return the main figure, with its frames where it can be dragged."""
    try:
        if view.scrub:
            return range_of(settings, view, mode)
    except BadValue:
        pass  # the page has said why
    return compute.drawn_of(WHOLE, settings, view, mode)
