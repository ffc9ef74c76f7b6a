"""The lab on the command line: python backflow.py lab run RECIPE, list, show RUN, export RUN, …

    run RECIPE [--set key=value …]      start the runs of a recipe, or one of a task, and follow
               [--seeds 0,1,2] [--lecture] [--only LABEL]
    list                                all jobs of the lab
    show RUN                            how it stands, what it measured, what it claims
    export RUN [--to FOLDER]            CSV, safetensors that nn.* load, an HTML report
    stop RUN, resume RUN, delete RUN    with all that belongs to it
    step RUN                            one more update of a run that is paused
    write RUN [--prompt TEXT]           what its network writes; to a length, where a first network predicts it
              [--count 5] [--set temperature=0.5 …]
    recipes                             what there is

RUN is the first digits of a job's id, or job.number for one of its runs. --set takes any field of LabSettings, or a
knob of the cell or of the task; --set text=@FILE reads a text of your own.
"""

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jobs
from cells.knobs import BadValue, fields_of, shown
from cells.registry import CELLS
from cells.words import number, steps

from . import runs
from .follow import follow
from .recipes import RECIPES
from .settings import LabSettings
from .tasks import TASKS
from .texts import read_text


def main(words: Sequence[str]) -> int:
    """Carry out one command; what is wrong is told in one sentence, with exit code 2."""
    parser = _parser()
    options = parser.parse_args(words)
    try:
        return COMMANDS[options.command](options)
    except (BadValue, jobs.JobError) as error:
        print(f"{error}.", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "backflow.py lab", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    run = commands.add_parser("run", help="start the runs of a recipe, or one of a task")
    run.add_argument("name", metavar="RECIPE", help=f"one of {', '.join(RECIPES)}; or a task: {', '.join(TASKS)}")
    run.add_argument("--set", action="append", default=[], metavar="key=value", help="change a field in all its runs")
    run.add_argument("--seeds", default="0", help="seeds, such as 0,1,2 (default: 0)")
    run.add_argument("--lecture", action="store_true", help="the short version, about 30 seconds")
    run.add_argument("--only", action="append", default=[], metavar="LABEL", help="only this run of the recipe")
    run.add_argument("--workers", type=int, help="processes (default: one a core)")
    run.add_argument("--leave", action="store_true", help="do not follow it")
    for name in ("show", "export", "stop", "resume", "step", "write", "delete"):
        other = commands.add_parser(name)
        other.add_argument("run", metavar="RUN")
        if name == "export":
            other.add_argument("--to", default="runs", metavar="FOLDER", help="where to (default: runs)")
        if name == "write":
            _add_manner(other)
    commands.add_parser("list")
    commands.add_parser("recipes")
    return parser


def _add_manner(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prompt", default="", metavar="TEXT", help="what each text begins with")
    parser.add_argument("--count", type=int, default=5, help="how many texts (default: 5)")
    parser.add_argument("--set", action="append", default=[], metavar="key=value", help="temperature, top_k, beam, …")


def run(options: argparse.Namespace) -> int:
    """Start, and follow until all runs have ended."""
    chosen = chosen_runs(options)
    recipe = options.name if options.name in RECIPES else ""
    title = RECIPES[options.name].title if recipe else TASKS[options.name].label
    job_id = runs.start(runs.job_of(title, chosen, recipe), workers=options.workers)
    print(f"Job {job_id[:8]}: {title}, {len(chosen)} run{'s' * (len(chosen) > 1)}.")
    if options.leave:
        return 0
    return follow(job_id)


def chosen_runs(options: argparse.Namespace) -> dict[str, LabSettings]:
    """Return the runs that the words ask for, one for each label and seed."""
    seeds = _seeds(options.seeds)
    found: dict[str, LabSettings] = {}
    for seed in seeds:
        for label, settings in _one_seed(options, seed).items():
            name = f"{label}, seed {seed}" if len(seeds) > 1 else label
            found[name] = settings.replace(**changes_of(settings, options.set))
    unknown = [label for label in options.only if not any(name.split(", seed ")[0] == label for name in found)]
    if unknown:
        known = "; ".join(sorted({name.split(", seed ")[0] for name in found}))
        raise BadValue(f"only = {unknown[0]!r} is none of the runs {known}", "only")
    return {n: s for n, s in found.items() if not options.only or n.split(", seed ")[0] in options.only}


def _one_seed(options: argparse.Namespace, seed: int) -> dict[str, LabSettings]:
    if options.name in RECIPES:
        return RECIPES[options.name].settings(seed, options.lecture)
    if options.name in TASKS:
        return {options.name: LabSettings(task=options.name, seed=seed, **USUAL.get(options.name, {}))}
    raise BadValue(
        f"recipe = {options.name!r} is none of {', '.join(RECIPES)}, nor a task ({', '.join(TASKS)})", "recipe"
    )


MOST_TEXTS = 1000
USUAL: dict[str, dict[str, Any]] = {  # what a task needs to begin with
    "names": {"length": 16, "batch": 16},
    "name_length": {"length": 16, "batch": 16},
    "surnames": {"length": 40},
    "copy_memory": {"length": 20},
    "characters": {"length": 30, "batch": 32},
    "words": {"length": 20, "batch": 20, "embedding": 100},
}


def _seeds(text: str) -> list[int]:
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        raise BadValue(f"seeds = {shown(text)} is no list of whole numbers such as 0,1,2", "seeds") from None


def changes_of(settings: LabSettings, words: Sequence[str]) -> dict[str, Any]:
    """--set words as values of their fields' types; BadValue names a word that is none."""
    changes = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise BadValue(f"set = {word!r} is not of the form key=value", "set")
        changes[name] = _value(settings, name, text, changes)
    return changes


def _value(settings: LabSettings, name: str, text: str, before: Mapping[str, Any]) -> Any:
    if name == "text":
        return read_text(text[1:]) if text.startswith("@") else text
    cell, task = (before.get(key, getattr(settings, key)) for key in ("cell", "task"))
    kinds = [LabSettings, *(kind.Options for kind in (CELLS.get(cell), TASKS.get(task)) if kind)]
    found = next((f for kind in kinds for f in fields_of(kind) if f.name == name), None)
    if found is None:
        raise BadValue(f"set: {name} is no field of LabSettings, nor a knob of {cell} or {task}", name)
    return _read(found.default, name, text)


def _read(present: Any, name: str, text: str) -> Any:
    """Return text as a value of the kind that stands there now."""
    if isinstance(present, bool):
        if text.lower() not in SWITCHES:
            raise BadValue(f"{name} = {text!r} is neither true nor false", name)
        return SWITCHES[text.lower()]
    if isinstance(present, (int, float)):
        try:
            return float(text) if isinstance(present, float) or "e" in text or "." in text else int(text)
        except ValueError:
            raise BadValue(f"{name} = {text!r} is no number", name) from None
    return text


SWITCHES = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def show_list(_: argparse.Namespace) -> int:
    """Return all jobs of the lab, the newest first."""
    found = runs.all_jobs(runs.store()) if runs.is_any() else []
    for now in found:
        print(f"{now.id[:8]}  {now.state:<11}  {now.done} of {now.total} runs  {now.progress:>4.0%}  {now.name}")
    if not found:
        print("No run yet: python backflow.py lab run RECIPE; python backflow.py lab recipes lists them.")
    return 0


def show(options: argparse.Namespace) -> int:
    """Return how a job stands, each of its runs, and, once all have ended, what the recipe claims of them."""
    here = runs.store()
    places = runs.find(here, options.run)
    now = jobs.status(here, places[0].job)
    print(f"{now.id[:8]}  {now.name}\n{now.message.replace(' tiles', ' runs')}")
    for place in places:
        print(f"\n{place.name}  {place.label}\n  {in_words(runs.record_of(here, place))}")
    _show_claims(here, places, now)
    return 0


def in_words(record: Any) -> str:
    """Return a run in a line or two."""
    if record is None or not record.progress.update:
        return "not begun"
    last = {name: column[-1] for name, column in record.history.items() if len(column)}
    told = f"update {record.progress.update} of {record.settings.updates}, loss {number(last['loss'])}"
    if math.isfinite(last["half_life"]):
        told += f", half-life of the gradient {steps(last['half_life'])}"
    if record.progress.reason:
        measured = ", ".join(f"{name} {number(value)}" for name, value in record.progress.metrics.items())
        told += f"; ended by {record.progress.reason}; on the test data: {measured}"
    if record.progress.halt:
        told += f"\n  {record.progress.halt.sentence}"
    return told + (f"\n  wrote: {record.progress.samples[-1][1]}" if record.progress.samples else "")


def _show_claims(here: jobs.Store, places: Sequence[runs.Place], now: jobs.JobStatus) -> None:
    recipe = runs.recipe_of(here, now.id)
    if now.state != "done" or recipe not in RECIPES:
        return
    from .verdicts import claims_of  # loads PyTorch

    for seed, claims in claims_of(here, RECIPES[recipe], places):
        print(f"\nSeed {seed}")
        for claim in claims:
            print(f"  {'holds' if claim.holds else 'FAILS'}  {claim.says}: {claim.measured:.4g}")


def export(options: argparse.Namespace) -> int:
    """Write the files, and say where."""
    from .export import export_runs  # loads PyTorch

    here = runs.store()
    print(f"Written: {export_runs(here, runs.find(here, options.run), options.to)}")
    return 0


def stop(options: argparse.Namespace) -> int:
    """Stop a job; each of its runs keeps a checkpoint."""
    here = runs.store()
    job_id = runs.find(here, options.run)[0].job
    jobs.stop(here, job_id)
    print(f"Stopping {job_id[:8]}; python backflow.py lab resume {job_id[:8]} goes on.")
    return 0


def resume(options: argparse.Namespace) -> int:
    """Go on from the last checkpoints, and follow."""
    here = runs.store()
    job_id = runs.find(here, options.run)[0].job
    jobs.resume(here, job_id)
    return follow(job_id)


def step(options: argparse.Namespace) -> int:
    """Do one more update of each run that is named, and say where it is."""
    from .stepping import step_here

    here = runs.store()
    for place in runs.find(here, options.run):
        print(step_here(here, place))
    return 0


def write(options: argparse.Namespace) -> int:
    """Print what a run's network writes, one text a line."""
    from .sampling import Manner  # loads PyTorch
    from .written import texts_of

    if not 1 <= options.count <= MOST_TEXTS:
        raise BadValue(f"count = {options.count} is outside [1, {MOST_TEXTS}]", "count")
    here = runs.store()
    manner = Manner(**_knobs_from(Manner, options.set))
    print(*texts_of(here, runs.find(here, options.run), options.count, options.prompt, manner), sep="\n")
    return 0


def _knobs_from(kind: type, words: Sequence[str]) -> dict[str, Any]:
    """Return --set words as values of a record's knobs; BadValue names a word that is none."""
    known, found = {field.name: field.default for field in fields_of(kind)}, {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or name not in known:
            raise BadValue(f"set = {word!r} is not key=value with a key of {', '.join(known)}", "set")
        found[name] = _read(known[name], name, text)
    return found


def delete(options: argparse.Namespace) -> int:
    """Remove a job with its runs; JobError while it runs."""
    here = runs.store()
    job_id = runs.find(here, options.run)[0].job
    jobs.delete(here, job_id)
    print(f"Deleted {job_id[:8]}.")
    return 0


def show_recipes(_: argparse.Namespace) -> int:
    """Return name, title and what it shows."""
    for recipe in RECIPES.values():
        print(f"{recipe.name:<12} {recipe.title} ({len(recipe.runs)} runs)\n{'':<12} {recipe.shows}")
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": run,
    "list": show_list,
    "show": show,
    "export": export,
    "stop": stop,
    "resume": resume,
    "step": step,
    "write": write,
    "delete": delete,
    "recipes": show_recipes,
}
