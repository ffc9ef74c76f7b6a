"""All trained parameters as one vector: the optimiser, the clipping and every norm take one operation each."""

import torch
from torch import Tensor, nn


class FlatParameters:
    """θ (n,) and its gradient; the network's own parameters become views of it.

    PyTorch's optimisers work element by element, so that one vector learns what many tensors would.
    """

    def __init__(self, net: nn.Module) -> None:
        self.named = {name: p for name, p in net.named_parameters() if p.requires_grad}
        self.vector = nn.Parameter(torch.cat([p.detach().flatten() for p in self.named.values()]))
        self.grad = torch.zeros_like(self.vector.data)
        self.vector.grad = self.grad
        place = 0
        for p in self.named.values():
            here = slice(place, place + p.numel())
            p.data = self.vector.data[here].view(p.shape)
            p.grad = self.grad[here].view(p.shape)
            place = here.stop

    def snapshot(self) -> Tensor:
        """Return a copy of θ."""
        return self.vector.detach().clone()

    def put(self, values: Tensor) -> None:
        """Overwrite the parameters θ with these values."""
        self.vector.data.copy_(values)

    def first_bad(self, of_grad: bool) -> str:
        """Return the name of the first parameter whose value (or gradient) is not finite."""
        for name, p in self.named.items():
            values = p.grad if of_grad else p.detach()
            if values is not None and not bool(torch.isfinite(values).all()):
                return name
        return "all parameters together"  # each is finite, and their norm is not


def norm(values: Tensor) -> float:
    """Return the Euclidean norm of all values together."""
    return torch.linalg.vector_norm(values).item()
