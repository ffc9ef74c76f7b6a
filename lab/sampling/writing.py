"""Writing step by step: the state goes along, what was written is read."""

import numpy as np
import torch

from cells.arrays import Array
from lab.manner import Manner
from lab.model import RecurrentNet
from lab.tasks import Language, Task

from .beam import beam_search
from .draw import choose
from .stepper import Stepper

NAMES_A_SAMPLE, SYMBOLS_A_SAMPLE = 6, 160


def write(net: RecurrentNet, task: Language, prompt: str = "", manner: Manner | None = None) -> str:
    """Return one text: the prompt and what the network writes after it.

    BadValue where the prompt has unknown symbols.
    """
    manner = Manner() if manner is None else manner
    if manner.beam:
        return beam_search(net, task, prompt, manner)[0].text
    return write_many(net, task, 1, manner, prompt)[0]


def write_many(
    net: RecurrentNet, task: Language, count: int, manner: Manner, prompt: str = "", exactly: int | None = None
) -> list[str]:
    """So many texts at once, each after the same prompt; `exactly` so many symbols long, or until their end."""
    texts = write_symbols(net, task, count, manner, prompt, exactly)
    return [task.decode(text[:-1] if len(text) and text[-1] == task.end else text) for text in texts]


@torch.no_grad()
def write_symbols(
    net: RecurrentNet, task: Language, count: int, manner: Manner, prompt: str = "", exactly: int | None = None
) -> list[Array]:
    """Return the same as numbers; a text that has come to its end ends with it."""
    rng, stepper, given = np.random.default_rng(manner.seed), Stepper(net, task, count, exactly), task.read(prompt)
    logits = stepper.read_all(np.concatenate([[task.start], given]))
    written = [np.repeat(given[:, None], count, axis=1)] if len(given) else []
    open_ = np.ones(count, dtype=bool)
    for _ in range(manner.length if exactly is None else exactly - len(given)):
        symbols = choose(logits if exactly is None else barred(logits, task.end), manner, rng)
        open_ &= symbols != task.end
        written.append(symbols[None])
        if not open_.any():
            break
        logits = stepper.read(symbols)
    return [_until_end(column, task.end) for column in np.concatenate(written).T]


def barred(logits: Array, end: int | None) -> Array:
    """Logits under which the text does not end."""
    return logits if end is None else np.where(np.arange(logits.shape[-1]) == end, -np.inf, logits)


def _until_end(column: Array, end: int | None) -> Array:
    """Return the symbols up to the first end, with it."""
    ends = np.flatnonzero(column == end) if end is not None else np.zeros(0, dtype=int)
    return column[: ends[0] + 1] if len(ends) else column


def write_sample(net: RecurrentNet, task: Task, update: int) -> str:
    """Return what is kept of a milestone: some names, or a passage; another draw at every update."""
    if not isinstance(task, Language):
        return ""
    if task.end is None:
        return write_many(net, task, 1, Manner(length=SYMBOLS_A_SAMPLE, seed=update))[0]
    return ", ".join(write_many(net, task, NAMES_A_SAMPLE, Manner(length=task.settings.length, seed=update)))
