"""Half a novel, letter by letter; and what temperature does to what is written."""

import re

from lab.settings import LabSettings
from lab.texts import shipped

from .base import Claim, Recipe, at_least

BASE = LabSettings(
    task="characters", cell="lstm", layers=2, hidden=128, batch=64, length=30, carry=True, optimiser="rmsprop",
    rate=2e-3, schedule="step", rate_factor=0.5, rate_every=1000, clip=5, updates=2600,
)  # fmt: skip
TEMPERATURES = (0.5, 1.0, 2.0)
LETTERS = 4000
WORD = re.compile(r"[A-Za-z]+")


def judge(runs):
    """By the accuracy on the test data, and by the share of real words at each temperature."""
    run = runs["lstm"]
    shares = [real_words(run, temperature) for temperature in TEMPERATURES]
    falls = [Claim(f"real words at temperature {t:g}", s, True) for t, s in zip(TEMPERATURES, shares, strict=True)]
    falls[-1] = Claim("the share of real words falls with temperature", shares[-1], shares[0] > shares[1] > shares[2])
    return [at_least("accuracy", run.metrics["accuracy"], 0.58), *falls]


def real_words(run, temperature: float) -> float:
    """Return share of the words written that stand in the book; the first and the last may be cut and do not count."""
    from lab.sampling import Manner, write_many

    known = {word.lower() for word in WORD.findall(shipped("pride_and_prejudice"))}
    text = " ".join(write_many(run.model, run.training.task, 10, Manner(temperature=temperature, length=LETTERS // 10)))
    words = [word.lower() for word in WORD.findall(text)][1:-1]
    return sum(word in known for word in words) / len(words)


BOOK = Recipe(
    name="book",
    title="Half a novel, letter by letter",
    shows="Temperature divides the logits: at 0.5 nearly every word is one, at 2 few are.",
    runs={"lstm": BASE},
    lecture={"lstm": BASE.replace(layers=1, updates=600)},
    judge=judge,
    reported="next-character accuracy near 70 %, 2-layer LSTM × 128, another book",
)
