"""A job of the lab on the page: how it stands, its runs as they learn, and where one may go from there."""

import streamlit as st

import jobs
from cells.knobs import BadValue
from lab import runs
from lab.cured import cure_of, cured
from lab.record import RunRecord
from ui.chart import show_chart
from ui.flow.verdict_header import band
from ui.frame import theme
from ui.rich_text import as_written
from ui.server.render_lock import RENDER_LOCK
from ui.shell.notices import show_sentence
from viz.training import PANEL_TITLES, can_replay, panels_fitting
from viz.training.confusion import finding
from viz.words import spelled

from . import together, write
from .choice import start
from .choose_runs import BESIDE_NEXT, choose_beside, choose_run
from .open_network import open_network
from .replay import choose_weights, show_replay
from .save import EXPORTING, save_dialog
from .status import show_status
from .stored import (
    Opened,
    Shown,
    answers_body_of,
    body_of,
    exportables_of,
    fault_of,
    is_language,
    open_job,
    record_of,
    shown_of,
)
from .together import is_grid, show_together
from .words import details, headline, headline_text
from .write import show_writing

POLL = 1.0  # seconds between two looks at a run under way
BEGIN_WITH = ("loss", "accuracy", "perplexity", "flow_h", "gradient", "half_life")
ALL, ONE = "All updates", "Update by update"


def show_job(name: str) -> None:
    """The job that `run` names: watched while it works; one sentence where there is none."""
    try:
        alive = open_job(name).status.alive
    except (jobs.JobError, BadValue) as error:
        show_sentence(f"{str(error).rstrip('.')}.")
        return

    watched = alive and EXPORTING not in st.session_state  # each look would close the dialog

    @st.fragment(run_every=POLL if watched else None)
    def live() -> None:
        _live(name, alive)

    live()


def _live(name: str, was_alive: bool) -> None:
    with RENDER_LOCK.turn():
        try:
            job = open_job(name)
            _show(job)
        except (jobs.JobError, BadValue) as error:
            show_sentence(f"{str(error).rstrip('.')}.")
            return
    if was_alive and not job.status.alive:
        st.rerun()


def _show(job: Opened) -> None:
    top = st.container(horizontal=True, vertical_alignment="center", key="train_status")
    if is_grid(job):  # one run of many says little
        show_together(job)
    several = len(job.places) > 1
    row = st.container(horizontal=True, vertical_alignment="center", key="train_runs") if several else top
    with row:
        place = choose_run(job)
    fault = fault_of(place, job.status)
    with top:
        st.html(f'<h4 class="bf-title">{spelled(job.status.name)}</h4>', width="content")
        show_status(job.status, place, fault)
    with row:
        beside = choose_beside(job, place)
    if fault:
        st.info(as_written(f"{fault.rstrip('.')}."))
    elif (record := record_of(place)) is not None:
        _run(job, place, record, beside)
    if not is_grid(job):
        show_together(job)


def _run(job: Opened, place: runs.Place, record: RunRecord, beside: list[runs.Place]) -> None:
    if not record.progress.update:
        st.html(
            band(headline(record) if record.progress.halt else "Before the first update.", spelled(details(record)))
        )
        _cure(place, record)
        return
    shown = shown_of(place, record, beside)
    said = st.container()
    panels = _tools(job, place, record, shown)
    if panels:
        said.html(band(headline(record), spelled(details(record))))
        show_chart(*body_of(shown, panels, theme()), key="chart training")
    else:
        show_replay(place, shown)
    _answers(place, shown)
    _samples(record)
    show_writing(place)
    with st.expander("Settings", key="train_settings"):
        st.caption(as_written(shown.record.caption))


def _cure(place: runs.Place, record: RunRecord) -> None:
    """One button that repeats an exploded run with what would have prevented it, and draws it beside its repeat."""
    cure = cure_of(record.progress.halt)
    if cure and st.button(f"Repeat it with {cure.change}", type="primary", key="train_cure", help=cure.outcome):
        changed = cured(place.settings, cure)
        st.session_state[BESIDE_NEXT] = [place.name]
        start(f"{place.label}, repeated with {cure.change}", {f"{place.label}, cured": changed})


def _tools(job: Opened, place: runs.Place, record: RunRecord, shown: Shown) -> tuple[str, ...]:
    """Where the run may go, and how it is looked at: the panels over all updates, none where it is one by one."""
    with st.container(horizontal=True, vertical_alignment="center", key="train_tools"):
        _cure(place, record)
        replayed = can_replay(shown.record) and _view() == ONE
        panels = () if replayed else _panels(record, shown)
        update = choose_weights(place, record)
        told = "With these weights, on the main page."
        if st.button("Show this network's gradient flow", key="train_open", help=told):
            open_network(place, update)
        if st.button("Export", type="tertiary", key="train_export"):
            st.session_state[EXPORTING] = place.name
            st.rerun()
        if st.session_state.get(EXPORTING) == place.name:
            offers = [*exportables_of(shown), *write.exportables(place), *together.exportables(job)]
            save_dialog(offers, place.name, f"{headline_text(record)} {details(record)}")
    return panels


def _view() -> str:
    how = {"default": ALL, "required": True, "label_visibility": "collapsed", "key": "train_view"}
    return st.segmented_control("Look at", [ALL, ONE], **how) or ALL


def _panels(record: RunRecord, shown: Shown) -> tuple[str, ...]:
    """Panels that are drawn over all updates; of accuracy and perplexity the one that the task is told by."""
    fitting = panels_fitting(shown.record)
    less = "accuracy" if is_language(record) else "perplexity"
    usual = [name for name in fitting if name in BEGIN_WITH and name != less]
    titles = {"format_func": PANEL_TITLES.get, "label_visibility": "collapsed", "key": "train_panels"}
    with st.popover("Panels", width="content"):
        chosen = st.pills("Panels", fitting, selection_mode="multi", default=usual, **titles)
    return tuple(name for name in fitting if name in chosen) or tuple(usual)


def _answers(place: runs.Place, shown: Shown) -> None:
    """Show which answers the network gives for which, once it has been asked on the test data."""
    if shown.answers is not None:
        with st.expander("Answers on the test data", key="train_answers"):
            st.markdown(as_written(finding(shown.answers)))
            if caution := getattr(place.settings.task_class, "caution", ""):
                st.caption(caution)
            show_chart(*answers_body_of(shown, theme()), key="chart answers")


def _samples(record: RunRecord) -> None:
    """Show what the network wrote at milestones, the newest first."""
    if record.progress.samples:
        st.markdown("**What it wrote**")
        rows = [f"| {update:,} | {_cell(text)} |" for update, text in reversed(record.progress.samples)]
        st.markdown("| after update | |\n|--:|:--|\n" + "\n".join(rows))


def _cell(text: str) -> str:
    return as_written(" ".join(text.split())) or "(nothing)"
