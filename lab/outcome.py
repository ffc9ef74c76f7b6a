"""One call, one run: settings in, history, metrics, flow and model out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from cells.arrays import Array

from .cures import try_cures
from .model import RecurrentNet
from .record import Halt
from .settings import LabSettings
from .training import Event, Training


@dataclass(frozen=True, eq=False)
class Run:
    """A run that has ended.

    settings  what it depended on                reason   "updates", "target", "patience", "halted" or "stopped"
    metrics   on the test data: "loss", and "accuracy" and "perplexity" where the task has them
    model     the network, with the last good parameters
    samples   (update, text), of tasks that write       halt     why it halted, if it did
    """

    training: Training

    @property
    def settings(self) -> LabSettings:
        """Return what it depended on."""
        return self.training.settings

    @property
    def model(self) -> RecurrentNet:
        """Return the trained network with its readout."""
        return self.training.net

    @cached_property
    def history(self) -> dict[str, Array]:
        """Return one entry an update in each column; `lab.history.COLUMNS` says what they hold."""
        return self.training.history.columns

    @property
    def metrics(self) -> dict[str, float]:
        """Return the scores on the test data, by name."""
        return self.training.progress.metrics

    @cached_property
    def flow(self) -> Array:
        """Return log10 of the batch mean of ‖dL_b/dh_t‖ of the top layer: (updates, T), step 1 first."""
        return self.flows.get(self.training.top, self.training.history.flow(self.training.top))

    @cached_property
    def flows(self) -> dict[str, Array]:
        """Return the same of every part of every layer, counted from 1: "h1", "c1", "h2", ….

        None with engine="torch".
        """
        return {name: self.training.history.flow(name) for name in self.training.history.flows}

    @property
    def reason(self) -> str:
        """Return in a sentence why the run ended."""
        return self.training.progress.reason

    @property
    def halt(self) -> Halt | None:
        """Return where it halted, and what would have prevented it."""
        return self.training.progress.halt

    @property
    def samples(self) -> list[tuple[int, str]]:
        """Return what it wrote at milestones."""
        return self.training.progress.samples


def train(settings: LabSettings, on_event: Callable[[Event], None] | None = None) -> Run:
    """Train to the end; `on_event` sees every Update, Sample and End as it comes."""
    training = Training(settings)
    for event in training.events():
        if on_event is not None:
            on_event(event)
    try_cures(training)
    return Run(training)
