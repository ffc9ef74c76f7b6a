"""Autograd as an oracle: every cell's graph unrolled with PyTorch, which then finds the gradients by itself.

`python -m cells.analysis.gradcheck.autograd` reads settings as JSON from its input and writes its checks as JSON:
PyTorch takes more than a second to load and holds memory, so it gets a process of its own.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import reduce
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cells import RunSettings, Trace, run
from cells.analysis.gradient.grads_at_step import parameter_names
from cells.analysis.step_graph.cell_graphs import wiring
from cells.masked import without_mask
from cells.step_graph import Node, Term
from cells.truncation import walls
from cells.words import from_log10

from .oracles import PLACES, Check, overflown

AUTOGRAD = "autograd"
FAR = 290.0  # decades either way in which every digit of a float64 is there
GIGABYTES = 2.0  # that autograd may hold
COPIES = 3  # of what a run of ours holds: every intermediate is kept


def checks(trace: Trace) -> Iterator[Check]:
    """Yield a handful of states of every layer, then every parameter, as the other oracles are asked."""
    if reason := _unfit(trace):
        yield Check(AUTOGRAD, "everything", float("nan"), reason)
        return
    unrolled = Unrolled(trace)
    for index in range(len(trace.layers)):
        yield from _states(trace, index, unrolled)
    for index in range(len(trace.layers)):
        yield from _parameters(trace, index, unrolled)


def _unfit(trace: Trace) -> str:
    size = COPIES * trace.settings.memory_per_step * trace.settings.steps / 1e9
    if size > GIGABYTES:
        return f"it would hold about {size:.0f} GB of intermediates, {GIGABYTES:g} GB are allowed"
    return overflown(trace)


class Unrolled:
    """The net once more, step by step, with the gradients of Σ_b L_b."""

    def __init__(self, trace: Trace) -> None:
        self.nodes, self.activation = wiring(without_mask(trace.top.cell)), trace.settings.activation
        self.params = [_leaves(layer.params) for layer in trace.layers]
        self.states: list[list[dict[str, Tensor]]] = [[] for _ in trace.layers]
        outputs = [self._step(trace, t) for t in range(len(trace.inputs))]
        self._loss(trace, torch.stack(outputs)).backward()

    def state_grad(self, layer: int, part: str, step: int) -> np.ndarray:
        """Total dL_b/d(part)_step, (B, H); 0 where nothing arrived."""
        grad = self.states[layer][step - 1][part].grad
        return np.zeros(self.states[layer][step - 1][part].shape) if grad is None else grad.numpy()

    def param_grad(self, layer: int, name: str) -> np.ndarray:
        """Return dΣ_b L_b / d(parameter)."""
        grad = self.params[layer][name].grad
        return np.zeros(self.params[layer][name].shape) if grad is None else grad.numpy()

    def _step(self, trace: Trace, t: int) -> Tensor:
        """Take all layers through step index t; returns the output."""
        active = trace.top.record.tape.get("active")
        read, behind_wall = torch.tensor(trace.inputs[t]), walls(trace.network.truncation, len(trace.inputs))
        for layer, params, history in zip(trace.layers, self.params, self.states, strict=True):
            before = (
                history[-1] if history else {part: torch.tensor(layer.states[part][0]) for part in layer.state_names}
            )
            before = {part: rows.detach() for part, rows in before.items()} if t in behind_wall else before
            found = {"x": read} | {f"{part}_prev": values for part, values in before.items()}
            gate = layer.cell.time_gate
            if gate and any(node.name == gate.name for node in self.nodes):
                found[gate.name] = time_gate(torch.tensor(trace.times[t])[:, None], params, layer.cell.shift_sign)
            self.fill(found, params, None if active is None else torch.tensor(active[t]))
            history.append({part: found[part] for part in layer.state_names})
            for part in layer.state_names:
                found[part].retain_grad()
            read = found["h"]
        readout = trace.network.readout
        return read @ torch.tensor(readout["W_y"]) + torch.tensor(readout["b_y"])

    def fill(self, found: dict[str, Tensor], params: Mapping[str, Tensor], active: Tensor | None = None) -> None:
        """Every node of a step, from its leaves on; where the step is masked a state stays what it was."""
        for node in self.nodes:
            if not node.is_leaf:
                found[node.name] = self._function(node)(found[node.of]) if node.of else _sum(node, found, params)
            if active is not None and f"{node.name}_prev" in found:
                found[node.name] = torch.where(active, found[node.name], found[f"{node.name}_prev"])

    def _function(self, node: Node) -> Callable[[Tensor], Tensor]:
        return sigmoid if node.function == "sigmoid" else FUNCTIONS[self.activation]

    def _loss(self, trace: Trace, outputs: Tensor) -> Tensor:
        targets, weights = torch.tensor(trace.targets), torch.tensor(trace.loss_weights)[:, None]
        asked, known = ~targets.isnan(), targets.nan_to_num()
        if trace.network.loss.is_cross_entropy:
            losses = -(known * torch.log_softmax(outputs, dim=-1) * asked).sum(dim=-1)
        else:
            losses = ((outputs - known) ** 2 * asked).sum(dim=-1)
        return (weights * losses).sum()


def _leaves(params: Mapping[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.tensor(values, requires_grad=True) for name, values in params.items()}


def _sum(node: Node, found: Mapping[str, Tensor], params: Mapping[str, Tensor]) -> Tensor:
    total = reduce(torch.add, [_weighted(term, found, params) for term in node.terms])
    return total + params[node.bias] if node.bias else total


def _weighted(term: Term, found: Mapping[str, Tensor], params: Mapping[str, Tensor]) -> Tensor:
    product = torch.ones(())
    for factor in term.factors:
        product = product * (1 - found[factor[2:]] if factor.startswith("1-") else found[factor])
    if not term.weight:
        return product
    weight = params[term.weight]
    return product @ weight if weight.ndim == 2 else product * weight


def time_gate(times: Tensor, params: Mapping[str, Tensor], sign: str) -> Tensor:
    """k (B, H) at timestamps (B, 1): up over half of the open phase, down over the other half, then the leak."""
    shifted = times + params["s"] if sign == "plus" else times - params["s"]
    phase = torch.remainder(shifted / params["tau"], 1.0)
    rise = 2 * phase / params["r_on"]
    closed = phase >= params["r_on"]
    return torch.where(closed, params["leak"] * phase, torch.where(rise < 1, rise, 2 - rise))


def sigmoid(u: Tensor) -> Tensor:
    """1 / (1 + e^-u) by way of its logarithm: autograd's v (1 - v) has no digits left near v = 1."""
    return torch.exp(functional.logsigmoid(u))


