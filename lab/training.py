"""The training loop: an iterator of events that can be left at any update and taken up again, bit for bit."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from cells.analysis.jacobian.recurrent_matrix import extent
from cells.arrays import Array

from .halt import NotFinite, check_grads, check_parameters, check_reading, growth_in_words
from .history import History, flow_of, half_life
from .ladder import Ladder
from .model import RecurrentNet, State, build_net
from .optimisation import Clipping, clip_grads, optimiser_of, schedule_of
from .parameters import FlatParameters, norm
from .record import Halt, Progress
from .sampling import write_sample
from .scoring import Score, confusion, evaluate, losses_of, objective, run_batch, times_of
from .settings import LabSettings
from .tasks import TASKS, TEST, VALIDATION, Batch

VALIDATIONS = 40  # in a run, unless the settings say how often
DROPOUT_STREAM = 21
MILESTONES = 10  # samples in a run, of tasks that write


@dataclass(frozen=True, eq=False)
class Update:
    """One update: its number from 1, its row of the history, and log10 ‖dL/d(part)_t‖ (T,) by part and layer."""

    update: int
    row: dict[str, float]
    flow: dict[str, Array]


@dataclass(frozen=True)
class Sample:
    """A text that the network writes at a milestone."""

    update: int
    text: str


@dataclass(frozen=True)
class End:
    """Why it ended ("updates", "target", "patience", "halted" or "stopped"), and the metrics on the test data."""

    update: int
    reason: str
    metrics: dict[str, float]
    halt: Halt | None = None


Event = Update | Sample | End


class Training:
    """A run under way. `events` goes on until it ends; `lab.checkpoint` writes it down and brings it back."""

    def __init__(self, settings: LabSettings) -> None:
        self.settings = settings
        self.task = TASKS[settings.task](settings)
        self.net: RecurrentNet = build_net(settings, self.task.inputs, self.task.outputs)
        self.theta = FlatParameters(self.net)
        self.optimiser = optimiser_of(settings, self.theta.vector)
        self.schedule = schedule_of(settings, self.optimiser, self.task.updates_an_epoch)
        self.history = History(settings.length)
        self.progress = Progress(smooth=self.task.chance_loss)
        self.carried: State | None = None
        self.good = self.theta.snapshot()  # the parameters before the last update
        self.confusion: Array | None = None  # answers on the test data, (right, given), once it has ended
        self.ladder = Ladder(self.recurrent_weights().nbytes)
        self.ladder.note(0, self.recurrent_weights())
        self.best: Tensor | None = None  # those of the least validation loss, where patience asks for them

    def events(self) -> Iterator[Event]:
        """Go on from where it is, one update after another; ends with End. At each event it may be written down."""
        while not self.progress.reason:
            try:
                update = self._update()
            except NotFinite as fault:
                self._halt(fault)
                break
            sample = self._sample()
            self.progress.reason = self._why_end()
            yield update
            yield from sample
        yield self._end()

    def stop(self) -> End:
        """End it where it is, measured on the test data."""
        self.progress.reason = self.progress.reason or "stopped"
        return self._end()

    def _update(self) -> Update:
        number = self.progress.update
        batch = self.task.train(number)
        score, reading_norms = self._learn(batch, number)
        row = {"update": number + 1, "rate": self.optimiser.param_groups[0]["lr"]} | self._scored(score)
        clipping = clip_grads(self.settings, self.theta.grad)
        check_grads(self.theta, clipping.before)
        row |= self._step(clipping)
        flow = {name: flow_of(norms, batch.lengths) for name, norms in reading_norms.items()}
        row["half_life"] = half_life(flow[self.top]) if flow else math.nan
        self.progress.update = number + 1
        self.ladder.note(number + 1, self.recurrent_weights())
        row |= self._validated(number + 1)
        self.history.add(row, flow)
        return Update(number + 1, row, flow)

    @property
    def top(self) -> str:
        """Return the name of the top layer's h in the flow."""
        return f"h{self.settings.layers}"

    def _learn(self, batch: Batch, number: int) -> tuple[Score, dict[str, Array]]:
        """Forward and backward; the score of the batch, and the norms of the backward pass."""
        state = self.carried if self.settings.carry and not batch.fresh else None
        self.theta.grad.zero_()
        outputs, reading = run_batch(self.net, self.task, batch, state, self._noise(number))
        total, weight, right = losses_of(outputs, batch)
        check_reading(reading.h, outputs, total)
        objective(total, weight, batch, self.settings.reduction).backward()
        self.carried = reading.state if self.settings.carry else None
        return Score(total.item(), weight.item(), right.item(), batch.x.shape[1]), self.net.log10_norms()

    def _noise(self, number: int) -> torch.Generator | None:
        """Return the dropout's generator, made anew for each update: no state to carry along."""
        if not self.settings.dropout:
            return None
        seeds = np.random.SeedSequence((self.settings.seed, DROPOUT_STREAM, number)).generate_state(1, np.uint64)
        return torch.Generator().manual_seed(int(seeds[0] >> np.uint64(1)))

    def _scored(self, score: Score) -> dict[str, float]:
        metrics = score.metrics(self.settings.reduction, self.task.kind)
        before, beta = self.progress.smooth, self.settings.smoothing
        self.progress.smooth = metrics["loss"] if before is None else beta * before + (1 - beta) * metrics["loss"]
        return metrics | {"smooth_loss": self.progress.smooth}

    def _step(self, clipping: Clipping) -> dict[str, float]:
        """Move the parameters; how far, and how large they are now."""
        self.good = self.theta.snapshot()
        self.optimiser.step()
        self.schedule.step()
        self.net.keep_clocks()
        vector = self.theta.vector.detach()
        moved, size = norm(vector - self.good), norm(vector)
        check_parameters(self.theta, size)
        return {
            "grad_norm": clipping.before,
            "clipped_norm": clipping.after,
            "clip_bit": float(clipping.bit),
            "clip_share": clipping.share,
            "weight_norm": size,
            "recurrent_norm": norm(self._recurrent()),
            "update_ratio": moved / size if size else math.nan,
        }

    def recurrent_weights(self) -> Array:
        """Return what the recurrent layers have learned, as one vector: a view."""
        return self.theta.vector.detach().numpy()[self.net.recurrent_part]

    def _recurrent(self) -> Tensor:
        return self.net.layers[-1].get_parameter("W_h").detach()

    def _validated(self, number: int) -> dict[str, float]:
        """Validation metrics and the spectral radius, at the updates that have them."""
        every = self.settings.evaluate_every or max(1, self.settings.updates // VALIDATIONS)
        if number % every and number != self.settings.updates:
            return {}
        found = evaluate(self.net, self.task, VALIDATION).metrics(self.settings.reduction, self.task.kind)
        self._note_best(found["loss"])
        return {f"validation_{name}": value for name, value in found.items()} | {"spectral_radius": self.radius()}

    def radius(self) -> float:
        """|λ|max of the top layer's recurrent matrix that carries new content."""
        cell, H = self.net.cell, self.net.hidden
        k = cell.pre_activations.index(cell.candidate)
        return extent(self._recurrent().numpy()[:, k * H : (k + 1) * H])[0]

    def _note_best(self, loss: float) -> None:
        better = loss < self.progress.best
        self.progress.best = min(loss, self.progress.best)
        self.progress.stale = 0 if better else self.progress.stale + 1
        if better and self.settings.patience:
            self.best = self.theta.snapshot()

    def _sample(self) -> list[Sample]:
        """Return what the network writes, at milestones."""
        every = max(1, self.settings.updates // MILESTONES)
        if not self.task.writes or self.progress.update % every:
            return []
        text = write_sample(self.net, self.task, self.progress.update)
        self.progress.samples.append((self.progress.update, text))
        return [Sample(self.progress.update, text)]

    def _why_end(self) -> str:
        s = self.settings
        if s.target and self._reached(s.target):
            return "target"
        if s.patience and self.progress.stale >= s.patience:
            return "patience"
        return "updates" if self.progress.update >= s.updates else ""

    def _reached(self, target: float) -> bool:
        """Return whether the validation, if there was one now, is as good as that."""
        if self.task.kind == "regression":
            return self.history.last("validation_loss") <= target
        return self.history.last("validation_accuracy") >= target

    def _halt(self, fault: NotFinite) -> None:
        """Say what happened, and go back to the last good parameters."""
        growth = growth_in_words(self.history.columns, self._states())
        self.progress.halt = Halt(self.progress.update + 1, fault.tensor, growth)
        self.theta.put(self.good)
        self.progress.reason = "halted"

    @torch.no_grad()
    def _states(self) -> list[Array]:
        """h of each layer (T, B, H) on the batch of the update under way."""
        batch = self.task.train(self.progress.update)
        x = self.net.embed(batch.x, self.task.inputs)
        return [h.numpy() for h in self.net.states_of(x, times_of(batch))]

    def _end(self) -> End:
        progress = self.progress
        if not progress.metrics:
            if self.best is not None and progress.reason == "patience":
                self.theta.put(self.best)
            progress.metrics = evaluate(self.net, self.task, TEST).metrics(self.settings.reduction, self.task.kind)
            self.confusion = confusion(self.net, self.task)
        return End(progress.update, progress.reason, progress.metrics, progress.halt)

    def take_over(self, other: "Training") -> None:
        """The parameters of another run of the same shape."""
        self.theta.put(other.theta.vector.detach())
        self.carried = other.carried
