"""The view of a run: choices that change no number."""

from dataclasses import dataclass

from cells.knobs import Knobs, choice, knob, switch


@dataclass(frozen=True)
class PageView(Knobs):
    """How the run is looked at. Like a setting, each choice is a widget and a word of the link."""

    layer: int = knob(0, 0, 4, "Layer shown", "Counted from below; 0 is the top layer.", group="view")
    gates: str = choice(
        "lines",
        {"lines": "mean and band", "units": "unit × time"},
        "Gates as",
        "Mean over units and batch with the 10–90 % band, or every unit as a row.",
        group="view",
    )
    gradient_units: bool = switch(False, "Gradient by unit", "Heatmap of |dL/dh| over units and time.", group="view")
    state_units: bool = switch(False, "State by unit", "Heatmap of h over units and time.", group="view")
    both_losses: bool = switch(
        False, "Both loss modes", "Draws the gradient with the loss on the last and on all steps.", group="view"
    )
    scrub: tuple = ()  # (knob,) or (knob, low, high, number of values): what is dragged (scrub.py)
    pins: tuple = ()  # runs that stay (pins.py)
