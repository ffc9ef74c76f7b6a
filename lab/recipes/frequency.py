"""A Phased LSTM against an LSTM where samples come at irregular times."""

from lab.settings import LabSettings

from .base import Claim, Recipe

BASE = LabSettings(task="frequency", length=50, hidden=32, batch=32, optimiser="adam", rate=1e-3, clip=5, updates=5000)
RUNS = {
    "phased": BASE.replace(cell="phased_lstm", shortest_period=1.0, longest_period=20.0),
    "lstm": BASE.replace(cell="lstm"),
}


def judge(runs):
    """By the points of accuracy between them."""
    found = {label: run.metrics["accuracy"] for label, run in runs.items()}
    gap = found["phased"] - found["lstm"]
    return [Claim(f"phased ({found['phased']:.1%}) above LSTM ({found['lstm']:.1%}) by 0.05", gap, gap >= 0.05)]


FREQUENCY = Recipe(
    name="frequency",
    title="Phased LSTM against LSTM on irregular times",
    shows="Units that open at their own period read a frequency off the times themselves.",
    runs=RUNS,
    lecture={label: run.replace(updates=700) for label, run in RUNS.items()},
    judge=judge,
    reported="Phased LSTM above LSTM and batch-normalised LSTM (Neil, Pfeiffer, Liu 2016)",
)
