"""Whether a module computes what its class says: the trace beside the module's own outputs and gradients."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cells.arrays import Array
from cells.trace import Trace

from .answers import Answer, answer_of
from .call import Call
from .counterparts import Kind
from .export import named_grads

if TYPE_CHECKING:
    from torch import Tensor

CLOSE = 1e-6  # of the largest entry of a step's row

Pair = tuple[str, Array, Array]  # what it is, what we say, what the module says


def refuse_if_other(trace: Trace, answer: Answer, module: Any, call: Call) -> None:
    """ValueError where the module gives something else than the trace, and by how much.

    In a coarse type rounding alone parts the two, and a chaotic network multiplies it. So a module that differs is
    compared with a plain one of its class, with the same weights and in the same type, which rounds as it does.
    """
    found = _first_gap(_pairs(trace, answer, call))
    if found is None:
        return
    twin = answer_of(plain_twin(answer.kind, answer.used, module.training), answer.kind, call, plain=True)
    if same_gradients(answer, twin):
        raise ValueError(sentence(answer.kind, *found))


def refuse_if_changing(answer: Answer, again: Answer) -> None:
    """ValueError where a module gives something else when it is asked the same again."""
    found = _first_gap(_answers(answer, again))
    if found:
        what, by = found
        raise ValueError(
            f"module = {answer.kind.name} gives something else when it is called again: {what} differs by {_size(by)}"
        )


def sentence(kind: Kind, what: str, by: float) -> str:
    """Return what a module is told whose numbers are not those of its class."""
    what = f"{what} differs by {_size(by)}"
    return f"module = {kind.name} computes something else than {kind.label} with its weights: {what}"


def _size(by: float) -> str:
    return f"{by:.2g} of its size" if np.isfinite(by) else "more than all of its size"


def _pairs(trace: Trace, answer: Answer, call: Call) -> Iterator[Pair]:
    reach = 1.0 if call.active is None else call.active[..., None]
    yield "its output", trace.outputs * reach, answer.output
    for part, rows in answer.final.items():
        yield f"its final {part}", _finals(trace, part), rows
    ours = {"x": trace.input_grads} | {f"{part}_0": grads for part, grads in trace.start_grads.items()}
    ours |= {_own_name(name, answer): grad for name, grad in named_grads(trace).items()}
    for name, grad in answer.grads.items():
        yield f"its dL/d{name}", ours[name], grad


def _own_name(name: str, answer: Answer) -> str:
    return name.removesuffix("_l0") if answer.kind.is_cell else name


def _finals(trace: Trace, part: str) -> Array:
    """Return final states stacked as PyTorch does, (L·D, B, H)."""
    ways = [False] if trace.reverse is None else [False, True]
    return np.stack([trace.layer(k, way).states[part][-1] for k in range(len(trace.layers)) for way in ways])


def _answers(one: Answer, other: Answer) -> Iterator[Pair]:
    yield "its output", one.output, other.output
    for part, rows in other.final.items():
        yield f"its final {part}", one.final[part], rows
    for name, grad in other.grads.items():
        if name in one.grads:
            yield f"its dL/d{name}", one.grads[name], grad


def _first_gap(pairs: Iterator[Pair]) -> tuple[str, float] | None:
    """Return the first that differs, and by how much of its own size."""
    gaps = ((what, gap(ours, theirs)) for what, ours, theirs in pairs)
    return next((found for found in gaps if found[1] > CLOSE), None)


def gap(ours: Array, theirs: Array) -> float:
    """Return the largest difference of any row of the first axis, over that row's largest entry.

    Inf beside a NaN of one.
    """
    if ours.shape != theirs.shape:
        return np.inf
    axes = tuple(range(1, ours.ndim))
    with np.errstate(all="ignore"):
        difference = np.abs(ours - theirs).max(axis=axes)
        if not np.isfinite(difference).all():
            same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
            difference = np.where(same, 0.0, np.abs(ours - theirs)).max(axis=axes)
        size = np.maximum(np.abs(ours).max(axis=axes), np.abs(theirs).max(axis=axes))
        share = np.where(difference == 0, 0.0, difference / size)
    return float(np.where(np.isnan(share), np.inf, share).max(initial=0.0))


def same_gradients(answer: Answer, twin: Answer) -> str:
    """Empty where a module gives what its plain twin gives; else a sentence."""
    found = _first_gap(_answers(twin, answer))
    return sentence(answer.kind, *found) if found else ""


def plain_twin(kind: Kind, weights: "Mapping[str, Tensor]", training: bool) -> Any:
    """Return a plain module of the same class, sizes, type, device and mode, with these weights."""
    import torch
    from torch import nn

    first = next(iter(weights.values()))
    more = {"nonlinearity": kind.activation} if len(kind.counterpart.activations) > 1 else {}
    if not kind.is_cell:
        more |= {"num_layers": kind.layers, "batch_first": kind.batch_first, "bidirectional": kind.directions == 2}
    with torch.random.fork_rng(devices=[first.device] if first.is_cuda else []):
        twin = getattr(nn, kind.label[3:])(
            kind.inputs, kind.hidden, bias=kind.bias, dtype=first.dtype, device=first.device, **more
        )
    with torch.no_grad():
        for name, weight in weights.items():
            getattr(twin, name).copy_(weight)
    return twin.train(training)
