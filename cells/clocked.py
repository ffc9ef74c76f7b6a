"""The part that all cells behind a clock share: the clock's knobs, parameters, timestamps and gradients."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array
from .base import Cell, Params, Recipe, Tape, row
from .clock import DRAWS, SIGNS, checked_timestamps, gate_slopes, given, time_gate
from .knobs import BadValue, Knobs, choice, knob, switch
from .scaled import Scaled, sum_over_time

E = float(np.e)
SHORTEST = 0.001  # units of time that a period may have
SOURCE = "Neil, Pfeiffer, Liu 2016"
GATE_HELP = "Frozen open (k = 1 at every step) it is the plain LSTM with the same weights, bit for bit."
SHIFT_HELP = f"φ = ((t − s) mod τ)/τ in {SOURCE}: s delays the opening. With t + s it comes earlier by s."
LONGEST_HELP = "In units of time; e⁶ ≈ 403."
SPREAD_HELP = "s = spread · U(0, τ): 0 opens all units in phase."
RATIO_HELP = "Share of each period in which the gate is open."
LEAK_HELP = f"k = αφ while closed, so that a closed gate still learns: 0.001 while learning ({SOURCE})."
TEST_HELP = f"At test the gate closes tightly: α = 0 ({SOURCE})."
SAMPLING_HELP = (
    "Regular: 1, 2, …, T. Irregular: gaps drawn from an exponential distribution of mean 1 (Poisson). Two sensors: one "
    "samples every 1, one every 2.7, from random phases on. Own: times you paste or load."
)


@dataclass(frozen=True)
class ClockKnobs(Knobs):
    """The knobs of a cell with a clock."""

    gate: str = choice("clock", {"clock": "by the clock", "open": "open: k = 1"}, "Gate", GATE_HELP)
    shortest_period: float = knob(
        E, SHORTEST, 10_000.0, "Shortest period", "Periods τ = exp(U(ln a, ln b)).", page_high=500.0, draws=True
    )
    longest_period: float = knob(
        E**6, SHORTEST, 10_000.0, "Longest period", "In units of time; e⁶ ≈ 403.", page_high=500.0, draws=True
    )
    shift_spread: float = knob(1.0, 0.0, 1.0, "Shift spread", SPREAD_HELP, draws=True)
    shift_sign: str = choice("minus", {"minus": "t − s", "plus": "t + s"}, "Sign of the shift", SHIFT_HELP)
    open_ratio: float = knob(0.05, 0.001, 1.0, "Open ratio r_on", RATIO_HELP, draws=True)
    leak: float = knob(0.001, 0.0, 1.0, "Leak α", LEAK_HELP, step=0.001)
    at_test: bool = switch(False, "At test: α = 0", TEST_HELP)
    sampling: str = choice(
        "regular",
        {"regular": "regular", "irregular": "irregular", "two_sensors": "two sensors", "own": "own times"},
        "Timestamps",
        SAMPLING_HELP,
        reveals={"own": ("timestamps",)},
    )
    timestamps: tuple = ()  # for sampling = own

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "timestamps", checked_timestamps(self.timestamps))
        if self.shortest_period > self.longest_period:
            low, high = self.shortest_period, self.longest_period
            sentence = f"shortest_period = {low:g} is outside [{SHORTEST:g}, {high:g}], the range up to longest_period"
            raise BadValue(sentence, "shortest_period", high)

    def check_run(self, settings: Any) -> None:
        if self.sampling != "own":
            return
        count = len(self.timestamps)
        if settings.recorded_times is not None:
            return
        if not count:
            raise BadValue("timestamps = () holds no times; give [2, 20000]", "timestamps")
        if settings.steps > count:
            sentence = f"steps = {settings.steps} is outside [2, {count}], the number of your own timestamps"
            raise BadValue(sentence, "steps", count)

    def own_lists(self) -> Mapping[str, tuple]:
        return {"timestamps": self.timestamps} if self.sampling == "own" else {}


class Clocked(Cell):
    """A cell one of whose gates opens by a clock: each unit has its period τ, shift s and open ratio r_on, all trained.

    The tape holds the phase under `phi` and the gate under its own letter, both (T, …, B, H).
    """

    constants = ("leak",)

    def clock_params(self, recipe: Recipe) -> Params:
        """Draw τ, s, r_on and α, (H,) each: periods log-uniform between the shortest and the longest."""
        rng, o = recipe.rng(4), self.options
        low, high = np.log(o.shortest_period), np.log(o.longest_period)
        tau = np.exp(low + (high - low) * rng.random(recipe.hidden))
        return {
            "tau": tau,
            "s": o.shift_spread * tau * rng.random(recipe.hidden),
            "r_on": np.full(recipe.hidden, o.open_ratio),
            "leak": np.full(recipe.hidden, 0.0 if o.at_test else o.leak),
        }

    def draw_times(self, steps: int, batch: int, rng: np.random.Generator) -> Array:
        if self.options.sampling == "own":
            return given(self.options.timestamps, steps, batch)
        return DRAWS[self.options.sampling](steps, batch, rng)

    @property
    def shift_sign(self) -> str:
        return self.options.shift_sign

    def clock(self, params: Params, times: Array) -> tuple[Array, Array]:
        """Return φ and k, each (T, …, B, H), at times (T, …, B); float32 where τ is, which times need not be."""
        sign = SIGNS[self.shift_sign]
        found = time_gate(times, params["tau"], params["s"], params["r_on"], row(params["leak"]), sign)
        phi, k = (a.astype(np.float32) for a in found) if params["tau"].dtype == np.float32 else found
        return phi, k

    def clock_grads(self, params: Params, tape: Tape, d_k: Scaled) -> Params:
        """Return the gradients of τ, s and r_on from that of the gate, d_k (T, …, B, H)."""
        slopes = gate_slopes(params, tape["phi"], tape["times"], SIGNS[self.shift_sign])
        return {name: sum_over_time(Scaled(d_k.mantissa * dk_dp, d_k.exponent)) for name, dk_dp in slopes}
