"""Beam search: the likeliest texts as wholes, not symbol by symbol."""

from dataclasses import dataclass

import numpy as np

from lab.manner import Manner
from lab.model import RecurrentNet
from lab.tasks import Language

from .draw import log_softmax
from .stepper import Stepper


@dataclass(frozen=True)
class Found:
    """A finished text, its log-probability after the prompt, its score log p / length^α, and its symbols.

    The end of the text is among the symbols where it has come to one.
    """

    text: str
    log_p: float
    score: float
    symbols: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Open:
    """A text that is still being written."""

    symbols: tuple[int, ...]
    log_p: float


def beam_search(net: RecurrentNet, task: Language, prompt: str, manner: Manner) -> list[Found]:
    """Return the best texts, the best first: at each step the `manner.beam` likeliest beginnings go on.

    A text is finished by its end, or by `manner.length` symbols. BadValue where the prompt has unknown symbols.
    """
    width, given = max(1, manner.beam), task.read(prompt)
    stepper = Stepper(net, task, 1)
    logits = stepper.read_all(np.concatenate([[task.start], given]))
    beginnings, finished = [_Open(tuple(given.tolist()), 0.0)], []
    for step in range(1, manner.length + 1):
        log_p = np.array([one.log_p for one in beginnings])[:, None] + log_softmax(logits)
        places, symbols = np.divmod(np.argsort(-log_p, axis=None, kind="stable")[: 2 * width], log_p.shape[1])
        found = [(p, s, float(log_p[p, s])) for p, s in zip(places.tolist(), symbols.tolist(), strict=True)]
        finished += [
            _finish(task, (*beginnings[p].symbols, s), value, step, manner) for p, s, value in found if s == task.end
        ]
        going = [(p, s, value) for p, s, value in found if s != task.end][:width]
        if not going or len(finished) >= 2 * width:
            break
        beginnings = [_Open((*beginnings[p].symbols, s), value) for p, s, value in going]
        stepper = stepper.of(np.array([p for p, _, _ in going]))
        logits = stepper.read(np.array([s for _, s, _ in going]))
    else:
        finished += [_finish(task, one.symbols, one.log_p, manner.length, manner) for one in beginnings]
    return sorted(finished, key=lambda one: -one.score)


def _finish(task: Language, symbols: tuple[int, ...], log_p: float, length: int, manner: Manner) -> Found:
    text = symbols[:-1] if symbols and symbols[-1] == task.end else symbols
    return Found(task.decode(np.array(text, dtype=np.int64)), log_p, log_p / length**manner.length_penalty, symbols)
