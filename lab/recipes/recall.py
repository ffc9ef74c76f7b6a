"""The first digit recalled: the gradient's half-life at the start tells how far will be learned."""

from lab.settings import LabSettings

from .base import Claim, Recipe

LEARNED, LONG = 0.9, 5.0
BASE = LabSettings(task="recall", hidden=64, batch=64, rate=1e-3, clip=10, updates=1000, target=0.99, evaluate_every=50)
STARTS = {
    "rnn": BASE,
    "gru": BASE.replace(cell="gru"),
    "lstm": BASE.replace(cell="lstm", forget_bias=0.0),
    "orthogonal": BASE.replace(init="orthogonal"),
    "identity": BASE.replace(activation="relu", init="identity", input_scale=0.1),
}
LENGTHS = (10, 20, 40, 80)
RUNS = {f"{name} {n}": start.replace(length=n) for name, start in STARTS.items() for n in LENGTHS}


def judge(runs):
    """By the longest row that is learned, and the half-life of the first update."""
    reach = {name: longest(runs, name) for name in STARTS}
    lives = {name: float(runs[f"{name} 20"].history["half_life"][0]) for name in STARTS}
    told = [
        Claim(f"{name}: half-life {lives[name]:.1f} at the start, learns up to", reach[name], True) for name in STARTS
    ]
    kept, lost = ([reach[n] for n in STARTS if (lives[n] > LONG) == long] for long in (True, False))
    further = bool(kept and lost) and min(kept) >= max(lost) and max(kept) > max(lost)
    says = f"half-lives above {LONG:g} steps learn as far as those below, and the longest farther"
    return [*told, Claim(says, float(further), further)]


def longest(runs, name: str) -> int:
    """Return the longest row of which a start learns the first digit; 0 for none."""
    learned = [n for n in LENGTHS if runs[f"{name} {n}"].metrics["accuracy"] >= LEARNED]
    return max(learned, default=0)


RECALL = Recipe(
    name="recall",
    title="First digit recalled, and the half-life at the start",
    shows="Starts whose first flow lasts ten steps learn farther than those where it lasts one; among these, a tenth "
    "of a step orders nothing. Nor does it across tasks: orthogonal fails adding.",
    runs=RUNS,
    lecture={"rnn 20": RUNS["rnn 20"].replace(updates=400), "identity 20": RUNS["identity 20"].replace(updates=400)},
    judge=judge,
)
