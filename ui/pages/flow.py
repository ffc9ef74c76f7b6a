"""Gradient flow: the verdict and everything over time."""

import streamlit as st

from cells.knobs import BadValue
from ui import compute, state
from ui.actions import action_row
from ui.budget import check_budget
from ui.chart import show_chart
from ui.fields import page_view, run_settings
from ui.frame import theme
from ui.head import show_head
from ui.notices import show_complaints, show_fault


@st.fragment(key="flow")
def flow() -> None:
    values = state.values()
    try:
        check_budget(run_settings(values))
        st.session_state.drawn = values
        state.publish()
    except BadValue as error:
        show_fault(error)
    shown = st.session_state.get("drawn") or state.DEFAULTS
    settings, view = run_settings(shown), page_view(shown)
    show_head(*compute.summary_of(settings, compute.layer_of(settings, view)))
    body, height = compute.body_of(settings, view, theme())
    show_chart(body, height, key="chart")


action_row()
show_complaints()
flow()
