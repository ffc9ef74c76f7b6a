"""Writing with a network that has learned to: a prompt, how the next letter is chosen, and each letter's gradient."""

from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import numpy as np
import streamlit as st

import jobs
import viz
from cells.knobs import BadValue, knobs_of
from cells.words import number, percent
from lab import runs
from lab.manner import Manner
from lab.writing.process import write_with
from lab.writing.record import Writing
from ui.chart import show_chart
from ui.compute import BODIES, chart_body
from ui.export.exportables import Exportable
from ui.frame import theme
from ui.rich_text import as_written
from ui.server.render_lock import RENDER_LOCK
from viz.flow_figure import Drawn
from viz.training import WRITING, WritingRecord

from .stored import caption_of

WRITTEN = "train_written"  # the run, and what it wrote
PROMPT, LENGTH, LONGEST = 20, 30, 60  # letters
APPLIES = {  # a knob of Manner -> whether it changes anything
    "temperature": lambda v: not v["greedy"] and not v["beam"],
    "greedy": lambda v: not v["beam"],
    "top_k": lambda v: not v["greedy"] and not v["beam"],
    "length_penalty": lambda v: v["beam"] > 0,
    "seed": lambda v: not v["greedy"] and not v["beam"],
}
ORDER = ("beam", "greedy", "temperature", "top_k", "length_penalty", "length", "seed")


def show_writing(place: runs.Place) -> None:
    """Offer to write where the task is a language; show what was written, letter by letter."""
    if not place.settings.task_class.writes:
        return
    with st.expander("Write with this network", key="train_write"):
        prompt, manner = _controls()
        if st.button("Write", type="primary", key="train_write_now"):
            _write(place, prompt, manner)
        name, told = st.session_state.get(WRITTEN) or ("", "")
        if name == place.name:
            _show_written(place, told)


def _show_written(place: runs.Place, told: Any) -> None:
    """Show the letters, or the sentence that says why there are none."""
    if isinstance(told, str):
        st.error(as_written(f"{told.rstrip('.')}."), icon=":material/error:")
    else:
        _show(place, *told)


def _controls() -> tuple[str, Manner]:
    """The prompt, and the knobs that apply."""
    values: dict[str, Any] = {"greedy": False, "beam": 0}
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_manner"):
        prompt = st.text_input("Prompt", max_chars=PROMPT, key="train_prompt", width=220)
        for name in ORDER:
            if name not in APPLIES or APPLIES[name](values):
                values[name] = _widget(name)
    return prompt or "", Manner(**values)


def _widget(name: str) -> Any:
    field = knobs_of(Manner)[name]
    knob = field.metadata["knob"]
    usual: Any = LENGTH if name == "length" else field.default
    how: dict[str, Any] = {"key": f"manner {name}", "help": knob.help or None}
    if isinstance(usual, bool):
        return st.toggle(knob.label, usual, **how)
    kind: Any = type(usual)
    high = LONGEST if name == "length" else kind(knob.high)
    step: dict[str, Any] = {"step": 1} if kind is int else {"step": 0.1, "format": "%g"}
    return st.number_input(knob.label, kind(knob.low), high, usual, width=150, **step, **how)


def _write(place: runs.Place, prompt: str, manner: Manner) -> None:
    """Let the network write as its last checkpoint has it; what stands in the way is kept as a sentence."""
    payload = runs.payload_of(runs.store(), place)
    RENDER_LOCK.step_aside()
    try:
        if payload is None:
            raise jobs.JobError(f"the run {place.name} has no checkpoint, so there is no network to write with")
        with st.spinner("A process loads the network and writes …"):
            told: Any = (write_with(payload, prompt, manner), manner)
    except (BadValue, jobs.JobError) as error:
        told = str(error)
    st.session_state[WRITTEN] = (place.name, told)


def _show(place: runs.Place, written: Writing, manner: Manner) -> None:
    st.html(_coloured(written, _between(place)))
    st.caption("The fainter a letter's ground, the more the network expected it; a pointer tells its probability.")
    if len(written.letters) > 1:
        record = _record(place, written, manner)
        key = (WRITING, place.name, written.letters, written.log_p, theme())
        show_chart(BODIES.of(key, lambda: _body(record, theme()))[0], "content", "chart writing")
    if len(written.found) > 1:
        rows = [f"| {as_written(one.text)} | {number(one.log_p)} | {number(one.score)} |" for one in written.found]
        st.markdown("| found by the beam | log p | log p / length^α |\n|:--|--:|--:|\n" + "\n".join(rows))


def _drawn(record: WritingRecord, mode: str) -> Drawn:
    return viz.FIGURES[WRITING].draw(record, viz.View(theme=mode), ())


def exportables(place: runs.Place) -> list[Exportable]:
    """Return the figure of what the reader let this network write, if it has more than a letter."""
    name, told = st.session_state.get(WRITTEN) or ("", "")
    if name != place.name or isinstance(told, str) or len(told[0].letters) < 2:
        return []
    record = _record(place, *told)
    return [Exportable(WRITING, viz.FIGURES[WRITING].title, partial(_drawn, record))]


def _body(record: WritingRecord, mode: str) -> tuple[bytes, int]:
    RENDER_LOCK.slow_down()
    drawn = _drawn(record, mode)
    return chart_body(drawn.figure, drawn), drawn.figure["layout"]["height"]


def _record(place: runs.Place, written: Writing, manner: Manner) -> WritingRecord:
    caption = f"{caption_of(place.settings)} · Written with {_in_words(vars(manner))}"
    return WritingRecord(
        written.letters, written.given, np.array(written.log_p), written.likeliest, written.flow, place.label,
        caption, _between(place),
    )  # fmt: skip


def _between(place: runs.Place) -> str:
    """Return what stands between two letters, or words, as they are written."""
    return getattr(place.settings.task_class, "between", "")


def _in_words(values: Mapping[str, Any]) -> str:
    known = knobs_of(Manner)
    return ", ".join(f"{known[name].metadata['knob'].label}: {value}" for name, value in values.items())


def _coloured(written: Writing, between: str) -> str:
    """The text as HTML, each letter on a ground that tells how little it was expected."""
    spans = [_span(written, s) for s in range(len(written.letters))]
    return f'<p class="bf-written">{escape(between).join(spans)}</p>'


def _span(written: Writing, s: int) -> str:
    chance = float(np.exp(written.log_p[s]))
    given = "given by the prompt, " if s < written.given else ""
    likeliest = ", ".join(f"{letter} {percent(p)}" for letter, p in written.likeliest[s])
    told = escape(f"{given}{percent(chance)}; likeliest here: {likeliest}", quote=True)
    kind = ' class="bf-given"' if s < written.given else ""
    ground = f'style="--surprise: {100 * (1 - chance):.0f}%"'
    return f'<span{kind} {ground} title="{told}">{escape(written.letters[s])}</span>'
