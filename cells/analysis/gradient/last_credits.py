"""The credit of the last attached step for many runs side by side, each with a last step of its own."""

import numpy as np

from cells.activations import Array
from cells.backward import UpstreamGrad
from cells.scaled import Scaled
from cells.trace import LayerTrace, Trace

from .vjp import backpropagate


def last_credits(trace: Trace, layer: int) -> tuple[LayerTrace, Array]:
    """Return one layer with the gradients of each run's last attached loss alone, and that step (G,), counted from 1.

    The trace holds G runs, its arrays (T, G, B, H); `carry.last_credit` is the same for one.
    """
    direct = trace.top.record.direct
    steps, last = np.array(direct.steps), _last(direct)
    if len(steps) == 1:
        return trace.layer(layer), steps[last]
    return backpropagate(trace, _only(direct, last))[layer], steps[last]


def _last(direct: UpstreamGrad) -> Array:
    """Return the place among the injection's steps of each run's last one that feeds a gradient.

    The last where none does.
    """
    fed = np.asarray(direct.rows.mantissa.any(axis=(-1, -2)))
    return np.where(fed.any(axis=0), len(fed) - 1 - fed[::-1].argmax(axis=0), len(fed) - 1)


def _only(direct: UpstreamGrad, last: Array) -> UpstreamGrad:
    """Return what arrives at each run's own last step."""
    places = np.unique(last)
    own = (places[:, None] == last)[..., None, None]
    exponent = None if direct.rows.exponent is None else direct.rows.exponent[places]
    rows = np.where(own, direct.rows.mantissa[places], 0.0)
    return UpstreamGrad([direct.steps[k] for k in places.tolist()], Scaled(rows, exponent))
