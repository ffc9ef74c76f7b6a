"""Answers of a module of PyTorch itself to a call: outputs, final states and gradients, in its own type and place.

The module is called as it is, with its hooks and in its mode; its buffers, the random state and every `.grad` are
afterwards what they were before.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cells.arrays import Array

from .call import Call, Start
from .counterparts import Kind
from .numbers import checked, to_numpy

if TYPE_CHECKING:
    from torch import Tensor, dtype, nn


@dataclass(frozen=True, eq=False)
class Answer:
    """Arrays in float64, time first, of what the module gave in its own type."""

    kind: Kind
    weights: dict[str, Array]  # those it used, by its own names
    used: "dict[str, Tensor]"  # the same in its own type
    output: Array  # (T, B, D·H)
    final: dict[str, Array]  # (L·D, B, H) a part
    grads: dict[str, Array]  # dL/d of x, of the initial states and of the weights that learn, as autograd gives them


def answer_of(module: "nn.Module", kind: Kind, call: Call, plain: bool = False) -> Answer:
    """Call the module; ValueError where it cannot be called so, or gives something of another form.

    plain  without hooks, those that PyTorch calls for every module among them
    """
    with _left_as_it_was(module):
        asked = Asked(module, kind, call, plain=plain)
        output, final = asked.result()
        used = used_weights(module, kind)
        shares = Counter(map(id, used.values()))  # autograd adds up what reaches a weight that two layers share
        learning = {name: weight for name, weight in used.items() if weight.requires_grad and shares[id(weight)] == 1}
        wanted = {"x": asked.x} | asked.leaves | learning
        grads = _grads(_loss(call, output, final), list(wanted.values()))
        weights = {name: checked(name, weight, tuple(weight.shape)) for name, weight in used.items()}
    return Answer(
        kind=kind,
        weights=weights,
        used={name: weight.detach().clone() for name, weight in used.items()},
        output=to_numpy("output", output),
        final={part: to_numpy(part, rows) for part, rows in final.items()},
        grads={name: to_numpy(name, grad) for name, grad in zip(wanted, grads, strict=True) if grad is not None},
    )


def used_weights(module: Any, kind: Kind) -> "dict[str, Tensor]":
    """Return the weights of the last call, by the module's names: where they are made from others, those it made."""
    if kind.is_cell:
        return {name: getattr(module, name) for name in kind.all_names()}
    return dict(zip(module._flat_weights_names, module._flat_weights, strict=True))


