"""The trust badge: on request, our gradients against autograd, complex steps and difference quotients."""

import math
from functools import partial

import streamlit as st

from cells.analysis.gradcheck.check import GradientCheck
from ui.server import background
from ui.server.background import Work
from ui.shell.progress_bar import show_progress
from viz import words

from .oracle import all_checks
from .selection import Selection

GOOD, POOR = 1e-6, 1e-3  # largest relative difference that counts as agreement, and as none at all
HELP = "Compares these gradients with autograd, complex steps and difference quotients, at the present settings."


def badge(name: str, selection: Selection) -> None:
    """A button that asks; then how far the check is; then its result, with what each oracle says."""
    work = _work(selection)
    if work is None:
        st.button("Check", type="tertiary", key=f"check {name}", help=HELP, on_click=_request, args=(selection,))
    elif not work.future.done():
        st.markdown(":small[:gray[Checking …]]")
    else:
        found: GradientCheck = work.future.result()
        with st.popover(_verdict(found), type="tertiary"):
            st.markdown(f"Largest relative difference per oracle, at {len(found.checks)} places.")
            for oracle in found.oracles:
                st.markdown(f"- {_said(found, oracle)}")


def watch(selection: Selection) -> None:
    """The progress of a check under way; when it is done, the page is drawn again."""
    work = _work(selection)
    if work is not None and not work.future.done():
        show_progress("check", "Checking the gradients", work)


def _request(selection: Selection) -> None:
    st.session_state.checked = repr(selection.settings)


def _work(selection: Selection) -> Work | None:
    """Return the check of these settings, if it was asked for."""
    settings = selection.settings
    if st.session_state.get("checked") != repr(settings):
        background.leave("trust")
        return None
    return background.ask("trust", ("trust", repr(settings)), partial(all_checks, settings))


def worst(found: GradientCheck) -> float:
    """Return the largest difference of the exact oracles, nan where none could judge.

    A quotient's own error is no news.
    """
    exact = [found.worst(oracle) for oracle in found.oracles if oracle != "difference quotient"]
    return max((value for value in exact if not math.isnan(value)), default=math.nan)


def _verdict(found: GradientCheck) -> str:
    value = worst(found)
    if math.isnan(value):
        return ":orange[No oracle can judge]"
    colour = "green" if value < GOOD else ("orange" if value < POOR else "red")
    return f":{colour}[Checked: {words.number(value)}]"


def _said(found: GradientCheck, oracle: str) -> str:
    """Return what one oracle found, and why it could not judge elsewhere."""
    mine = [check for check in found.checks if check.oracle == oracle]
    unfit = [check for check in mine if check.unfit]
    if len(unfit) == len(mine):
        return f"**{oracle}** is unfit here: {unfit[0].unfit}."
    agrees = f"**{oracle}**: {words.number(found.worst(oracle))} in {len(mine) - len(unfit)} of {len(mine)} places"
    return f"{agrees}; unfit at {unfit[0].quantity}: {unfit[0].unfit}." if unfit else f"{agrees}."
