"""The adding problem: who solves it within 4,000 updates, and who does not."""

from lab.settings import LabSettings

from .base import Claim, Recipe

SOLVED = 0.01
BASE = LabSettings(
    task="adding", length=50, hidden=64, batch=50, optimiser="adam", rate=1e-3, clip=1, updates=4000, target=SOLVED,
    evaluate_every=100,
)  # fmt: skip
LSTM = BASE.replace(cell="lstm")
RUNS = {
    "irnn": BASE.replace(activation="relu", init="identity", input_scale=0.1),
    "lstm, chrono": LSTM.replace(chrono=True),
    "lstm, forget bias 1": LSTM,
    "rnn": BASE,
    "rnn, orthogonal": BASE.replace(init="orthogonal"),
}
SOLVERS = ("irnn", "lstm, chrono", "lstm, forget bias 1")


def judge(runs):
    """By whether the validation loss fell to 0.01, and after how many updates."""
    found = {label: (run.reason == "target", len(run.history["loss"])) for label, run in runs.items()}
    solved = [Claim(f"{name} solves it; updates", found[name][1], found[name][0]) for name in SOLVERS]
    others = [name for name in runs if name not in SOLVERS]
    return solved + [Claim(f"{name} does not; updates", found[name][1], not found[name][0]) for name in others]


ADDING = Recipe(
    name="adding",
    title="The adding problem at T = 50",
    shows="Paths that copy (identity, open forget gates) carry two numbers over 50 steps; orthogonal tanh does not.",
    runs=RUNS,
    lecture={"irnn": RUNS["irnn"].replace(length=30, updates=1500), "rnn": BASE.replace(length=30, updates=1000)},
    judge=judge,
    reported="IRNN and LSTM solve it, plain networks do not (Le, Jaitly, Hinton 2015, T up to 300)",
)
