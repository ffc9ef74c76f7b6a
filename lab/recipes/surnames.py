"""From a surname to the language whose list it stands in."""

from lab.settings import LabSettings

from .base import Claim, Recipe, at_least

BASE = LabSettings(
    task="surnames", cell="gru", hidden=128, length=40, batch=64, optimiser="adam", rate=2e-3, clip=5, updates=1500,
)  # fmt: skip


def judge(runs):
    """By the mean over languages of the share that is right."""
    from lab.scoring import class_accuracies

    run = runs["gru"]
    right, counts = class_accuracies(run.model, run.training.task)
    share = counts.max() / counts.sum()
    always = Claim("always the largest: accuracy", float(share), True)
    each = Claim("always the largest: mean over languages", 1 / len(counts), True)
    return [at_least("mean over languages", right.mean(), 0.70), always, each]


SURNAMES = Recipe(
    name="surnames",
    title="Surname to language",
    shows="A list says where a name is common, not where a person is from: do not infer origin about real people.",
    runs={"gru": BASE},
    lecture={"gru": BASE.replace(hidden=64, updates=500)},
    judge=judge,
)
