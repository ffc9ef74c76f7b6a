"""Settings that make one point each."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A name for its button, the point it makes, and what differs from the defaults."""

    name: str
    point: str
    values: dict[str, Any] = field(default_factory=dict)


PRESETS = (
    Preset("tanh vanishes", "Saturated units pass little back: the gradient shrinks a little at every step."),
    Preset(
        "ReLU explodes",
        "Active ReLUs pass everything back: above the critical weight scale nothing holds the gradient.",
        {"activation": "relu", "weight_scale": 1.8},
    ),
    Preset(
        "identity: powers",
        "Without a nonlinearity the gradient follows the powers of W_hᵀ: the largest eigenvalue decides.",
        {"activation": "identity", "weight_scale": 0.9},
    ),
    Preset(
        "IRNN",
        "Identity matrix, ReLU, zero bias: while a unit is on, its gradient is copied (Le, Jaitly, Hinton 2015).",
        {"activation": "relu", "init": "identity"},
    ),
    Preset(
        "loss on all steps",
        "A loss on every step feeds each h_t directly; the credit of the last step alone still vanishes.",
        {"loss": "all", "both_losses": True},
    ),
    Preset(
        "LSTM",
        "A forget gate near 1 carries dL/dc almost unchanged.",
        {"cell": "lstm", "forget_bias": 3.0},
    ),
    Preset(
        "Phased LSTM",
        "While its time gate is closed and does not leak, a unit's gradient is copied bit for bit.",
        {"cell": "phased_lstm", "shortest_period": 10.0, "longest_period": 100.0, "leak": 0.0},
    ),
)
