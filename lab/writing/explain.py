"""Write a text, then read it once more: the probability of every letter, and the way of its gradient."""

import numpy as np
import torch
from torch.nn import functional

from cells.arrays import Array
from lab.manner import Manner
from lab.model import RecurrentNet
from lab.sampling.beam import beam_search
from lab.sampling.draw import log_softmax
from lab.sampling.writing import write_symbols
from lab.tasks import Language

from .record import LIKELIEST, Found, Writing

TOGETHER = 16  # letters whose gradients are sent back in one pass
END = "⏎"


def explain(net: RecurrentNet, task: Language, prompt: str, manner: Manner) -> Writing:
    """Return what the network writes after a prompt, letter by letter; BadValue where it knows none of its letters.

    The gradients are those of our own loops, whichever engine the network learned with.
    """
    net.engine = "own"
    symbols, found = _written(net, task, prompt, manner)
    read = np.concatenate([[task.start], symbols[:-1]])
    logits = _logits(net, task, read, 1)[:, 0].detach().numpy()
    log_p = log_softmax(logits)
    return Writing(
        letters=tuple(_spelled(task, symbol) for symbol in symbols),
        given=len(task.read(prompt)),
        log_p=tuple(log_p[np.arange(len(symbols)), symbols].tolist()),
        likeliest=tuple(_likeliest(task, row) for row in log_p),
        flow=np.concatenate([_flow(net, task, read, symbols, at) for at in _groups(len(symbols))]),
        found=found,
    )


def _written(net: RecurrentNet, task: Language, prompt: str, manner: Manner) -> tuple[Array, tuple[Found, ...]]:
    """Return the symbols of the text, with its end if it has come to one; and what a beam search has found."""
    if not manner.beam:
        return write_symbols(net, task, 1, manner, prompt)[0], ()
    best = beam_search(net, task, prompt, manner)
    return np.array(best[0].symbols), tuple(Found(one.text, one.log_p, one.score) for one in best)


def _logits(net: RecurrentNet, task: Language, read: Array, copies: int) -> torch.Tensor:
    """Return the logits (T, B, V) after each symbol that is read, for so many copies of the text side by side."""
    wide = np.repeat(read[:, None], copies, axis=1)
    x = net.embed(task.shown(wide), task.inputs)
    times = np.repeat(np.arange(1.0, len(read) + 1)[:, None], copies, axis=1)
    return net.read_out(net(x, times).h)


def _groups(letters: int) -> list[range]:
    return [range(first, min(first + TOGETHER, letters)) for first in range(0, letters, TOGETHER)]


def _flow(net: RecurrentNet, task: Language, read: Array, symbols: Array, at: range) -> Array:
    """Return log10 ‖dℓ_s/dh_t‖ of these letters, a row each: copy b of the text has the loss of letter at[b] alone."""
    net.zero_grad()
    logits = _logits(net, task, read, len(at))
    rows, copies = torch.tensor(at), torch.arange(len(at))
    functional.cross_entropy(logits[rows, copies], torch.from_numpy(symbols[at]), reduction="sum").backward()
    norms = net.log10_norms()[f"h{len(net.layers)}"].T.copy()
    norms[np.arange(len(read)) > np.array(at)[:, None]] = np.nan  # later steps have no part in it
    return norms


def _likeliest(task: Language, log_p: Array) -> tuple[tuple[str, float], ...]:
    best = np.argsort(-log_p, kind="stable")[:LIKELIEST]
    return tuple((_spelled(task, symbol), float(np.exp(log_p[symbol]))) for symbol in best.tolist())


def _spelled(task: Language, symbol: int) -> str:
    return END if symbol == task.end else task.decode(np.array([symbol]))