class Asked:
    """A call in the module's own type, on its own device."""

    def __init__(
        self, module: Any, kind: Kind, call: Call, types: "tuple[dtype, ...] | None" = None, plain: bool = False
    ) -> None:
        """`types` are those of x and of the initial states, where they are not the weights'."""
        self.module, self.kind, self.call = module.forward if plain else module, kind, call
        first = getattr(module, next(iter(kind.all_names())))
        self.device = first.device
        of_x, *of_states = types or (first.dtype,)
        self.x = self._leaf(call.x, of_x)
        self.leaves = {} if call.start is None else self._start(call.start, of_states[0] if of_states else of_x)

    def _leaf(self, array: Array, dtype: "dtype") -> "Tensor":
        import torch

        return torch.tensor(array, requires_grad=True, dtype=dtype, device=self.device)

    def _start(self, start: Start, dtype: "dtype") -> dict[str, "Tensor"]:
        return {f"{part}_0": self._leaf(np.stack([one[part] for one in start]), dtype) for part in start[0]}

    @property
    def _parts(self) -> tuple[str, ...]:
        return self.kind.counterpart.build().state_names

    def result(self) -> "tuple[Tensor, dict[str, Tensor]]":
        """Return outputs (T, B, D·H) and final states (L·D, B, H) by part."""
        try:
            found = self._stepped() if self.kind.is_cell else self._whole()
        except (RuntimeError, TypeError, ValueError, AttributeError, IndexError, NotImplementedError) as error:
            first_line = str(error).strip().partition("\n")[0]
            sentence = f"module = {self.kind.name} cannot be called with this x: {first_line}"
            raise ValueError(sentence) from error
        return found

    def _whole(self) -> "tuple[Tensor, dict[str, Tensor]]":
        x, states = self.x, [*self.leaves.values()]
        if self.call.unbatched:
            x, states = x[:, 0], [state[:, 0] for state in states]
        elif self.call.lengths is not None:
            x = self._packed(x)
        elif self.kind.batch_first:
            x = x.transpose(0, 1)
        given = [tuple(states) if len(states) > 1 else states[0]] if states else []
        return self._unwrapped(self.module(x, *given))

    def _packed(self, x: "Tensor") -> Any:
        import torch
        from torch.nn.utils.rnn import pack_padded_sequence

        return pack_padded_sequence(x, torch.tensor(self.call.lengths), enforce_sorted=False)

    def _unwrapped(self, result: Any) -> "tuple[Tensor, dict[str, Tensor]]":
        from torch.nn.utils.rnn import pad_packed_sequence

        parts = self._parts
        if not isinstance(result, tuple) or len(result) != 2:
            raise ValueError(f"it gives {type(result).__name__}, not the pair of output and final states")
        output, final = result
        states = dict(zip(parts, final if len(parts) > 1 else (final,), strict=True))
        if self.call.lengths is not None:
            output, _ = pad_packed_sequence(output, total_length=len(self.call.x))
        elif self.call.unbatched:
            output, states = output[:, None], {part: state[:, None] for part, state in states.items()}
        elif self.kind.batch_first:
            output = output.transpose(0, 1)
        return output, states

    def _stepped(self) -> "tuple[Tensor, dict[str, Tensor]]":
        """Call a single cell once a step; beyond its end a sequence's state stands still."""
        import torch

        parts = self._parts
        states = tuple(self.leaves[f"{part}_0"][0] for part in parts) if self.leaves else None
        outputs, active = [], self.call.active
        for t, x in enumerate(self.x):
            new = self._step(x, states)
            if active is not None:
                going = torch.tensor(active[t], device=x.device)[:, None]
                old = states or tuple(torch.zeros_like(state) for state in new)
                new = tuple(torch.where(going, *pair) for pair in zip(new, old, strict=True))
            states = new
            outputs.append(states[0])
        final = {part: state[None] for part, state in zip(parts, states or (), strict=True)}
        return torch.stack(outputs) * self._reaches(), final

    def _reaches(self) -> Any:
        """1 up to a sequence's end, 0 beyond it, as pad_packed_sequence fills up."""
        active = self.call.active
        return 1 if active is None else self.x.new_tensor(active)[..., None]

    def _step(self, x: "Tensor", states: "tuple[Tensor, ...] | None") -> "tuple[Tensor, ...]":
        if self.call.unbatched:
            x, states = x[0], None if states is None else tuple(state[0] for state in states)
        given = [] if states is None else [states if "c" in self._parts else states[0]]
        new = self.module(x, *given)
        new = new if isinstance(new, tuple) else (new,)
        return tuple(state[None] for state in new) if self.call.unbatched else new


def _loss(call: Call, output: "Tensor", final: "dict[str, Tensor]") -> "Tensor":
    """Σ d_out ⊙ output + Σ d_hx ⊙ final states, in float64."""
    loss = (output.double() * output.new_tensor(call.d_out, dtype=_float64())).sum()
    for row, states in enumerate(call.final or ()):
        for part, rows in states.items():
            loss = loss + (final[part][row].double() * output.new_tensor(rows, dtype=_float64())).sum()
    return loss


def _float64() -> Any:
    import torch

    return torch.float64


def _grads(loss: "Tensor", wanted: "Sequence[Tensor]") -> list:
    """dloss/d of each; 0 where autograd sees no way to any, None where it sees none to this one."""
    import torch

    if not loss.requires_grad:
        return [torch.zeros_like(one) for one in wanted]
    return list(torch.autograd.grad(loss, wanted, allow_unused=True))


@contextmanager
def _left_as_it_was(module: Any) -> Iterator[None]:
    """Autograd on, whatever it was; random state and numbers put back. cuDNN would refuse a backward pass in eval()."""
    import torch

    devices = {weight.device for weight in module.parameters() if weight.is_cuda}
    before = {name: values.detach().clone() for name, values in _numbers_of(module)}
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.random.fork_rng(devices=sorted(devices, key=str)),
        torch.backends.cudnn.flags(enabled=False),
    ):
        try:
            yield
        finally:
            _put_back(module, before)


def _numbers_of(module: Any) -> "Iterator[tuple[str, Tensor]]":
    yield from module.named_parameters()
    yield from module.named_buffers()


def _put_back(module: Any, before: "dict[str, Tensor]") -> None:
    """Show what the call has changed, and only that: a graph that is still to go backward watches the rest."""
    import torch

    with torch.no_grad():
        for name, values in _numbers_of(module):
            if name in before and values.shape == before[name].shape and not torch.equal(values, before[name]):
                values.copy_(before[name])
