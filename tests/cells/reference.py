"""The cells once more, written with PyTorch's autograd and nothing of ours but numbers.

Every state is kept with its gradient. Two taps that add exactly 0 measure the direct parts: one on the way from h_t to
what reads it at step t, one on the way from c_t to h_t on that same way.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
import torch.nn.functional as F


def sigmoid(u):
    """1 / (1 + exp(-u)), with a slope that keeps its digits: autograd's v (1 - v) has none left near v = 1."""
    return torch.exp(F.logsigmoid(u))


def tanh(u):
    """tanh(u), with such a slope too: the value of the one, the slope of the other form."""
    other = 2 * sigmoid(2 * u)
    return torch.tanh(u.detach()) + (other - other.detach())


def cross_entropy(logits, targets):
    """-log softmax(z)_y as log(1 + Σ exp(z_k - z_y)), k ≠ y: autograd's softmax - y has no digits left near p_y = 1."""
    gaps = (logits - (targets * logits).sum(dim=-1, keepdim=True)).masked_fill(targets > 0, -torch.inf)
    total = torch.logsumexp(gaps, dim=-1)
    return torch.logaddexp(torch.zeros_like(total), total)


ACTIVATIONS = {
    "tanh": tanh,
    "relu": torch.relu,
    "leaky_relu": lambda u: F.leaky_relu(u, 0.01),
    "identity": lambda u: u,
    "sigmoid": sigmoid,
    "softsign": F.softsign,
    "hard_tanh": F.hardtanh,
}
STEPS = {"phased_lstm": "phased"}  # cell -> method, where it is not of the same name
COLUMNS = {"rnn": "u", "gru": "rzn", "lstm": "oifg", "phased_lstm": "oifg"}  # gates side by side in W_x, W_h and b


@dataclass
class ReferenceLayer:
    """One layer's parameters as leaves, and its history."""

    leaves: dict  # W_xi, W_hi, b_i, …, tau, …
    states: dict = field(default_factory=dict)  # part -> T+1 tensors
    taps: dict = field(default_factory=dict)  # part -> T tensors of zeros
    gates: list = field(default_factory=list)  # T dicts

    def grads(self, part):
        return stacked_grads(self.states[part])

    def direct_grads(self, part):
        return stacked_grads(self.taps[part])


