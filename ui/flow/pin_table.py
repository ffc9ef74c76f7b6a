"""Pinned runs beside the present one: what differs, and the verdict of each."""

import streamlit as st

from ui import compute, state
from ui.link.link_parser import applies
from ui.link.pins import differing, label_of, shown
from ui.table import Column, show_table
from ui.views.fields import Values, run_settings
from ui.views.page import PageView

PRESENT = "present run"
NARROW = 4  # settings that leave room for the verdicts beside them


def show_differences(view: PageView) -> None:
    """A table of the fields that are not the same in all runs, with the verdicts; nothing where nothing is pinned."""
    if not view.pins:
        return
    runs = [(PRESENT, state.drawn()), *((pin.name, pin.values) for pin in view.pins)]
    names = differing([own for _, own in runs])
    called = {"Run": Column([name for name, _ in runs])}
    settings = {label_of(field): Column([_cell(field, own) for _, own in runs]) for field in names}
    verdicts = {"Verdict": Column([_verdict(own, view) for _, own in runs])}
    tables = [called | settings | verdicts] if len(names) <= NARROW else [called | settings, called | verdicts]
    for place, columns in enumerate(tables):
        show_table(columns, f"pinned runs {place}", f"{', '.join(list(columns)[1:])} of {len(runs)} runs")
    lengths = {own["steps"] for _, own in runs}
    if len(lengths) > 1:
        st.caption("Runs of different lengths are drawn from step 1 on: equal steps stand above each other.")


def _cell(field: str, values: Values) -> str:
    return shown(field, values[field]) if applies(field, values) else "–"


def _verdict(values: Values, view: PageView) -> str:
    settings = run_settings(values)
    return compute.summary_of(settings, compute.layer_of(settings, view))[0].sentence
