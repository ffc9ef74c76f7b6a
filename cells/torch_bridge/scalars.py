"""A trace in four numbers, for a log that is read along a training."""

import numpy as np

from cells.analysis import log10_mean, verdict
from cells.analysis.jacobian.recurrent_matrix import saturation
from cells.trace import Trace


def scalars_of(trace: Trace) -> dict[str, float]:
    """Of the top layer; NaN where there is no gradient to compare with."""
    found = verdict(trace)
    norms = log10_mean(trace.log10_grad_norms["h"])[1:]
    shares = saturation(trace.top)
    with np.errstate(over="ignore", invalid="ignore"):
        ratio = float(10.0 ** (norms[0] - norms[-1]))
    return {
        "half_life": found.half_life,
        "decay_per_step": found.decay_per_step,
        "grad_ratio": ratio,
        "saturated": sum(shares.values()) / len(shares),
    }