class Reference:
    """One network unrolled by autograd: losses (T, B), then the gradients of Σ_b L_b."""

    def __init__(self, network, settings):
        self.settings, self.network = settings, network
        self.act = ACTIVATIONS[settings.activation]
        self.step = getattr(self, STEPS.get(settings.cell, settings.cell))
        self.layers = [self.open_layer(p, s) for p, s in zip(network.layers, network.start, strict=True)]
        self.readout = {name: leaf(array) for name, array in network.readout.items()}
        self.outputs = torch.stack([self.all_layers(t) for t in range(len(network.x))])
        self.step_losses = self.losses()
        (torch.tensor(network.weights)[:, None] * self.step_losses).sum().backward()

    def open_layer(self, params, start):
        leaves = {}
        for name, array in params.items():
            columns = COLUMNS[self.settings.cell]
            if name not in ("W_x", "W_h", "b"):
                leaves[name] = leaf(array)
                continue
            for gate, part in zip(columns, np.split(array, len(columns), axis=-1), strict=True):
                leaves[f"b_{gate}" if name == "b" else name + gate] = leaf(part)
        layer = ReferenceLayer(leaves)
        layer.states = {part: [leaf(array)] for part, array in start.items()}
        layer.taps = {part: [] for part in start}
        return layer

    def all_layers(self, t):
        """Step t of all layers; returns the output."""
        read = torch.tensor(self.network.x[t])
        for layer in self.layers:
            taps = {part: torch.zeros_like(states[0], requires_grad=True) for part, states in layer.states.items()}
            old = {part: states[-1] for part, states in layer.states.items()}
            if self.network.truncation and t and t % self.network.truncation == 0:
                old = detached(old)
            new, gates, emit = self.step(layer.leaves, read, old, t)
            read = new["h"] + taps["h"]
            if "c" in taps:  # adds exactly 0: what h_t would gain if c_t had been a little larger
                c = new["c"].detach()
                read = read + (emit(c + taps["c"]) - emit(c).detach())
            for part in new:
                new[part].retain_grad()
                layer.states[part].append(new[part])
                layer.taps[part].append(taps[part])
            layer.gates.append(gates)
        return read @ self.readout["W_y"] + self.readout["b_y"]

    def losses(self):
        targets = torch.tensor(np.ascontiguousarray(self.network.targets))
        if self.settings.signal == "tokens":
            return cross_entropy(self.outputs, targets)
        return ((self.outputs - targets) ** 2).sum(dim=-1)

    def sum_of(self, p, gate, x, h):
        return x @ p[f"W_x{gate}"] + h @ p[f"W_h{gate}"] + p[f"b_{gate}"]

    def rnn(self, p, x, old, t):
        h = old["h"]
        new = self.act(self.sum_of(p, "u", x, h))
        return {"h": h + new if self.settings.options.residual else new}, {}, None

    def gru(self, p, x, old, t):
        h = old["h"]
        r, z = (sigmoid(self.sum_of(p, gate, x, h)) for gate in "rz")
        if self.settings.options.form == "cho":
            n = self.act(self.sum_of(p, "n", x, 0 * h) + (r * h) @ p["W_hn"])
            return {"h": (1 - z) * h + z * n}, {"r": r, "z": z, "n": n}, None
        n = self.act(x @ p["W_xn"] + p["b_n"] + r * (h @ p["W_hn"] + p["b_hn"]))
        return {"h": (1 - z) * n + z * h}, {"r": r, "z": z, "n": n}, None

    def lstm_gates(self, p, x, h, c):
        """i, f, g, and the output gate's sum without its peephole."""
        peep = (lambda name: p[name] * c) if self.settings.options.peepholes else (lambda name: 0.0)
        i = sigmoid(self.sum_of(p, "i", x, h) + peep("p_i"))
        f = sigmoid(self.sum_of(p, "f", x, h) + peep("p_f"))
        return i, f, self.act(self.sum_of(p, "g", x, h)), self.sum_of(p, "o", x, h)

    def output_gate(self, sums, p, c):
        return sigmoid(sums + p["p_o"] * c if self.settings.options.peepholes else sums)

    def lstm(self, p, x, old, t):
        h, c = old["h"], old["c"]
        i, f, g, sums = self.lstm_gates(p, x, h, c)
        c = f * c + i * g
        o = self.output_gate(sums, p, c)

        def emit(c):
            return self.output_gate(sums.detach(), detached(p), c) * self.act(c)

        return {"h": o * self.act(c), "c": c}, {"i": i, "f": f, "g": g, "o": o}, emit

    def phased(self, p, x, old, t):
        h, c = old["h"], old["c"]
        i, f, g, sums = self.lstm_gates(p, x, h, c)
        k = self.clock(torch.tensor(self.network.times[t])[:, None], p)
        fresh = f * c + i * g
        options = self.settings.options
        updated = options.output == "updated" or options.gate == "open"  # k = 1: the two are the same cell state
        c = k * fresh + (1 - k) * c
        seen = c if updated else fresh
        o = self.output_gate(sums, p, seen)

        def emit(c):
            read = c if updated else fresh.detach()
            return k.detach() * self.output_gate(sums.detach(), detached(p), read) * self.act(read)

        new = {"h": k * (o * self.act(seen)) + (1 - k) * h, "c": c}
        return new, {"i": i, "f": f, "g": g, "o": o, "k": k.expand_as(c)}, emit

    def clock(self, times, p):
        """k (B, H) at times (B, 1)."""
        options = self.settings.options
        if options.gate == "open":
            return torch.ones_like(times - p["s"])
        p = p | {"leak": torch.zeros_like(p["leak"])} if options.at_test else p
        return time_gate(times, p | {"s": -p["s"]} if options.shift_sign == "plus" else p)

    def param_grads(self, layer):
        """By gate, of the batch mean; 0 where nothing reads the parameter."""
        leaves = {name: p for name, p in self.layers[layer].leaves.items() if name != "leak"}
        grads = {name: torch.zeros_like(p) if p.grad is None else p.grad for name, p in leaves.items()}
        return {name: grad.numpy() / self.network.divisor for name, grad in grads.items()}


def time_gate(times, p):
    """k (B, H) at times (B, 1)."""
    phi = torch.remainder(times - p["s"], p["tau"]) / p["tau"]
    ramp = 2 * phi / p["r_on"]
    return torch.where(phi < p["r_on"] / 2, ramp, torch.where(phi < p["r_on"], 2 - ramp, p["leak"] * phi))


def leaf(array):
    return torch.tensor(np.ascontiguousarray(array), requires_grad=True)


def detached(p):
    return {name: parameter.detach() for name, parameter in p.items()}


def stacked_grads(tensors):
    """(len, B, H); nothing arrived where autograd left no gradient."""
    return np.stack([np.zeros(t.shape) if t.grad is None else t.grad.numpy() for t in tensors])


def values(tensors):
    return np.stack([t.detach().numpy() for t in tensors])
