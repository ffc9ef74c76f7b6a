"""The page of all combinations: boxes to click, and the same as a list to filter, sort and choose from."""

import math

import streamlit as st

from cells.analysis.ensemble.combinations import Combination, Combinations
from cells.analysis.gradient.verdict import Verdict
from cells.knobs import names_of
from ui import state
from ui.chart import event_of
from ui.shell.widgets import widget
from ui.table import Column, show_table
from viz.analysis.combination_words import COLUMNS, columns_of, factor_of_two, listed, reasons
from viz.analysis.combinations import combination_at
from viz.fates import sign_of

from .equations import finished
from .measures import possible
from .selection import Selection
from .show import show_analysis_chart

NAME = "combinations"
LIST, CHOSEN = "list of combinations", "combination chosen"
KEEPS, TWICE, RATIO = "a step back keeps", "halves or doubles in", "log10 of step 1 / last"
NOW = "now"


def show_boxes(selection: Selection) -> None:
    """The boxes; the combination of one that is clicked becomes the present one."""
    if selection.settings.network is not None:
        st.caption("Your weights are the same under every initialiser: the columns are alike.")
    show_analysis_chart(NAME, selection, on_click=lambda: None)
    if why := reasons(possible(selection.settings)):
        st.info("\n".join(f"- {sentence}" for sentence in why))
    clicked = event_of(f"chart {NAME}", "click")
    record: Combinations | None = finished(NAME, selection) if clicked else None
    if record:
        _take(combination_at(record, clicked["x"], clicked["y"]), selection)


def show_list(selection: Selection) -> None:
    """The rows of one kind, or all; a row that is chosen becomes the present combination."""
    record: Combinations | None = finished(NAME, selection)
    if record is None:
        return
    for column, name in zip(st.columns(2, gap="medium"), ("rows", "rows_by"), strict=True):
        with column:
            widget(name)
    shown = listed(record, selection.analysis.rows, selection.analysis.rows_by)
    if not shown:
        st.info("No combination ends so: choose another kind, or all.")
        return
    told = f"{len(shown)} of {len(record.all)} combinations"
    show_table(_columns(shown, record, selection), LIST, told, on_choose=_choose)
    st.caption(f"{told}. Click a heading to sort, a row to take it; or walk with the arrow keys and press Enter.")
    place = st.session_state.pop(CHOSEN, None)
    if place is not None and place < len(shown):
        _take(shown[place], selection)


def _columns(shown: list[Combination], record: Combinations, selection: Selection) -> dict[str, Column]:
    """Return columns in words; nothing where a number is none."""
    columns = columns_of(shown, record)
    found = [record.verdicts.get(one.names) for one in shown]
    verdicts = [f"{sign_of(v.kind)} {w}" if v else str(w) for v, w in zip(found, columns["verdict"], strict=True)]
    here = {NOW: Column(["▶" if one.settings == selection.settings else "" for one in shown])}
    names = {name: Column(columns[name].tolist()) for name in COLUMNS}
    return here | names | {"verdict": Column(verdicts)} | _numbers(found)


def _numbers(found: list[Verdict | None]) -> dict[str, Column]:
    kept = [100 * one.decay_per_step if one else math.nan for one in found]
    steps = [factor_of_two(one) if one else math.inf for one in found]
    ratio = [one.log10_ratio if one else math.nan for one in found]
    return {
        KEEPS: Column([_finite(value) for value in kept], decimals=2, unit=" %"),
        TWICE: Column([_finite(value) for value in steps], digits=3, unit=" steps"),
        RATIO: Column([_finite(value) for value in ratio], decimals=1),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _choose(place: int) -> None:
    st.session_state[CHOSEN] = place


def _take(one: Combination | None, selection: Selection) -> None:
    """The whole run of a combination, its cell's own knobs among it."""
    if one is None or one.settings is None or one.settings == selection.settings:
        return
    own = {name: getattr(one.settings.options, name) for name in names_of(one.settings.options)}
    state.put_next({"cell": one.cell, "activation": one.activation, "init": one.init} | own)
    st.rerun()  # the whole page: the widgets stand outside the body
