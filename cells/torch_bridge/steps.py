"""Hooks on a single cell that a loop calls step by step: autograd's own total gradients of every state.

The c that an LSTM's step gives is passed on through an identity: the gradient there leaves out the way through the same
step's h, as that of a fused kernel does. Nothing else is put into the graph, so that every sum in it keeps its order.
"""

from typing import TYPE_CHECKING, Any

from .answers import used_weights
from .counterparts import Kind
from .loops import Loop, Step
from .watch import Snapshots, adding, casting_of, pair

if TYPE_CHECKING:
    from torch import Tensor


class Steps:
    """One cell under a probe: a loop for each sequence it was called along."""

    def __init__(self, module: Any, kind: Kind) -> None:
        self.module, self.kind = module, kind
        self.parts = kind.counterpart.build().state_names
        self.records: list[Loop] = []
        self.handles: list[Any] = []
        self.weights = Snapshots()

    def begin(self) -> None:
        """Hook on, first in line."""
        self.handles.append(self.module.register_forward_hook(self._called, prepend=True, with_kwargs=True))

    def end(self) -> None:
        """Take every hook off again."""
        for handle in self.handles:
            handle.remove()
        self.handles.clear()

    def _called(self, module: Any, args: tuple, named: dict, result: Any) -> Any:
        import torch

        if not torch.is_grad_enabled():
            return None
        given = dict(zip(("input", "hx"), args, strict=False)) | named
        before = {} if given.get("hx") is None else dict(zip(self.parts, pair(given["hx"]), strict=True))
        h, *others = pair(result)
        made = (h, *(state.view_as(state) for state in others))
        step = Step(given["input"].detach().clone(), before, dict(zip(self.parts, made, strict=True)))
        self._loop(before).steps.append(step)
        self.handles += [
            state.register_hook(adding(step.total, part)) for part, state in step.after.items() if state.requires_grad
        ]
        return made if others else None

    def _loop(self, before: "dict[str, Tensor]") -> Loop:
        """Return the sequence whose last states these are; a new one where they come from elsewhere."""
        for loop in self.records[::-1]:
            if before and all(loop.steps[-1].after[part] is state for part, state in before.items()):
                return loop
        last = self.records[-1] if self.records else None
        if last and before and all(_follows(last.steps[-1].after[part], state) for part, state in before.items()):
            last.changed = True
            return last
        weights = self.weights.of(used_weights(self.module, self.kind))
        casting = casting_of(next(iter(weights.values())))
        self.records.append(Loop(self.kind, weights, self.module, self.module.training, casting))
        return self.records[-1]


def _follows(earlier: "Tensor", state: "Tensor") -> bool:
    """Return whether a state may have been made from an earlier one: it has a history, and the same shape."""
    return state.grad_fn is not None and state.shape == earlier.shape
