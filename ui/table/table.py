"""The table's component, mounted once a process."""

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

from ui.chart import event_of
from ui.static_files import script_of

from .columns import Column, table_body

HERE = Path(__file__).parent
TABLE = "backflow_table"


def show_table(
    columns: Mapping[str, Column], key: str, alt: str, on_choose: Callable[[int], None] | None = None
) -> None:
    """Mount a table, named by its key in files; `alt` says in words what it is of.

    on_choose  is told the place of a row, as the columns have it, that is clicked or taken with the keyboard
    """

    def chosen() -> None:
        place = event_of(key, "chosen")
        if on_choose and place is not None and 0 <= place < len(next(iter(columns.values())).values):
            on_choose(place)

    body = table_body(columns, f"backflow-{key.replace(' ', '-')}", alt, on_choose is not None)
    _component()(key=key, data=body, height="content", on_chosen_change=chosen)


@st.cache_resource(show_spinner=False)
def _component():
    js, css = ((HERE / name).read_text(encoding="utf-8") for name in ("table.js", "table.css"))
    parts = '<div class="bf-rows" tabindex="0"></div><button type="button" class="bf-csv"></button>'
    html = f'<div class="bf-table">{parts}</div>'
    return component(TABLE, html=html, css=css, js=script_of("table", js), isolate_styles=False)
