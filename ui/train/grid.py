"""A grid of runs: one for each combination of some cells, lengths and seeds."""

from typing import Any

import streamlit as st

from cells.registry import CELLS
from lab.grid import grid, whole_numbers
from lab.settings import LabSettings
from viz.training.multiples import MOST

MOST_SEEDS = 12


def choose_grid(base: LabSettings) -> dict[str, LabSettings]:
    """Offer further cells, lengths and seeds, and return the runs by their labels; `base` alone where none is chosen.

    BadValue where a combination cannot be, or there are more than can be shown side by side.
    """
    axes = _axes(base)
    if not axes:
        return {f"{base.cell_class.label}, {base.task_class.label}": base}
    chosen = grid(base, axes, MOST)
    counts = " × ".join(f"{len(values)} {name}{'s' * (len(values) > 1)}" for name, values in axes.items())
    st.caption(f"{len(chosen)} {'run' if len(chosen) == 1 else 'runs'}: {counts}.")
    return chosen


def _axes(base: LabSettings) -> dict[str, list[Any]]:
    """Return what the runs differ in."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_grid"):
        names = {"format_func": lambda name: CELLS[name].label, "key": "grid cells", "width": 460}
        cells = st.multiselect("Several cells", list(CELLS), placeholder=f"{base.cell_class.label} alone", **names)
        some = f"{base.length} alone; or 10, 20, 40"
        lengths = st.text_input("Several lengths T", placeholder=some, key="grid lengths", width=220)
        seeds = st.number_input("Seeds", 1, MOST_SEEDS, 1, key="grid seeds", help="From the seed above on.", width=130)
    found = {"cell": cells, "length": whole_numbers(lengths, "lengths") if lengths and lengths.strip() else []}
    found["seed"] = list(range(base.seed, base.seed + seeds)) if seeds > 1 else []
    return {name: values for name, values in found.items() if values}
