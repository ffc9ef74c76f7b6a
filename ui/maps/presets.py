"""Maps that make one point each."""

from typing import Any

import streamlit as st

from ui import state
from ui.shell.presets import Preset

SCALE: dict[str, Any] = {"map_x": ("weight_scale",)}
MAPS = (
    Preset(
        "tanh edge",
        "The longer the sequence, the narrower the band of scales that keeps a gradient; input moves it beyond ρ = 1.",
        SCALE | {"map_y": ("steps",)},
    ),
    Preset(
        "ReLU edge",
        "Without saturation nothing holds the gradient beyond the edge, which lies between ρ = 1 and mean gain 1.",
        SCALE | {"map_y": ("steps",), "activation": "relu"},
    ),
    Preset(
        "edge by draw",
        "The same scale may vanish with one seed and explode with the next: theory's lines move with the draw.",
        SCALE | {"map_y": ("seed",), "map_of": "decay"},
    ),
    Preset(
        "chaos",
        "Below 0 two nearby states meet again, above 0 they part: the largest Lyapunov exponent of every draw.",
        SCALE | {"map_y": ("seed",), "map_of": "lyapunov", "map_size": 21},
    ),
    Preset(
        "forget bias",
        "A forget gate near 1 keeps the gradient where the weights are small; where they are large it lets it explode.",
        SCALE | {"map_y": ("forget_bias",), "cell": "lstm"},
    ),
    Preset(
        "open ratio",
        "The less a gate is open, the less a step does to the gradient, in either direction.",
        SCALE | {"map_y": ("open_ratio",), "cell": "phased_lstm", "map_of": "half_life"},
    ),
)


def map_presets() -> None:
    """Draw a button for each preset map."""
    for preset in MAPS:
        st.button(preset.name, help=preset.point, on_click=state.reset, args=(preset.values,), key=preset.name)
