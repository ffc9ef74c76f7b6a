"""Writing step by step: the state goes along, what was written is read."""

import numpy as np
import torch

from cells.arrays import Array
from lab.model import RecurrentNet
from lab.tasks import Language, Task

from .beam import beam_search
from .draw import Manner, choose
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


@torch.no_grad()
def write_many(
    net: RecurrentNet, task: Language, count: int, manner: Manner, prompt: str = "", exactly: int | None = None
) -> list[str]:
    """So many texts at once, each after the same prompt; `exactly` so many symbols long, or until their end."""
    rng, stepper, given = np.random.default_rng(manner.seed), Stepper(net, task, count, exactly), task.read(prompt)
    logits = stepper.read_all(np.concatenate([[task.start], given]))
    written = [np.repeat(given[:, None], count, axis=1)] if len(given) else []
    open_ = np.ones(count, dtype=bool)
    for _ in range(manner.length if exactly is None else exactly - len(given)):
        symbols = choose(logits if exactly is None else barred(logits, task.end), manner, rng)
        open_ &= symbols != task.end
        written.append(np.where(symbols == task.end, -1, symbols)[None])
        if not open_.any():
            break
        logits = stepper.read(symbols)
    return [task.decode(_until_end(column)) for column in np.concatenate(written).T]


def barred(logits: Array, end: int | None) -> Array:
    """Logits under which the text does not end."""
    return logits if end is None else np.where(np.arange(logits.shape[-1]) == end, -np.inf, logits)


def _until_end(column: Array) -> Array:
    """Return the symbols before the first end, which is -1."""
    ends = np.flatnonzero(column < 0)
    return column[: ends[0]] if len(ends) else column


def write_sample(net: RecurrentNet, task: Task, update: int) -> str:
    """Return what is kept of a milestone: some names, or a passage; another draw at every update."""
    if not isinstance(task, Language):
        return ""
    if task.end is None:
        return write_many(net, task, 1, Manner(length=SYMBOLS_A_SAMPLE, seed=update))[0]
    return ", ".join(write_many(net, task, NAMES_A_SAMPLE, Manner(length=task.settings.length, seed=update)))
