"""Choices of what is to be trained: a recipe as it stands, or a run of one's own from the knobs that apply to it."""

from collections.abc import Callable, Mapping
from dataclasses import Field
from typing import Any

import streamlit as st

import jobs
from cells.knobs import BadValue, knobs_of
from cells.registry import CELLS
from lab import runs
from lab.recipes import RECIPES
from lab.settings import LabSettings
from lab.tasks import TASKS
from lab.usual import USUAL
from ui.rich_text import as_written
from ui.shell.notices import show_sentence

from .grid import choose_grid

OWN = "own"
FAULT = "train fault"
GROUPS = {
    "task": "Task",
    "network": "Network",
    "cell": "The cell's own",
    "initialisation": "Start",
    "optimiser": "Optimiser",
    "clipping": "Clipping",
    "training": "Training",
}
COLUMNS = (("task", "training"), ("network", "cell", "clipping"), ("initialisation",), ("optimiser",))
LEFT_OUT = ("patience", "evaluate_every", "engine", "target", "precision", "smoothing", "dropout_ends")
SHORT, FULL = "Short", "Full"
Values = Mapping[str, Any]
APPLIES: dict[str, Callable[[Values], bool]] = {  # a knob -> whether it changes anything
    "momentum": lambda v: v["optimiser"] in ("sgd", "rmsprop"),
    "rate_factor": lambda v: v["schedule"] in ("step", "epochs", "exponential"),
    "rate_every": lambda v: v["schedule"] in ("step", "exponential"),
    "rate_epoch": lambda v: v["schedule"] == "epochs",
    "embedding": lambda v: TASKS[v["task"]].symbols,
    "carry": lambda v: TASKS[v["task"]].stream,
    "dropout": lambda v: v["layers"] > 1,
    "weight_scale": lambda v: not v["start"],
    "input_scale": lambda v: not v["start"],
    "init": lambda v: not v["start"],
}


def choose(is_open: bool) -> None:
    """The choice, and a button that starts it; its fault as one sentence. Out of the way while a run is open."""
    with st.expander("Train another network", key="train_new") if is_open else st.container():
        _choose()


def _choose() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="train_choice"):
        names = [*RECIPES, OWN]
        st.selectbox("What to train", names, format_func=_title, key="train_recipe", width=380)
        recipe = st.session_state.get("train_recipe") or names[0]
        if recipe != OWN:
            st.segmented_control("Version", [SHORT, FULL], default=SHORT, required=True, key="train_version")
        st.number_input("Seed", 0, 2**32 - 1, 0, key="train_seed", width=130)
        pressed = st.button("Start", type="primary", key="train_start")
    chosen = _own() if recipe == OWN else _of_recipe(recipe)
    if pressed and chosen:
        start(_job_title(recipe, chosen), chosen, "" if recipe == OWN else recipe)


def _title(name: str) -> str:
    return "A run of your own" if name == OWN else RECIPES[name].title


def _job_title(recipe: str, chosen: Mapping[str, LabSettings]) -> str:
    """Return what the job is called; a grid after its task."""
    task = next(iter(chosen.values())).task_class.label
    return f"Grid: {task}" if recipe == OWN and len(chosen) > 1 else _title(recipe)


def _seed() -> int:
    return int(st.session_state.get("train_seed") or 0)


def _of_recipe(name: str) -> dict[str, LabSettings]:
    recipe, short = RECIPES[name], st.session_state.get("train_version") != FULL
    chosen = recipe.settings(_seed(), lecture=short)
    count = "1 run" if len(chosen) == 1 else f"{len(chosen)} runs"
    st.caption(as_written(f"{recipe.shows} {count}: {', '.join(chosen)}."))
    return chosen


def _own() -> dict[str, LabSettings]:
    """The knobs that apply, by group, and above them the grid; nothing where the values do not go together."""
    values: dict[str, Any] = {}
    with st.container(border=True, key="train_own"):
        above = st.container()
        for column, groups in zip(st.columns(len(COLUMNS)), COLUMNS, strict=True):
            with column:
                for group in groups:
                    _group(group, values)
        with above:
            try:
                return choose_grid(LabSettings().replace(**values, seed=_seed()))
            except BadValue as error:
                show_sentence(f"{error}.")
                return {}


def _group(group: str, values: dict[str, Any]) -> None:
    """The knobs of a group; those read before decide which ones follow."""
    found = _fields(group, values)
    if found:
        st.markdown(f"**{GROUPS[group]}**")
    for name, field in found.items():
        if name not in APPLIES or APPLIES[name](values | _ahead(values)):
            values[name] = _widget(name, field, values)


def _ahead(values: Values) -> dict[str, Any]:
    """Return what a knob is asked about before its group is drawn."""
    known = knobs_of(LabSettings)
    return {name: st.session_state.get(f"lab {name}", known[name].default) for name in ("start", "layers")} | dict(
        values
    )


def _fields(group: str, values: Values) -> Mapping[str, Field]:
    if group == "cell":
        return knobs_of(CELLS[values["cell"]].Options)
    found = {n: f for n, f in knobs_of(LabSettings).items() if f.metadata["knob"].group == group and n not in LEFT_OUT}
    found.pop("seed", None)
    if group == "task":
        task = st.session_state.get("lab task") or "palindrome"
        found |= dict(knobs_of(TASKS[task].Options))
    return found


def _widget(name: str, field: Field, values: Values) -> Any:
    knob, key = field.metadata["knob"], f"lab {name}"
    usual: Any = USUAL.get(values.get("task", ""), {}).get(name, field.default)
    help_text = knob.help or None
    if isinstance(field.default, bool):
        return st.toggle(knob.label, usual, key=key, help=help_text)
    if isinstance(field.default, str):
        choices = dict(knob.choices)
        place = list(choices).index(usual)
        return st.selectbox(
            knob.label, list(choices), place, format_func=lambda one: choices[one], key=key, help=help_text
        )
    kind: Any = type(usual)
    high = kind(knob.high if knob.page_high is None else knob.page_high)
    number: dict[str, Any] = {"step": 1} if kind is int else {"step": None, "format": "%g"}
    key = f"{key} {values.get('task', '')}" if name in ("length", "batch", "embedding") else key
    return st.number_input(knob.label, kind(knob.low), high, kind(usual), key=key, help=help_text, **number)


def start(title: str, chosen: Mapping[str, LabSettings], recipe: str = "") -> None:
    """Begin the runs and open them; what stands in the way is told when the page is drawn again."""
    try:
        job_id = runs.start(runs.job_of(title, chosen, recipe))
        st.session_state["train_run"] = job_id[:8]
    except (BadValue, jobs.JobError) as error:
        st.session_state[FAULT] = str(error)
    st.rerun()
