"""Parts of the page of equations besides its charts: LaTeX with live numbers, the stepper, tables."""

from typing import Any

import numpy as np
import streamlit as st

from cells.analysis.errors import DoesNotApply
from cells.analysis.gradient.grads_at_step import GradsAtStep
from cells.analysis.step_graph.one_step import Graph
from cells.analysis.step_graph.parameter_counts import Counts, parameter_counts
from ui import state
from ui.table import Column, show_table
from viz import words
from viz.analysis.latex import backward_equations, forward_equations
from viz.analysis.stepping import positions_of

from .compute import Unfinished, record_of
from .selection import Selection

SMALL = 8  # units up to which whole matrices are shown


def finished(name: str, selection: Selection) -> Any:
    """Return a measure's record, or None while it is under way or where it does not apply: its chart says so."""
    try:
        return record_of(name, selection)
    except (DoesNotApply, Unfinished):
        return None


def show_stepper(selection: Selection) -> None:
    """Buttons and a slider that walk through the graph, forward and then backward."""
    record: Graph | None = finished("graph", selection)
    if record is None:
        return
    last = positions_of(record)
    at = min(selection.look.node, last)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="stepper"):
        _step_button("First", "node first", 1, at != 1)
        _step_button("Back", "node back", at - 1, at > 1)
        _step_button("Next", "node next", at + 1, at < last)
        _step_button("Backward pass", "node backward", last // 2 + 1, at != last // 2 + 1)
        _step_button("Everything", "node all", 0, at != 0)
        st.session_state["node picked"] = at
        told: Any = {"label_visibility": "collapsed", "on_change": _take_position}
        st.slider("Position: forward, then backward", 0, last, key="node picked", **told)


def _step_button(label: str, key: str, position: int, possible: bool) -> None:
    st.button(label, key=key, on_click=state.put, args=({"node": position},), disabled=not possible)


def _take_position() -> None:
    position = state.told("node picked")
    if position is not None:
        state.put({"node": position})


def show_equations(selection: Selection) -> None:
    """Forward and backward side by side, each line with its number."""
    record: Graph | None = finished("graph", selection)
    if record is None:
        return
    st.markdown("#### Equations with live numbers")
    st.markdown(
        f"{_what(selection)} of step {selection.look.step}, sample {selection.look.sample}; δx stands for dL/dx."
    )
    st.latex(forward_equations(record, selection.look))
    st.latex(backward_equations(record, selection.look))


def _what(selection: Selection) -> str:
    unit = selection.look.unit
    return {"norms": "Norms", "unit": f"Values of unit {unit}", "all": "Values of all units"}[selection.look.numbers]


def show_grads_at_step(selection: Selection) -> None:
    """The norms in words, a row a parameter."""
    record: GradsAtStep | None = finished("exercise", selection)
    if record is None:
        return
    rows = [_row(one) for one in record.parameters]
    show_table({name: Column([row[name] for row in rows]) for name in rows[0]}, "exercise table", "Norms of gradients")
    if selection.settings.hidden <= SMALL:
        with st.expander("The gradients themselves"):
            for one in record.parameters:
                st.markdown(f"dℓ/d{one.name}: total, and the local part of it")
                for column, part in zip(st.columns(2), ("total", "local"), strict=True):
                    with column:
                        _show_matrix(getattr(one, part), f"{part} dl_d{one.name}")


def _show_matrix(values: np.ndarray, key: str) -> None:
    """A gradient as it lies in memory, its columns numbered from 1."""
    columns = {str(place): Column(column) for place, column in enumerate(np.atleast_2d(values).T, 1)}
    show_table(columns, key, key)


def _row(one: Any) -> dict[str, str]:
    shape = " × ".join(map(str, one.total.shape))
    parts = {"total": one.log10_total, "local": one.log10_local, "through earlier states": one.log10_through}
    return {"parameter": one.name, "shape": shape} | {name: words.from_log10(log) for name, log in parts.items()}


def show_counts(selection: Selection) -> None:
    """Parameters of each layer with one bias and with two."""
    layers = parameter_counts(selection.settings)
    st.markdown("#### Parameter counts")
    for place, counts in enumerate(layers, 1):
        layer = f"Layer {place}: " if len(layers) > 1 else ""
        st.markdown(layer + _counted(counts))


def _counted(c: Counts) -> str:
    formula = f"{c.m} · {c.n} · ({c.d} + {c.n} + 1)" + (f" + {c.own}" if c.own else "")
    return (
        f"**{c.one_bias:,}** parameters with one bias vector a gate, {formula}; "
        f"**{c.two_biases:,}** with two, as PyTorch keeps them."
    )
