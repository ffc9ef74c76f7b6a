"""From a batch's outputs to its loss, and to what is told beside it."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .model import Reading, RecurrentNet, State
from .tasks import TEST, Batch, Task


@dataclass(frozen=True)
class Score:
    """Sums over the asked steps of a batch, to be added up over batches."""

    loss: float  # Σ w ℓ
    weight: float  # Σ w
    right: float  # Σ w [right answer]; nan where answers are numbers
    sequences: int

    def __add__(self, other: "Score") -> "Score":
        return Score(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def metrics(self, reduction: str, kind: str) -> dict[str, float]:
        """loss (a step's mean, or a sequence's sum), accuracy and perplexity as far as the task has them."""
        mean = self.loss / self.weight if self.weight else math.nan
        loss = mean if reduction == "mean" else self.loss / self.sequences
        if kind == "regression":
            return {"loss": loss}
        return {"loss": loss, "accuracy": self.right / self.weight, "perplexity": perplexity(mean)}


def perplexity(nats: float) -> float:
    """e^(mean loss); inf beyond float64."""
    try:
        return math.exp(nats)
    except OverflowError:
        return math.inf


def run_batch(
    net: RecurrentNet, task: Task, batch: Batch, state: State | None = None, noise: torch.Generator | None = None
) -> tuple[Tensor, Reading]:
    """Return outputs (T', B, O) at the steps that are read, and the reading they come from."""
    x = net.embed(batch.x, task.inputs)
    reading = net(x, times_of(batch), state, noise)
    return net.read_out(read_steps(reading.h, batch)), reading


def times_of(batch: Batch) -> np.ndarray:
    """Return the batch's timestamps (T, B); 1, 2, …, T where time is no data."""
    if batch.times is not None:
        return batch.times
    steps, sequences = batch.x.shape[:2]
    return np.repeat(np.arange(1.0, steps + 1)[:, None], sequences, axis=1)


def read_steps(h: Tensor, batch: Batch) -> Tensor:
    """Return the states that are read out: all (T, B, H), or each sequence's last (1, B, H)."""
    if not batch.last_only:
        return h
    if batch.lengths is None:
        return h[-1:]
    last = torch.from_numpy(np.asarray(batch.lengths)) - 1
    return h[last, torch.arange(h.shape[1])][None]


def losses_of(outputs: Tensor, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Σ w ℓ with its graph, and detached Σ w and Σ w [right]."""
    weights = torch.from_numpy(batch.weights).to(outputs.dtype)
    targets = torch.from_numpy(batch.targets)
    if batch.targets.ndim == 3:
        losses = ((outputs - targets.to(outputs.dtype)) ** 2).mean(dim=-1)
        return (weights * losses).sum(), weights.sum(), torch.tensor(math.nan)
    logits = outputs.flatten(0, 1)
    losses = functional.cross_entropy(logits, targets.flatten(), reduction="none").view_as(weights)
    right = (logits.detach().argmax(dim=-1) == targets.flatten()).view_as(weights)
    return (weights * losses).sum(), weights.sum(), (weights * right).sum()


def objective(total: Tensor, weight: Tensor, batch: Batch, reduction: str) -> Tensor:
    """Return the number that is made smaller: a step's mean loss, or the mean over sequences of their steps' sum."""
    return total / (weight if reduction == "mean" else batch.x.shape[1])


@torch.no_grad()
def evaluate(net: RecurrentNet, task: Task, stream: int) -> Score:
    """Return the score on held-out data, without dropout; a carried state goes on where batches follow each other."""
    score, state = None, None
    for batch in task.held_out(stream):
        carried = None if batch.fresh or not task.settings.carry else state
        outputs, reading = run_batch(net, task, batch, carried)
        state = reading.state
        found = score_of(outputs, batch)
        score = found if score is None else score + found
    return score if score is not None else Score(0.0, 0.0, 0.0, 0)


@torch.no_grad()
def evaluate_training(net: RecurrentNet, task: Task) -> Score:
    """Return the score on one epoch of the training data, without dropout; the parameters stay as they are."""
    score, state = Score(0.0, 0.0, 0.0, 0), None
    for update in range(max(1, task.updates_an_epoch)):
        batch = task.train(update)
        outputs, reading = run_batch(net, task, batch, None if batch.fresh or not task.settings.carry else state)
        state, score = reading.state, score + score_of(outputs, batch)
    return score


MOST_CLASSES = 40  # whose answers are counted one by one


@torch.no_grad()
def confusion(net: RecurrentNet, task: Task) -> np.ndarray | None:
    """Return how often each answer is given for each right one on the test data, (right, given).

    None where answers are no classes, or there are too many of them.
    """
    if task.kind != "classification" or task.outputs > MOST_CLASSES:
        return None
    counts = np.zeros((task.outputs, task.outputs), dtype=np.int64)
    for batch in task.held_out(TEST):
        answers, asked = run_batch(net, task, batch)[0].argmax(dim=-1).numpy(), batch.weights > 0
        np.add.at(counts, (batch.targets[asked], answers[asked]), 1)
    return counts


def class_accuracies(net: RecurrentNet, task: Task) -> tuple[np.ndarray, np.ndarray]:
    """Return share of right answers in each class of the test data, and how many sequences each has: (classes,)
    both.
    """
    counts = confusion(net, task)
    assert counts is not None
    asked = counts.sum(axis=1)
    return np.diag(counts) / np.maximum(asked, 1), asked


def score_of(outputs: Tensor, batch: Batch) -> Score:
    """Return the sums over a batch that scores are made of."""
    total, weight, right = losses_of(outputs, batch)
    return Score(total.item(), weight.item(), right.item(), batch.x.shape[1])
