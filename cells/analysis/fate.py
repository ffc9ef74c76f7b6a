"""The fate of a gradient as a student may answer it: it vanishes, explodes or stays; and the curve that shows it."""

from cells.activations import Array
from cells.trace import Trace

from .errors import DoesNotApply
from .gradient.theory import measured_credit
from .gradient.verdict import verdict
from .gradient.vjp import attached

FATES = {  # what a run is judged -> what may be answered
    "vanishing": "vanish",
    "zero": "vanish",
    "exploding": "explode",
    "overflow": "explode",
    "stable": "stay",
    "copied": "stay",
}


def fate(trace: Trace, layer: int | None = None) -> str:
    """Return vanish, explode or stay; DoesNotApply where the gradient is no number, or has no step to travel back."""
    kind = verdict(trace, layer).kind
    if kind not in FATES:
        reasons = {
            "single": "the loss sits on step 1 and has no step to travel back",
            "nan": "its gradient is no number",
        }
        raise DoesNotApply(f"There is nothing to guess in this run: {reasons[kind]}.")
    return FATES[kind]


def relative_credit(trace: Trace, layer: int | None = None) -> Array:
    """Return log10 of the credit at steps 1 … s relative to step s, the last one with a loss: (s,)."""
    curve = measured_credit(trace, layer)[1 : attached(trace)[-1] + 1]
    return curve - curve[-1]
