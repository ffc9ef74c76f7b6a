"""A job of the lab on the page: how it stands, its runs as they learn, and where one may go from there."""

from functools import partial

import streamlit as st

import jobs
from cells.knobs import BadValue
from cells.words import number
from lab import runs
from lab.cured import cure_of, cured
from lab.record import RunRecord
from lab.stepping import step
from ui.chart import show_chart
from ui.flow.verdict_header import band
from ui.frame import theme
from ui.rich_text import as_written
from ui.server.render_lock import RENDER_LOCK
from ui.shell.notices import show_sentence
from viz.training import PANEL_TITLES, can_replay, panels_fitting
from viz.training.confusion import finding
from viz.words import spelled

from .choice import FAULT, start
from .open_network import open_network
from .replay import choose_weights, show_replay
from .save import EXPORTING, save_dialog
from .stored import Opened, Shown, answers_body_of, body_of, exportables_of, fault_of, open_job, record_of, shown_of
from .together import show_together
from .words import details, headline, headline_text
from .write import show_writing

POLL = 1.0  # seconds between two looks at a run under way
BEGIN_WITH = ("loss", "accuracy", "perplexity", "flow_h", "gradient", "half_life")
BAR = 380  # px
BESIDE = 5  # runs that are drawn beside one
ALL, ONE = "All updates", "Update by update"
FEW = 8  # runs that stand side by side


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
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_runs"):
        place = _chosen(job)
        beside = _beside([other for other in job.places if other is not place])
    with top:
        st.html(f'<h4 class="bf-title">{spelled(job.status.name)}</h4>', width="content")
        _status(job.status, place)
    if fault := fault_of(place, job.status):
        st.info(as_written(f"{fault.rstrip('.')}."))
    elif (record := record_of(place)) is not None:
        _run(place, record, beside)
    show_together(job)


def _status(now: jobs.JobStatus, place: runs.Place) -> None:
    """How far it is, and what can be done about it."""
    if now.alive:
        left = f", about {number(now.eta)} s left" if now.eta else ""
        told = f"{now.state.capitalize()}: {now.done} of {now.total} runs are done{left}"
        st.progress(min(1.0, now.progress), text=told, width=BAR)
        if now.state != "stopping":
            _button("Pause", "train_pause", partial(jobs.stop, runs.store(), now.id))
    elif now.state != "done":
        st.markdown(as_written(_why(now)), width="content")
        _button("Go on", "train_go_on", partial(jobs.resume, runs.store(), now.id))
        _button("Step once", "train_step", partial(_step, place))


def _why(now: jobs.JobStatus) -> str:
    """Return why nothing is at work, as a sentence; a pause that was asked for needs no reason."""
    if now.message.startswith("Stopped: "):
        return f"Paused: {now.done} of {now.total} runs {'has' if now.done == 1 else 'have'} ended."
    return now.message


def _step(place: runs.Place) -> None:
    """Do one more update of the run that is shown; it takes a process two seconds to start."""
    RENDER_LOCK.step_aside()
    with st.spinner("One more update …"):
        step(place)


def _button(label: str, key: str, act) -> None:
    """A button; why it could not do its work is told when the page is drawn again."""
    if st.button(label, key=key):
        try:
            act()
        except jobs.JobError as error:
            st.session_state[FAULT] = str(error)
        st.rerun()


def _chosen(job: Opened) -> runs.Place:
    """The run that is shown, the first one to begin with."""
    if len(job.places) == 1:
        return job.places[0]
    by_tile = {place.tile: place for place in job.places}
    names = {"format_func": lambda tile: by_tile[tile].label, "key": f"train_place {job.status.id[:8]}"}
    if len(by_tile) > FEW:
        tile = st.selectbox("Run", list(by_tile), **names)
    else:
        tile = st.segmented_control("Run", list(by_tile), default=0, required=True, **names)
    return by_tile[tile or 0]


def _run(place: runs.Place, record: RunRecord, beside: list[runs.Place]) -> None:
    if not record.progress.update:
        st.html(
            band(headline(record) if record.progress.halt else "Before the first update.", spelled(details(record)))
        )
        _cure(place, record)
        return
    shown = shown_of(place, record, beside)
    said = st.container()
    _cure(place, record)
    panels = _tools(place, record, shown)
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
    """One button that repeats an exploded run with what would have prevented it."""
    cure = cure_of(record.progress.halt)
    if cure and st.button(f"Repeat it with {cure.change}", type="primary", key="train_cure", help=cure.outcome):
        changed = cured(place.settings, cure)
        label = f"{place.label}, cured"
        start(f"{place.label} with {cure.change}", {label: changed})


def _beside(others: list[runs.Place]) -> list[runs.Place]:
    """Up to five other runs of the job, to be drawn beside the one that is shown."""
    if not others:
        return []
    by_tile = {place.tile: place for place in others}
    how = {
        "format_func": lambda tile: by_tile[tile].label,
        "placeholder": "other runs",
        "key": "train_beside",
        "width": BAR,
    }
    chosen = st.multiselect("Compare with", list(by_tile), max_selections=BESIDE, **how)
    return [by_tile[tile] for tile in chosen]


def _tools(place: runs.Place, record: RunRecord, shown: Shown) -> tuple[str, ...]:
    """Where the run may go, and how it is looked at: the panels over all updates, none where it is one by one."""
    with st.container(horizontal=True, vertical_alignment="center", key="train_tools"):
        replayed = can_replay(shown.record) and _view() == ONE
        update = choose_weights(place, record)
        if st.button(
            "Show this network's gradient flow", key="train_open", help="With these weights, on the main page."
        ):
            open_network(place, update)
        if st.button("Export", type="tertiary", key="train_export"):
            st.session_state[EXPORTING] = place.name
            st.rerun()
        if st.session_state.get(EXPORTING) == place.name:
            save_dialog(exportables_of(shown), place.name, f"{headline_text(record)} {details(record)}")
    return () if replayed else _panels(shown)


def _view() -> str:
    how = {"default": ALL, "required": True, "label_visibility": "collapsed", "key": "train_view"}
    return st.segmented_control("Look at", [ALL, ONE], **how) or ALL


def _panels(shown: Shown) -> tuple[str, ...]:
    """Panels that are drawn over all updates."""
    fitting = panels_fitting(shown.record)
    usual = [name for name in fitting if name in BEGIN_WITH]
    titles = {"format_func": PANEL_TITLES.get, "label_visibility": "collapsed", "key": "train_panels"}
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
