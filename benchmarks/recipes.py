"""The lab's recipes, run and judged: `python backflow.py bench recipes [--seeds 0,1,2] [NAME …]` makes docs/recipes.md.

One run after the other, on one thread. What was measured before stays in recipes.jsonl; a seed that is run again
takes the place of what was there.
"""

import argparse
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from lab import RECIPES
from lab.outcome import train
from lab.recipes import Recipe

from .report import conditions, table

KEPT = Path(__file__).with_name("recipes.jsonl")
PAGE = Path(__file__).parents[1] / "docs" / "recipes.md"
HEAD = """# Recipes of the training lab

`python backflow.py lab run NAME --seeds 0,1,2` runs one, `--lecture` its short version of about 30 seconds, and
`python backflow.py lab show RUN` judges it. This page is made by `python backflow.py bench recipes`.

Each row is a claim with its bound; the columns are what was measured at each seed, with ✗ where it does not hold.
Seconds are the processor's own, on one thread; other work shared the machine's caches (load averages of 5 to 35 on two
cores), so that they are upper bounds.
"""


def main() -> None:
    """Run what the words name, keep the results, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--page", action="store_true", help="only write the page from what was measured before")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RECIPES)}; all without any")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in () if options.page else options.names or RECIPES:
        for seed in map(int, options.seeds.split(",")):
            keep(measure(RECIPES[name], seed))
    PAGE.write_text(page(kept()), encoding="utf-8")


def measure(recipe: Recipe, seed: int) -> dict[str, Any]:
    """Return all runs of a recipe at one seed, and what is claimed of them."""
    runs, seconds = {}, {}
    for label, settings in recipe.settings(seed).items():
        start = time.process_time()
        runs[label] = train(settings)
        seconds[label] = [round(time.process_time() - start, 1), len(runs[label].history["loss"])]
        print(f"{recipe.name}, seed {seed}, {label}: {seconds[label][0]} s, {runs[label].metrics}", flush=True)
    claims = [[claim.says, claim.measured, claim.holds] for claim in recipe.judge(runs)]
    return {"recipe": recipe.name, "seed": seed, "secs": seconds, "claims": claims, "machine": conditions(("torch",))}


def kept() -> list[dict[str, Any]]:
    """Return what was measured so far."""
    lines = KEPT.read_text(encoding="utf-8").splitlines() if KEPT.exists() else []
    return [json.loads(line) for line in lines]


def keep(found: dict[str, Any]) -> None:
    """In place of what was there for this recipe and seed."""
    others = [one for one in kept() if (one["recipe"], one["seed"]) != (found["recipe"], found["seed"])]
    lines = [json.dumps(one, ensure_ascii=False) for one in [*others, found]]
    KEPT.write_text("\n".join(lines) + "\n", encoding="utf-8")


def page(results: Iterable[Mapping[str, Any]]) -> str:
    """Return docs/recipes.md."""
    by_name: dict[str, dict[int, Mapping[str, Any]]] = {}
    for one in results:
        by_name.setdefault(one["recipe"], {})[one["seed"]] = one
    return "\n".join([HEAD, *(_section(recipe, by_name.get(name, {})) for name, recipe in RECIPES.items())])


def _section(recipe: Recipe, seeds: Mapping[int, Mapping[str, Any]]) -> str:
    told = [f"## {recipe.title}\n\n`lab run {recipe.name}`. {recipe.shows}\n"]
    if recipe.reported:
        told.append(f"Reported elsewhere: {recipe.reported}.\n")
    told.append(_claims(seeds) if seeds else "Not measured on this page yet.\n")
    return "\n".join(told)


def _claims(seeds: Mapping[int, Mapping[str, Any]]) -> str:
    order = sorted(seeds)
    first = seeds[order[0]]["claims"]
    rows = [(says, *(_cell(seeds[seed]["claims"][k]) for seed in order)) for k, (says, _, _) in enumerate(first)]
    spent = [f"{sum(run[0] for run in seeds[seed]['secs'].values()):.0f}" for seed in order]
    head = ("claim", *(f"seed {seed}" for seed in order))
    return f"{table(head, [*rows, ('seconds, all runs', *spent)])}\n"


def _cell(claim: list) -> str:
    _, measured, holds = claim
    return f"{measured:.4g}" + ("" if holds else " ✗")


if __name__ == "__main__":
    main()
