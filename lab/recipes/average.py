"""The running average with one layer and with two.

Biases start at random. The inputs are symmetric about 0, so that a tanh network with biases of 0 computes odd functions
of them, no batch pulls its biases either way on average, and it learns the 1/t of the average only late.
"""

from lab.settings import LabSettings

from .base import Recipe, below, last_mean

BASE = LabSettings(
    task="average", length=10, hidden=32, batch=64, bias_scale=1.0, optimiser="adam", rate=1e-4, clip=0, updates=5000,
)  # fmt: skip


def judge(runs):
    """By the training loss over the last updates."""
    bounds = {"1 layer": 0.01, "2 layers": 0.001}
    return [below(f"loss with {n}", last_mean(runs[n].history["loss"]), bound) for n, bound in bounds.items()]


AVERAGE = Recipe(
    name="average",
    title="Running average, one layer and two",
    shows="The second layer averages what the first has gathered: the loss falls several times further.",
    runs={"1 layer": BASE, "2 layers": BASE.replace(layers=2)},
    lecture={
        "1 layer": BASE.replace(rate=1e-3, updates=1500),
        "2 layers": BASE.replace(rate=1e-3, updates=1500, layers=2),
    },
    judge=judge,
    reported="training loss below 0.01 with 1 layer, below 0.001 with 2",
)
