"""A map computed while the page waits: a coarse look first, then the rest, both in the background and kept by plan."""

from dataclasses import dataclass
from functools import partial

import streamlit as st

from cells.analysis.maps import MapPlan, PhaseMap
from ui.cost.budget import is_heavy
from ui.cost.map_plan import LIVE_SECONDS, seconds
from ui.server import background
from ui.server.background import Work
from ui.server.render_lock import RENDER_LOCK

from .measures import coarse_map, whole_map

FIRST_LOOK = 121  # points
COARSE, FINE = "map coarse", "map"
AT_ONCE = 0.25  # seconds a page waits before it shows progress instead


@dataclass(frozen=True, eq=False)
class Progress:
    """A map as far as it is known, and the work that is under way, if any."""

    found: PhaseMap
    work: Work | None = None
    cancelled: bool = False


def live_map(plan: MapPlan, whole: bool = True) -> Progress:
    """Return the map as far as it is known; BadValue where no run of it is possible."""
    heavy = is_heavy([plan.settings])
    coarse = background.ask(COARSE, ("map", "coarse", plan), partial(coarse_map, plan), heavy=heavy)
    if not soon(coarse):
        return Progress(PhaseMap.empty(plan), coarse)
    found = coarse.future.result()
    if found.whole or not whole or st.session_state.get("map cancelled") == plan:
        background.leave(FINE)
        return Progress(found, cancelled=whole and not found.whole)
    fine = background.ask(FINE, ("map", plan), partial(whole_map, plan, found), heavy=heavy)
    if not soon(fine):
        return Progress(found, fine)
    return Progress(fine.future.result())


def first_look(plan: MapPlan) -> Progress:
    """Return a few points of a large map; none where even that would take long."""
    if seconds(plan, FIRST_LOOK) > LIVE_SECONDS:
        return Progress(PhaseMap.empty(plan))
    return live_map(plan, whole=False)


def soon(work: Work) -> bool:
    """Return whether it is done, after a short wait beside other pages."""
    if not work.future.done():
        RENDER_LOCK.step_aside()
    return work.within(AT_ONCE)


def cancel(plan: MapPlan) -> None:
    """Leave the rest of this map."""
    st.session_state["map cancelled"] = plan
    background.leave(FINE)


def go_on(plan: MapPlan) -> None:
    """Compute the rest after all."""
    if st.session_state.get("map cancelled") == plan:
        st.session_state.pop("map cancelled", None)
