"""A mistake in the training loop: the norm is clipped before `backward()` or after `step()`, to no effect."""

from dataclasses import replace

import numpy as np

from cells.arrays import Array
from cells.base import Params
from cells.engine import solve
from cells.network import Network
from cells.trace import Trace

from .exhibit import UPDATE, Exhibit

UPDATES, RATE = 24, 0.05  # of plain gradient descent
LIMIT, NO_LIMIT = 1.0, np.inf  # of the norm: clipped between `backward()` and `step()`, and at another time
Grads = tuple[Params, ...]


def clipped_too_early(trace: Trace, layer: int, unit: int) -> Exhibit:
    """Return the size of the gradient that each update used: not clipped at all, and clipped between the two."""
    wrong, right = (used_norms(trace.network, limit) for limit in (NO_LIMIT, LIMIT))
    return Exhibit(wrong[:, None], right[:, None], "not clipped", quantity="‖dL/dW‖ that the update used", over=UPDATE)


def used_norms(network: Network, limit: float) -> Array:
    """Return log10 of the norm over all recurrent parameters, (UPDATES,), with the gradient clipped to `limit`."""
    found = np.full(UPDATES, np.nan)
    with np.errstate(all="ignore"):
        for update in range(UPDATES):
            grads = grads_of(solve(network))
            norm = norm_of(grads)
            scale = min(1.0, limit / norm)
            found[update] = np.log10(scale * norm)
            if not np.isfinite(norm):
                break  # nothing comes back from there
            network = updated(network, grads, RATE * scale)
    return found


def grads_of(trace: Trace) -> Grads:
    """Return the gradient of every trained parameter, layer by layer."""
    fixed = trace.network.cell.constants
    return tuple(
        {name: layer.param_grads[name] for name in params if name not in fixed}
        for layer, params in zip(trace.layers, trace.network.layers, strict=True)
    )


def norm_of(grads: Grads) -> float:
    """Return the norm of all of them together."""
    return float(np.sqrt(sum(np.square(grad).sum() for layer in grads for grad in layer.values())))


def updated(network: Network, grads: Grads, rate: float) -> Network:
    """Return the network after one step of gradient descent."""
    pairs = zip(network.layers, grads, strict=True)
    layers = [params | {name: params[name] - rate * grad for name, grad in moved.items()} for params, moved in pairs]
    return replace(network, layers=tuple(layers))
