"""Element names and film titles, letter by letter, one name an update."""

from lab.settings import LabSettings

from .base import Claim, Recipe, at_least, below

ELEMENTS = LabSettings(
    task="names", length=16, hidden=100, batch=1, start=0.01, reduction="sum", optimiser="sgd", rate=0.01,
    clip=0, clip_value=5, smoothing=0.999, updates=10_000,
)  # fmt: skip
TITLES = ELEMENTS.replace(corpus="titles", length=40)
BOUNDS = {2000: 20.0, 4000: 17.0, 6000: 14.5, 10_000: 14.0}
WRITTEN = 1000  # names whose endings are counted


def judge_elements(runs):
    """By the smoothed loss on the way, and by what is written after 6,000 updates."""
    smooth = runs["by value"].history["smooth_loss"]
    claims = [below(f"smoothed loss at {update:,}", smooth[update - 1], bound) for update, bound in BOUNDS.items()]
    new, ium = shares(runs["by value, 6,000"])
    claims += [at_least("share of new names at 6,000", new, 0.9), at_least("share in -ium", ium, 0.5)]
    by_norm = runs["by norm"].history["smooth_loss"][-1]
    return [*claims, Claim("by norm it stays higher", float(by_norm), bool(by_norm > smooth[-1]))]


def shares(run):
    """Of the names that a run writes: the share that is in no list, and that ends in -ium."""
    from lab.sampling import Manner, write_many

    task = run.training.task
    names = write_many(run.model, task, WRITTEN, Manner(length=run.settings.length))
    return sum(name not in task.names for name in names) / WRITTEN, sum(n.endswith("ium") for n in names) / WRITTEN


def judge_titles(runs):
    """It falls, and then hardly: by the mean loss over the first, the middle and the last 1,000 updates."""
    loss = runs["titles"].history["loss"]
    middle = len(loss) // 2
    first, then, last = (part.mean() for part in (loss[:1000], loss[middle - 500 : middle + 500], loss[-1000:]))
    share = (then - last) / (first - then)
    told = f"mean loss {first:.1f}, {then:.1f}, {last:.1f}: the second half brings less than a third of the first"
    return [Claim(told, float(share), bool(share < 1 / 3))]


ELEMENT_NAMES = Recipe(
    name="elements",
    title="Element names, letter by letter",
    shows="By value a rare large gradient loses its largest components, by norm all of it shrinks: the curves part.",
    runs={
        "by value": ELEMENTS,
        "by value, 6,000": ELEMENTS.replace(updates=6000),
        "by norm": ELEMENTS.replace(clip=5, clip_value=0),
    },
    lecture={"by value": ELEMENTS.replace(updates=6000)},
    judge=judge_elements,
    reported="smoothed loss 19.1, 16.1, 13.9, 12.7, 12.8 at 2,000, 4,000, … 10,000 updates",
)
FILM_TITLES = Recipe(
    name="titles",
    title="Film titles, letter by letter",
    shows="Flat after the first fall: titles share no endings, and few letters follow from the ones before.",
    runs={"titles": TITLES},
    lecture={"titles": TITLES.replace(updates=3000)},
    judge=judge_titles,
    reported="smoothed loss 43.6, then 40.1",
)
