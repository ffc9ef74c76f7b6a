"""The main figure with a scrubber: drawn where the view asks for one that can be."""

from typing import Any

import streamlit as st

from cells import RunSettings
from cells.knobs import BadValue
from ui import state
from ui.chart import event_of, show_chart
from ui.cost.scrub import Plan, plan_scrub
from ui.frame import theme
from ui.shell.notices import show_sentence
from ui.views.page import PageView

from .scrub_frames import range_body_of

CHART = "chart"


def show_scrubber(settings: RunSettings, view: PageView) -> bool:
    """Return the figure, its words and its scrubber.

    False where there is none, with a sentence where one was asked for.
    """
    if not view.scrub:
        return False
    try:
        body, _ = range_body_of(settings, view, theme())
    except BadValue as error:
        show_sentence(f"{error}.")
        return False
    show_chart(body, "content", CHART, on_keep_change=lambda: None)
    _keep(event_of(CHART, "keep"), plan_scrub(settings, view))
    return True


def _keep(place: Any, plan: Plan) -> None:
    """The value under the scrubber becomes the setting, once its button is pressed."""
    if isinstance(place, int) and 0 <= place < len(plan.values) and place != plan.at:
        state.put_next({plan.field: plan.values[place]})
        st.rerun()  # the whole page: the value's widget stands outside the body
