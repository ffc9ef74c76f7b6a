"""Names to a length: one network says how long a name will be, another one is told it and writes the name."""

from collections import Counter

from lab.settings import LabSettings

from .base import Claim, Recipe, below

BASE = LabSettings(
    task="name_length", length=16, hidden=64, batch=16, optimiser="adam", rate=2e-3, clip=5, updates=1500,
)  # fmt: skip
RUNS = {
    "length": BASE,
    "told the length": BASE.replace(task="names", told_length=True),
    "not told": BASE.replace(task="names"),
}
WRITTEN = 300


def judge(runs):
    """By the lengths of what is written beside those of the list; what it costs and gains is told beside it."""
    from lab.sampling import Manner, write_to_length

    first, second = ((runs[label].model, runs[label].training.task) for label in ("length", "told the length"))
    names = [write_to_length(first, second, "", Manner(seed=seed)) for seed in range(WRITTEN)]
    told, plain = (float(runs[label].history["loss"][-200:].mean()) for label in ("told the length", "not told"))
    return [
        below("lengths written and lengths of the list, distance", distance(names, second[1].names), 0.25),
        Claim("share in -ium, where an end is forced", sum(n.endswith("ium") for n in names) / WRITTEN, True),
        Claim(f"loss a letter when told the length ({plain:.3f} when not)", told, True),
    ]


def distance(ours, theirs) -> float:
    """Return the total variation distance of two lists' lengths: 0 where they are distributed alike, at most 1."""
    one, other = (Counter(map(len, names)) for names in (ours, theirs))
    return sum(abs(one[n] / len(ours) - other[n] / len(theirs)) for n in one | other) / 2


LENGTHS = Recipe(
    name="lengths",
    title="Names to a length, in two stages",
    shows="The lengths come out as in the list; endings suffer where a name is cut at the length it was given.",
    runs=RUNS,
    lecture={label: run.replace(updates=500) for label, run in RUNS.items()},
    judge=judge,
)
