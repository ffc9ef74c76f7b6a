"""The running average of what came so far."""

from dataclasses import dataclass

from cells.knobs import Knobs, choice
from cells.signals import running_average

from .base import Batch, Drawn, ones


class Average(Drawn):
    """x_t ~ N(0, 1), y_t = mean(x_1 … x_t): asked at every step, or after the last."""

    name, label, kind = "average", "running average", "regression"
    hint = "Who always answers 0 has a loss of mean(1/t) with all steps asked, 1/T with the last."

    @dataclass(frozen=True)
    class Options(Knobs):
        asked: str = choice("all", {"all": "every step", "last": "the last step"}, "Loss on", group="task")

    inputs = outputs = 1  # pyright: ignore[reportAssignmentType]

    def draw(self, rng, batch):
        x = rng.normal(size=(self.settings.length, batch, 1))
        y = running_average(x)
        y = y if self.options.asked == "all" else y[-1:]
        return Batch(x, y, ones(len(y), batch))
