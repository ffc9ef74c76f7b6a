"""One plate on the page: its name, its finding, the chart, an export; progress while it is computed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from cells.analysis.errors import DoesNotApply
from ui.background import Work, visitor
from ui.chart import show_chart
from ui.export import export_dialog
from ui.offers import Offer, offer
from ui.platform import PLATFORM
from ui.prose import heading, sentence
from viz.analysis import CHARTS
from viz.analysis.charts import ChartKind

from .compute import Unfinished, body_of, plate_of, record_of
from .opened import Opened
from .trust import badge

Mount = Callable[[bytes], None]


def show_plate(
    name: str, opened: Opened, on_click: Callable[[], None] | None = None, mount: Mount | None = None
) -> None:
    """A plate by its name; where its measure does not apply, the sentence that says why.

    mount  draws the chart instead of ours, and writes its finding itself
    """
    kind = CHARTS[name]
    with st.container(key=f"plate {name}"):
        try:
            needs, record = _record(kind, opened)
            body, height, finding = body_of(name, record, opened, needs)
        except (DoesNotApply, Unfinished) as reason:
            st.markdown(f"#### {kind.label.title}")
            _explain(reason)
            return
        _head(name, record, opened, finding if mount is None else "")
        if mount:
            mount(body)
            return
        clicks = {"on_click_change": on_click} if on_click else {}
        show_chart(body, height, key=f"chart {name}", **clicks)


def _record(kind: ChartKind, opened: Opened) -> tuple[str, Any]:
    """The measure that is shown, and its record: a coarser one with the progress above it while the own is computed."""
    try:
        return kind.needs, record_of(kind.needs, opened)
    except Unfinished as own:
        if not kind.meanwhile:
            raise
        try:
            coarse = record_of(kind.meanwhile, opened)
        except Unfinished as other:
            raise Unfinished(*own.works, *other.works) from None
        _progress(own.works)
        return kind.meanwhile, coarse


def _explain(reason: DoesNotApply | Unfinished) -> None:
    """Why there is no plate: one that has no meaning here, or one that is still computed."""
    if isinstance(reason, Unfinished):
        _progress(reason.works)
    else:
        st.info(str(reason))


def _head(name: str, record: Any, opened: Opened, finding: str) -> None:
    saved = Offer(name, CHARTS[name].label.title, lambda theme: plate_of(name, record, replace(opened, theme=theme)))
    offer(saved)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading(CHARTS[name].label.title)
        with st.container(horizontal=True, gap="small", width="content", vertical_alignment="center"):
            if CHARTS[name].gradient:
                badge(name, opened)
            if st.button("Export", type="tertiary", key=f"export {name}"):
                export_dialog([saved])
    sentence(finding)


@st.fragment(run_every=PLATFORM.glance)
def _progress(works: tuple[Work, ...]) -> None:
    """How far the first is; the page is drawn again when any of them is done."""
    for work in works:
        work.wanted_by(visitor())
    st.progress(works[0].share, text=f"Computing: {works[0].share:.0%}")
    if any(work.future.done() for work in works):
        st.rerun()
