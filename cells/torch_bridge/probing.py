"""`with probe(model) as flow:` around a step of one's own training: the gradient through every recurrent module in it.

Hooks record what each module is given and what reaches its outputs; the traces are computed in float64 when they are
asked for. On leaving the block every hook is off again, and no weight, gradient or random number has been touched.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from cells.trace import Trace

from .kinds import kind_of, original
from .probed import Probed
from .steps import Steps
from .watch import Watch

if TYPE_CHECKING:
    from torch import nn


class probe:
    """Record one step of training.

    model   any module that holds nn.RNN, nn.GRU or nn.LSTM, or loops over nn.RNNCell, nn.GRUCell or nn.LSTMCell;
            compiled ones run uncompiled inside the block
    gives   a Flow. Run the forward pass and `loss.backward()` inside the block. ValueError where there is no such
            module
    """

    def __init__(self, model: "nn.Module") -> None:
        self.flow = Flow(_watched(original(model)))
        self.stack = ExitStack()

    def __enter__(self) -> "Flow":
        self.stack.enter_context(_uncompiled())
        for watch in self.flow.watches.values():
            if isinstance(watch, Watch | Steps):
                watch.begin()
                self.stack.callback(watch.end)
        return self.flow

    def __exit__(self, *error: Any) -> None:
        self.stack.close()


def _watched(model: Any) -> dict[str, Watch | Steps | str]:
    """Return every recurrent module by its name; a sentence for one that cannot be read."""
    from torch import nn

    found: dict[str, Watch | Steps | str] = {}
    for name, module in model.named_modules():
        recurrent = isinstance(module, nn.RNNBase | nn.RNNCellBase) or "quantiz" in type(module).__module__
        if recurrent and not any(name.startswith(f"{other}.") for other in found):
            found[name.replace("_orig_mod.", "") or type(module).__name__] = _watch(module)
    if not found:
        raise ValueError(f"model = {type(model).__name__} holds no nn.RNN, nn.GRU, nn.LSTM, nor a cell of theirs")
    return found


def _watch(module: Any) -> Watch | Steps | str:
    try:
        kind = kind_of(module)
    except ValueError as error:
        return str(error)
    return (Steps if kind.is_cell else Watch)(module, kind)


def _uncompiled() -> Any:
    """Compiled models pass hooks by; they are put off where the compiler is loaded at all."""
    import sys

    import torch

    return torch.compiler.set_stance("force_eager") if "torch._dynamo" in sys.modules else ExitStack()


class Flow:
    """The record of a probe, by the module's name: "encoder.lstm", and "encoder.lstm#2" for its second
    call.
    """

    def __init__(self, watches: Mapping[str, Watch | Steps | str]) -> None:
        self.watches = watches

    @property
    def traces(self) -> "Traces":
        """Return name -> Trace, exact total gradients of this very batch."""
        return Traces(self)

    def __getitem__(self, name: str | tuple[str, int]) -> Probed:
        """Return one call; ValueError where the module was not called or cannot be read, KeyError where there is
        none.
        """
        module, call = self._place(name)
        watch = self.watches.get(module)
        if watch is None:
            raise KeyError(f"{module!r} is none of {', '.join(self.watches)}")
        if isinstance(watch, str):
            raise ValueError(watch)
        if not 1 <= call <= len(watch.records):
            times = f"{len(watch.records)} times" if watch.records else "not"
            raise ValueError(f"{module!r} was called {times} with autograd on: there is no call {call}")
        return Probed(self._key(module, call), watch.records[call - 1])

    def __iter__(self) -> Iterator[str]:
        """Yield the names of all calls of modules that can be read."""
        for module, watch in self.watches.items():
            if not isinstance(watch, str):
                yield from (self._key(module, call + 1) for call in range(len(watch.records)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def refused(self) -> dict[str, str]:
        """Return name -> why it cannot be read."""
        found = {name: watch for name, watch in self.watches.items() if isinstance(watch, str)}
        for name in self:
            try:
                _ = self[name].trace
            except ValueError as error:
                found[name] = str(error)
        return found

    def scalars(self) -> dict[str, dict[str, float]]:
        """By call: half_life, decay_per_step, grad_ratio = ‖dL/dh_1‖/‖dL/dh_T‖ and saturated, the share of units.

        Of the top layer. Calls that cannot be read are left out: `refused` says why.
        """
        from .scalars import scalars_of

        refused = self.refused
        return {name: scalars_of(self.traces[name]) for name in self if name not in refused}

    def log(self, writer: Any, step: int, prefix: str = "flow") -> None:
        """Send the scalars, and the gradient over time as an image, to a TensorBoard writer or one like it."""
        from .image import gradient_image

        for name, numbers in self.scalars().items():
            for what, number in numbers.items():
                writer.add_scalar(f"{prefix}/{name}/{what}", number, step)
            writer.add_image(f"{prefix}/{name}/gradient", gradient_image(self.traces[name]), step)

    def _place(self, name: str | tuple[str, int]) -> tuple[str, int]:
        if isinstance(name, tuple):
            return name
        module, _, call = name.rpartition("#")
        return (module, int(call)) if module and call.isdigit() else (name, 1)

    def _key(self, module: str, call: int) -> str:
        return module if call == 1 else f"{module}#{call}"


class Traces(Mapping[str, Trace]):
    """The traces of a flow, each computed when it is asked for."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def __getitem__(self, name: str) -> Trace:
        return self.flow[name].trace

    def __iter__(self) -> Iterator[str]:
        return iter(self.flow)

    def __len__(self) -> int:
        return len(self.flow)
