"""SGD, RMSprop and Adam side by side."""

from lab.settings import LabSettings

from .base import Recipe, at_least

BASE = LabSettings(task="palindrome", length=10, hidden=128, batch=128, clip=10, updates=3000).replace(
    target=0.999, evaluate_every=50
)
RUNS = {
    "sgd": BASE.replace(optimiser="sgd", rate=0.1, momentum=0.9, clip=1),
    "rmsprop": BASE,
    "adam": BASE.replace(optimiser="adam"),
}


def judge(runs):
    """By the accuracy on the test data."""
    return [at_least(f"accuracy with {label}", run.metrics["accuracy"], 0.99) for label, run in runs.items()]


OPTIMISERS = Recipe(
    name="optimisers",
    title="SGD, RMSprop and Adam",
    shows="The same network and data: what differs is how far each step goes along the same gradient.",
    runs=RUNS,
    lecture={label: run.replace(hidden=64, batch=64, updates=800) for label, run in RUNS.items()},
    judge=judge,
)
