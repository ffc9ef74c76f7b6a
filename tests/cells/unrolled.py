"""PyTorch's modules once more, step by step in autograd, with every state kept: lengths, masks and both directions."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cells.torch_bridge import trace_torch


@dataclass
class Task:
    """Everything a call is given, time first; absent parts are None."""

    x: Tensor  # (T, B, I)
    d_out: Tensor  # (T, B, D·H)
    hx: tuple[Tensor, ...] | None = None  # (L·D, B, H) each
    d_hx: tuple[Tensor, ...] | None = None
    lengths: list[int] | None = None
    mask: Tensor | None = None  # (T, B)

    @property
    def active(self) -> Tensor:
        active = torch.ones(self.x.shape[:2], dtype=torch.bool) if self.mask is None else self.mask.bool()
        if self.lengths is not None:
            active = active & (torch.arange(len(self.x))[:, None] < torch.tensor(self.lengths))
        return active

    @property
    def d_read(self) -> Tensor:
        """d_out without what is padded behind a sequence's end."""
        if self.lengths is None:
            return self.d_out
        return self.d_out * (torch.arange(len(self.x))[:, None, None] < torch.tensor(self.lengths)[:, None])


@dataclass
class Way:
    """One layer in one direction: states by part, T+1 of them in its own time."""

    states: dict[str, list[Tensor]]


class Unrolled:
    """Runs the module's equations and differentiates Σ d_out ⊙ output + Σ d_hx ⊙ final states."""

    def __init__(self, module: nn.RNNBase, task: Task) -> None:
        self.module, self.task = module, task
        self.parts = ("h", "c") if module.mode == "LSTM" else ("h",)
        self.x = task.x.clone().requires_grad_()
        rows = module.num_layers * (2 if module.bidirectional else 1)
        zeros = torch.zeros(rows, task.x.shape[1], module.hidden_size, dtype=task.x.dtype)
        start = task.hx or (zeros,) * len(self.parts)
        self.start = {p: s.clone().requires_grad_() for p, s in zip(self.parts, start, strict=True)}
        self.ways: dict[tuple[int, bool], Way] = {}
        self.output = self._run()
        self.loss().backward()

    def loss(self) -> Tensor:
        loss = (self.output * self.task.d_read).sum()
        for part, d in zip(self.parts, self.task.d_hx or (), strict=False):
            finals = torch.stack([way.states[part][-1] for way in self.ways.values()])
            loss = loss + (finals * d).sum()
        return loss

    def _run(self) -> Tensor:
        read = self.x
        for layer in range(self.module.num_layers):
            outs = [self._way(layer, reverse, read) for reverse in (False, True)[: 1 + self.module.bidirectional]]
            read = torch.cat(outs, dim=-1)
        return read

    def _way(self, layer: int, reverse: bool, read: Tensor) -> Tensor:
        read, active = (read.flip(0), self.task.active.flip(0)) if reverse else (read, self.task.active)
        row = len(self.ways)
        way = self.ways[layer, reverse] = Way({part: [kept(self.start[part][row] * 1)] for part in self.parts})
        for x, going in zip(read, active, strict=True):
            old = [way.states[part][-1] for part in self.parts]
            new = self.step(x, *old, suffix=f"_l{layer}{'_reverse' if reverse else ''}")
            for part, before, after in zip(self.parts, old, new, strict=True):
                way.states[part].append(kept(torch.where(going[:, None], after, before)))
        outputs = torch.stack(way.states["h"][1:])
        return outputs.flip(0) if reverse else outputs

    def step(self, x: Tensor, h: Tensor, c: Tensor | None = None, suffix: str = "") -> tuple[Tensor, ...]:
        def product(name: str, read: Tensor) -> Tensor:
            bias = getattr(self.module, f"bias_{name}{suffix}") if self.module.bias else 0
            return read @ getattr(self.module, f"weight_{name}{suffix}").T + bias

        a, b = product("ih", x), product("hh", h)
        if self.module.mode == "LSTM":
            i, f, g, o = (a + b).chunk(4, dim=-1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            return torch.sigmoid(o) * torch.tanh(c), c
        if self.module.mode == "GRU":
            (a_r, a_z, a_n), (b_r, b_z, b_n) = a.chunk(3, dim=-1), b.chunk(3, dim=-1)
            r, z = torch.sigmoid(a_r + b_r), torch.sigmoid(a_z + b_z)
            return ((1 - z) * torch.tanh(a_n + r * b_n) + z * h,)
        return (torch.tanh(a + b) if self.module.mode == "RNN_TANH" else torch.relu(a + b),)


def kept(state: Tensor) -> Tensor:
    state.retain_grad()
    return state


def traced(module: nn.RNNBase, task: Task):
    """The same by `trace_torch`, given as the module takes it."""
    turned = (lambda rows: rows.transpose(0, 1)) if module.batch_first else (lambda rows: rows)
    hx, d_hx = (pair if pair is None or len(pair) > 1 else pair[0] for pair in (task.hx, task.d_hx))
    return trace_torch(module, turned(task.x), turned(task.d_out), hx, d_hx, task.lengths, task.mask)
