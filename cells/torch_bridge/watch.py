"""Hooks on an nn.RNN, nn.GRU or nn.LSTM: each call is recorded, and the gradients that reach what it gave."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from .answers import answer_of, used_weights
from .call import Call
from .compare import plain_twin, same_gradients
from .counterparts import Kind
from .record import Record

if TYPE_CHECKING:
    from torch import Tensor


class Watch:
    """One module under a probe: its records, and the hooks that make them."""

    def __init__(self, module: Any, kind: Kind) -> None:
        self.module, self.kind = module, kind
        self.records: list[Record] = []
        self.handles: list[Any] = []
        self.asking = False  # the module is called by ourselves
        self.weights = Snapshots()

    def begin(self) -> None:
        """Hook on; first in line, so that what other hooks make of the output is not taken for the module's own."""
        self.handles.append(self.module.register_forward_hook(self._called, prepend=True, with_kwargs=True))

    def end(self) -> None:
        """Take every hook off again."""
        for handle in self.handles:
            handle.remove()
        self.handles.clear()

    def _called(self, module: Any, args: tuple, named: dict, result: Any) -> None:
        import torch

        if self.asking or not torch.is_grad_enabled():
            return
        given = dict(zip(("input", "hx"), args, strict=False)) | named
        record = self._record(given, result)
        if record is not None:
            self.records.append(record)

    def _record(self, given: dict, result: Any) -> Record | None:
        whole = isinstance(result, tuple) and len(result) == 2
        if not whole or not set(given) <= {"input", "hx"}:
            return self._refused(given, "is not called as its class is, with an input and initial states for a pair")
        x, lengths = self._sequence(given["input"])
        output, _ = self._sequence(result[0])
        states = pair(given.get("hx"))
        final = pair(result[1])
        record = Record(
            kind=self.kind,
            weights=self.weights.of(used_weights(self.module, self.kind)),
            x=_kept(x),
            start=tuple(_kept(_batched(state)) for state in states),
            output=_kept(output),
            lengths=lengths,
            training=self.module.training,
            casting=casting_of(x),
        )
        if has_own_forward(self.module):
            record.other = self._asked_again(record.call)
        self._listen(record, result[0], final)
        return record

    def _refused(self, given: dict, why: str) -> Record:
        x = given.get("input")
        return Record(self.kind, {}, x, (), x, other=f"module = {self.kind.name} {why}")  # type: ignore[arg-type]

    def _sequence(self, rows: Any) -> "tuple[Tensor, list[int] | None]":
        """(T, B, N) of what the module takes or gives, and lengths where it was packed."""
        from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

        if isinstance(rows, PackedSequence):
            padded, lengths = pad_packed_sequence(rows)
            return padded, lengths.tolist()
        if rows.ndim == 2:
            return rows[:, None], None
        return (rows.transpose(0, 1) if self.kind.batch_first else rows), None

    def _listen(self, record: Record, output: Any, final: "tuple[Tensor, ...]") -> None:
        """Add up what reaches the output and the final states."""
        from torch.nn.utils.rnn import PackedSequence

        packed = isinstance(output, PackedSequence)

        def reached(grad: "Tensor") -> None:
            rows = self._sequence(output._replace(data=grad) if packed else grad)[0].detach()
            record.d_out = rows.clone() if record.d_out is None else record.d_out + rows

        tensors = [(output.data if packed else output, reached)]
        tensors += [(s, adding(record.d_final, part)) for part, s in zip(record.parts, final, strict=True)]
        self.handles += [tensor.register_hook(hook) for tensor, hook in tensors if tensor.requires_grad]

    def _asked_again(self, call: Call) -> str:
        """Ask a forward of its own for its gradient, and return a sentence if that is not its class's."""
        rng = np.random.default_rng(0)
        shape = (*call.x.shape[:2], self.kind.directions * self.kind.hidden)
        call = Call(call.x, rng.normal(size=shape), call.start, None, call.lengths)
        self.asking = True
        try:
            answer = answer_of(self.module, self.kind, call)
            twin = answer_of(plain_twin(self.kind, answer.used, self.module.training), self.kind, call, plain=True)
        except ValueError as error:
            return str(error)
        finally:
            self.asking = False
        return same_gradients(answer, twin)


def adding(kept: "dict[str, Tensor]", part: str) -> "Callable[[Tensor], None]":
    """Return a hook that adds up what reaches a state."""

    def reached(grad: "Tensor") -> None:
        kept[part] = grad.detach().clone() if part not in kept else kept[part] + grad.detach()

    return reached


class Snapshots:
    """Copies of weights; one for several calls as long as nothing was written to them."""

    def __init__(self) -> None:
        self.marks: list[tuple[Any, int]] = []
        self.copies: dict[str, Tensor] = {}

    def of(self, weights: "dict[str, Tensor]") -> "dict[str, Tensor]":
        """Return the copies of these weights as they are now."""
        marks = [(weight, weight._version) for weight in weights.values()]
        same = len(marks) == len(self.marks) and all(
            a is b and m == n for (a, m), (b, n) in zip(marks, self.marks, strict=True)
        )
        if not same:
            self.marks, self.copies = marks, {name: _kept(weight) for name, weight in weights.items()}
        return self.copies


def casting_of(x: "Tensor") -> Callable[[], AbstractContextManager]:
    """Return the autocast that is on now, to be put on again."""
    import torch

    kind = x.device.type
    if not torch.is_autocast_enabled(kind):
        return nullcontext
    dtype = torch.get_autocast_dtype(kind)
    return lambda: torch.autocast(kind, dtype=dtype)


def has_own_forward(module: Any) -> bool:
    """Return whether the module's class, or the module, replaces PyTorch's own forward."""
    return not type(module).forward.__module__.startswith("torch.nn.") or "forward" in vars(module)


def pair(states: Any) -> "tuple[Tensor, ...]":
    """Return the states of a cell, in a tuple also where there is but one, and empty where there is none."""
    if states is None:
        return ()
    return tuple(states) if isinstance(states, tuple | list) else (states,)


def _batched(state: "Tensor") -> "Tensor":
    """(L·D, B, H), with a batch of one where there is none."""
    return state[:, None] if state.ndim == 2 else state


def _kept(tensor: "Tensor") -> "Tensor":
    return tensor.detach().clone()