def tanh(u: Tensor) -> Tensor:
    """Far out 1 - 2 sigmoid(-2|u|), for the same reason."""
    far = torch.sign(u) * (1 - 2 * sigmoid(-2 * torch.abs(u)))
    return torch.where(torch.abs(u) < 1, torch.tanh(u), far)


FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": tanh,
    "relu": torch.relu,
    "leaky_relu": lambda u: functional.leaky_relu(u, 0.01),
    "identity": lambda u: u,
    "sigmoid": sigmoid,
    "softsign": functional.softsign,
    "hard_tanh": functional.hardtanh,
}


def _states(trace: Trace, index: int, unrolled: Unrolled) -> Iterator[Check]:
    layer = trace.layer(index)
    for step in sorted({int(step) for step in np.linspace(1, len(trace.inputs), PLACES).round()}):
        for part in layer.state_names:
            quantity = f"dL/d{part} at step {step}{_of_layer(trace, index)}"
            found, expected = unrolled.state_grad(index, part, step), layer.grads[part][step]
            yield _compared(quantity, found, expected, layer.log10_grad_norms[part][step])


def _parameters(trace: Trace, index: int, unrolled: Unrolled) -> Iterator[Check]:
    layer = trace.layer(index)
    for name in parameter_names(layer):
        expected = layer.param_grads[name].reshape(1, -1)
        found = unrolled.param_grad(index, name).reshape(1, -1) / trace.network.divisor
        with np.errstate(divide="ignore"):
            sizes = np.log10(np.linalg.norm(expected, axis=-1))
        yield _compared(f"dL/d{name}{_of_layer(trace, index)}", found, expected, sizes)


def _compared(quantity: str, found: np.ndarray, expected: np.ndarray, log10: np.ndarray) -> Check:
    """Return largest relative difference of the rows that float64 holds in full."""
    fit = (np.abs(log10) < FAR) | (np.isneginf(log10) & ~found.any(axis=-1))
    if not fit.any():
        size = from_log10(float(log10.max()))
        return Check(AUTOGRAD, quantity, float("nan"), f"it has no exponents, and the gradient is about {size}")
    gap = np.linalg.norm(found - expected, axis=-1)[fit]
    with np.errstate(divide="ignore", invalid="ignore"):
        return Check(AUTOGRAD, quantity, float(np.where(gap == 0, 0.0, gap / 10.0 ** log10[fit]).max()))


def _of_layer(trace: Trace, index: int) -> str:
    return f" of layer {index + 1}" if len(trace.layers) > 1 else ""


def to_json(settings: RunSettings) -> str:
    """Return settings as text that `settings_from` reads."""
    return json.dumps(settings.as_plain())


def settings_from(text: str) -> RunSettings:
    """Return the settings that were written; ValueError where they are none."""
    return RunSettings(**json.loads(text))


def main() -> None:
    """Read settings as JSON and write their checks."""
    torch.set_num_threads(1)
    found: list[dict[str, Any]] = [asdict(check) for check in checks(run(settings_from(sys.stdin.read())))]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
