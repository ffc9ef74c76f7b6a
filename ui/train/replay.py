"""The history of a run, dragged update by update, and the weights that it kept on the way."""

import streamlit as st

from lab import runs
from lab.record import RunRecord
from ui.chart import event_of, show_chart
from ui.frame import theme
from viz.training import updates_shown

from .open_network import open_network
from .stored import Shown, replay_body_of

CHART = "chart replay"
NOW = -1  # among updates: the run as it is; None would be a choice that can be cleared
UNTIL = "train_until"  # the run that is dragged through, and as far as where


def show_replay(place: runs.Place, shown: Shown) -> None:
    """Draw the figure with its scrubber; a run that goes on moves it only when its reader asks for that."""
    until = _until(place, shown)
    if until < shown.record.updates:
        _offer_later(place, until, shown.record.updates)
    show_chart(replay_body_of(shown, until, theme()), "content", CHART, on_keep_change=lambda: None)
    chosen, at = event_of(CHART, "keep"), updates_shown(shown.record.until(until))
    if chosen is not None and 0 <= chosen < len(at):
        open_network(place, _nearest(shown, at[chosen]))


def _nearest(shown: Shown, update: int) -> int | None:
    """Return the last update up to this one whose weights are kept; None for those of the run as it is now."""
    earlier = [kept for kept in shown.record.kept if kept <= update]
    return max(earlier) if earlier and update < shown.record.updates else None


def _until(place: runs.Place, shown: Shown) -> int:
    """Return the last update that is dragged through: as many as there were when the run was turned to."""
    name, until = st.session_state.get(UNTIL) or ("", 0)
    if name != place.name or until > shown.record.updates:
        until = shown.record.updates
        st.session_state[UNTIL] = (place.name, until)
    return until


def _offer_later(place: runs.Place, until: int, now: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="train_later_row"):
        st.markdown(f"Drawn up to update {until:,}; the run is at {now:,}.", width="content")
        if st.button("Draw all of them", key="train_later"):
            st.session_state[UNTIL] = (place.name, now)
            st.rerun()


def choose_weights(place: runs.Place, record: RunRecord) -> int | None:
    """Return the update whose weights are to be opened; None for those that the run has now."""
    key, earlier = f"train_weights {place.name}", [at for at in reversed(record.kept) if at < record.progress.update]
    if st.session_state.get(key, NOW) not in (NOW, *earlier):
        st.session_state[key] = NOW  # the ladder has left it out meanwhile
    how = {"format_func": _told, "label_visibility": "collapsed", "width": 250}
    chosen = st.selectbox("Weights", [NOW, *earlier], key=key, **how)
    return None if chosen in (NOW, None) else chosen


def _told(update: int) -> str:
    if update == NOW:
        return "weights as they are now"
    return f"weights after update {update:,}" if update else "weights before training"
