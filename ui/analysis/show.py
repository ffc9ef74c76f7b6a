"""One chart on the page: its name, its finding, the chart, an export; progress while it is computed."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from cells.analysis.errors import DoesNotApply
from ui.chart import show_chart
from ui.export.dialog import export_dialog
from ui.export.exportables import Exportable, offer
from ui.rich_text import heading, sentence
from ui.shell.progress_bar import show_progress
from viz.analysis import CHARTS, Chart
from viz.analysis.charts import ChartKind

from .check_badge import badge
from .compute import Unfinished, body_of, chart_of, record_again, record_of
from .selection import Selection

Mount = Callable[[bytes], None]


def show_analysis_chart(
    name: str, selection: Selection, on_click: Callable[[], None] | None = None, mount: Mount | None = None
) -> None:
    """A chart by its name; where its measure does not apply, the sentence that says why.

    mount  draws the chart instead of ours, and writes its finding itself
    """
    kind = CHARTS[name]
    with st.container(key=f"measure {name}"):
        try:
            needs, record = _record(kind, selection)
            body, height, finding = body_of(name, record, selection, needs)
        except (DoesNotApply, Unfinished) as reason:
            st.markdown(f"#### {kind.label.title}")
            _explain(name, reason)
            return
        _head(name, needs, selection, finding if mount is None else "")
        if mount:
            mount(body)
            return
        clicks = {"on_click_change": on_click} if on_click else {}
        show_chart(body, height, key=f"chart {name}", **clicks)


def _record(kind: ChartKind, selection: Selection) -> tuple[str, Any]:
    """Return the measure that is shown, and its record: a coarser one with the progress above it while the own is
    computed.
    """
    try:
        return kind.needs, record_of(kind.needs, selection)
    except Unfinished as own:
        if not kind.meanwhile:
            raise
        try:
            coarse = record_of(kind.meanwhile, selection)
        except Unfinished as other:
            raise Unfinished(*own.works, *other.works) from None
        show_progress(f"measure {kind.label.name}", "Computing", *own.works)
        return kind.meanwhile, coarse


def _explain(name: str, reason: DoesNotApply | Unfinished) -> None:
    """Why there is no chart: one that has no meaning here, or one that is still computed."""
    if isinstance(reason, Unfinished):
        show_progress(f"measure {name}", "Computing", *reason.works)
    else:
        st.info(str(reason))


def _head(name: str, needs: str, selection: Selection, finding: str) -> None:
    saved = Exportable(name, CHARTS[name].label.title, partial(_again, name, needs, selection))
    offer(saved)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading(CHARTS[name].label.title)
        with st.container(horizontal=True, gap="small", width="content", vertical_alignment="center"):
            if CHARTS[name].gradient:
                badge(name, selection)
            if st.button("Export", type="tertiary", key=f"export {name}"):
                export_dialog([saved])
    sentence(finding)


def _again(name: str, needs: str, selection: Selection, theme: str) -> Chart:
    """Draw the chart once more, to be saved."""
    return chart_of(name, record_again(needs, selection), replace(selection, theme=theme))
