"""The lab on the command line: python backflow.py lab run RECIPE, list, show RUN, export RUN, …

    run RECIPE [--set key=value …]      start the runs of a recipe, or one of a task, and follow
               [--seeds 0,1,2] [--lecture] [--only LABEL]
    list                                all jobs of the lab
    show RUN                            how it stands, what it measured, what it claims
    export RUN [--to FOLDER]            CSV, safetensors that nn.* load, an HTML report
    stop RUN, resume RUN, delete RUN    with all that belongs to it
    step RUN, end RUN                   one more update of a run that is paused; its end where it is, measured
    write RUN [--prompt TEXT]           what its network writes; to a length, where a first network predicts it
              [--count 5] [--set temperature=0.5 …]
    recipes                             what there is

RUN is the first digits of a job's id, or job.number for one of its runs. --set takes any field of LabSettings, or a
knob of the cell or of the task; --set text=@FILE reads a text of your own.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

import jobs
from cells.knobs import BadValue

from . import runs, told
from .assignments import changes_of, knobs_from
from .follow import follow
from .grid import whole_numbers
from .recipes import RECIPES
from .settings import LabSettings
from .tasks import TASKS
from .usual import USUAL

MOST_TEXTS = 1000


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
    for name in ("show", "export", "stop", "resume", "step", "end", "write", "delete"):
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
    seeds = whole_numbers(options.seeds, "seeds")
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


def show_list(_: argparse.Namespace) -> int:
    """Print all jobs of the lab, the newest first."""
    print(told.listed(runs.all_jobs(runs.store()) if runs.is_any() else []))
    return 0


def show(options: argparse.Namespace) -> int:
    """Print how a job stands, each of its runs, and, once all have ended, what the recipe claims of them."""
    here = runs.store()
    print(*told.job_in_words(here, runs.find(here, options.run)), sep="\n")
    return 0


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
    runs.go_on(here, job_id)
    return follow(job_id)


def step(options: argparse.Namespace) -> int:
    """Do one more update of each run that is named, and say where it is."""
    from .stepping import step_here

    here = runs.store()
    for place in runs.find(here, options.run):
        print(step_here(here, place))
    return 0


def end(options: argparse.Namespace) -> int:
    """End each run that is named where it is, and say so."""
    from .stepping import end_here

    here = runs.store()
    for place in runs.find(here, options.run):
        print(end_here(here, place))
    return 0


def write(options: argparse.Namespace) -> int:
    """Print what a run's network writes, one text a line."""
    from .sampling import Manner  # loads PyTorch
    from .written import texts_of

    if not 1 <= options.count <= MOST_TEXTS:
        raise BadValue(f"count = {options.count} is outside [1, {MOST_TEXTS}]", "count")
    here = runs.store()
    manner = Manner(**knobs_from(Manner, options.set))
    print(*texts_of(here, runs.find(here, options.run), options.count, options.prompt, manner), sep="\n")
    return 0


def delete(options: argparse.Namespace) -> int:
    """Remove a job with its runs; JobError while it runs."""
    here = runs.store()
    job_id = runs.find(here, options.run)[0].job
    jobs.delete(here, job_id)
    print(f"Deleted {job_id[:8]}.")
    return 0


def show_recipes(_: argparse.Namespace) -> int:
    """Print name, title and what it shows of each recipe."""
    print(told.recipes_in_words())
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": run,
    "list": show_list,
    "show": show,
    "export": export,
    "stop": stop,
    "resume": resume,
    "step": step,
    "end": end,
    "write": write,
    "delete": delete,
    "recipes": show_recipes,
}
