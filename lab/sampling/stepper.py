"""A network read one symbol at a time."""

import numpy as np
import torch

from cells.arrays import Array
from lab.model import RecurrentNet, State
from lab.tasks import Language


class Stepper:
    """The states of B texts under way."""

    def __init__(self, net: RecurrentNet, task: Language, texts: int, length: int | None = None) -> None:
        self.net, self.task, self.length = net, task, length  # the length that the text is to have, where it is told
        self.state: State = net.initial_state(texts)
        self.time = 0  # steps read so far

    @property
    def texts(self) -> int:
        """Return B, the number of texts side by side."""
        return self.state[0][0].shape[0]

    @torch.no_grad()
    def read(self, symbols: Array) -> Array:
        """Read one symbol a text, (B,); the logits of the next, (B, V)."""
        left = None if self.length is None else np.full((1, self.texts), max(0, self.length - self.time))
        self.time += 1
        x = self.net.embed(self.task.shown(symbols[None], left), self.task.inputs)
        reading = self.net(x, np.full((1, self.texts), float(self.time)), self.state)
        self.state = reading.state
        return self.net.read_out(reading.h[-1]).numpy()

    def read_all(self, symbols: Array) -> Array:
        """Read the same symbols in every text; the logits after the last."""
        logits = np.zeros((self.texts, 0))
        for symbol in symbols.tolist():
            logits = self.read(np.full(self.texts, symbol))
        return logits

    def of(self, places: Array) -> "Stepper":
        """Return the texts at these places, some of them more than once."""
        rows = torch.from_numpy(np.asarray(places))
        state = tuple(tuple(part[rows] for part in layer) for layer in self.state)
        chosen = Stepper(self.net, self.task, len(places), self.length)
        chosen.state, chosen.time = state, self.time
        return chosen
