"""The Phased LSTM: an LSTM behind a gate that opens by the clock."""

from dataclasses import dataclass

import numpy as np

from .base import blocks, row, transposed
from .clock import DRAWS, SIGNS, checked_timestamps, gate_slopes, given, time_gate
from .knobs import BadValue, choice, knob, switch
from .lstm import LSTM
from .scaled import Scaled, sum_over_time

E = float(np.e)
SOURCE = "Neil, Pfeiffer, Liu 2016"
GATE_HELP = "Frozen open (k = 1 at every step) it is the plain LSTM with the same weights, bit for bit."
SHIFT_HELP = f"φ = ((t − s) mod τ)/τ in {SOURCE}: s delays the opening. With t + s it comes earlier by s."
LEAK_HELP = f"k = αφ while closed, so that a closed gate still learns: 0.001 while learning ({SOURCE})."
TEST_HELP = f"At test the gate closes tightly: α = 0 ({SOURCE})."
OUTPUT_HELP = f"h̃ = o σ(c̃), the candidate, in {SOURCE}; h̃ = o σ(c'), the updated cell, in some implementations."
SAMPLING_HELP = (
    "Regular: 1, 2, …, T. Irregular: gaps drawn from an exponential distribution of mean 1 (Poisson). Two sensors: one "
    "samples every 1, one every 2.7, from random phases on. Own: times you paste or load."
)


class PhasedLSTM(LSTM):
    """c̃ = f c + i g, c' = k c̃ + (1-k) c, h̃ = o σ(c̃), h' = k h̃ + (1-k) h   (Neil, Pfeiffer, Liu 2016)

    Each unit has its own period τ, shift s and open ratio r_on, all trained. Where k = 0 the step is the identity for h
    and for c, and the gradient is copied unchanged. Time is data: times (T, B), regular or not.
    """

    name, label = "phased_lstm", "Phased"
    gates = (*LSTM.gates, "k")
    delta_blocks = 5
    constants = ("leak",)
    without_gate = "lstm"  # the cell that is left where the gate is gone

    @dataclass(frozen=True)
    class Options(LSTM.Options):
        gate: str = choice("clock", {"clock": "by the clock", "open": "open: k = 1"}, "Gate", GATE_HELP)
        shortest_period: float = knob(
            E, 1.0, 10_000.0, "Shortest period", "Periods τ = exp(U(ln a, ln b)).", page_high=500.0
        )
        longest_period: float = knob(
            E**6, 1.0, 10_000.0, "Longest period", "In units of time; e⁶ ≈ 403.", page_high=500.0
        )
        shift_spread: float = knob(1.0, 0.0, 1.0, "Shift spread", "s = spread · U(0, τ): 0 opens all units in phase.")
        shift_sign: str = choice("minus", {"minus": "t − s", "plus": "t + s"}, "Sign of the shift", SHIFT_HELP)
        open_ratio: float = knob(0.05, 0.001, 1.0, "Open ratio r_on", "Share of each period in which the gate is open.")
        leak: float = knob(0.001, 0.0, 1.0, "Leak α", LEAK_HELP, step=0.001)
        at_test: bool = switch(False, "At test: α = 0", TEST_HELP)
        sampling: str = choice(
            "regular",
            {"regular": "regular", "irregular": "irregular", "two_sensors": "two sensors", "own": "own times"},
            "Timestamps",
            SAMPLING_HELP,
        )
        output: str = choice(
            "candidate", {"candidate": "candidate c̃", "updated": "updated c'"}, "Output reads", OUTPUT_HELP
        )
        timestamps: tuple = ()  # for sampling = own

        def __post_init__(self):
            super().__post_init__()
            object.__setattr__(self, "timestamps", checked_timestamps(self.timestamps))
            if self.shortest_period > self.longest_period:
                low, high = self.shortest_period, self.longest_period
                sentence = f"shortest_period = {low:g} is outside [1, {high:g}], the range up to longest_period"
                raise BadValue(sentence, "shortest_period", high)

        def check_run(self, settings):
            if self.sampling != "own":
                return
            count = len(self.timestamps)
            if not count:
                raise BadValue("timestamps = () holds no times; give [2, 20000]", "timestamps")
            if settings.steps > count:
                sentence = f"steps = {settings.steps} is outside [2, {count}], the number of your own timestamps"
                raise BadValue(sentence, "steps", count)

    @classmethod
    def build(cls, options, activation):
        return (OpenPhasedLSTM if options.gate == "open" else cls)(options, activation)

    def init_params(self, recipe):
        rng = recipe.rng(4)
        low, high = np.log(self.options.shortest_period), np.log(self.options.longest_period)
        tau = np.exp(low + (high - low) * rng.random(recipe.hidden))
        return super().init_params(recipe) | {
            "tau": tau,
            "s": self.options.shift_spread * tau * rng.random(recipe.hidden),
            "r_on": np.full(recipe.hidden, self.options.open_ratio),
            "leak": np.full(recipe.hidden, 0.0 if self.options.at_test else self.options.leak),
        }

    def draw_times(self, steps, batch, rng):
        if self.options.sampling == "own":
            return given(self.options.timestamps, steps, batch)
        return DRAWS[self.options.sampling](steps, batch, rng)

    @property
    def sign(self):
        """-1 where the phase counts from t - s, +1 where it counts from t + s."""
        return SIGNS[self.options.shift_sign]

    def clock(self, params, times):
        """φ and k, each (T, …, B, H)."""
        return time_gate(times, params["tau"], params["s"], params["r_on"], row(params["leak"]), self.sign)

    def init_tape(self, params, x, start, times):
        tape = super().init_tape(params, x, start, times)
        phi, k = self.clock(params, times)
        new = np.empty_like(tape["c"][1:])
        return tape | {
            "times": times,
            "phi": phi,
            "k": k,
            "rest": 1 - k,
            "c_new": new,
            "h_new": np.empty_like(new),
        }

    def forward_steps(self, params, tape, steps):
        W_h, product = params["W_h"], np.empty_like(tape["a"][0])
        now, after = slice(steps.start, steps.stop), slice(steps.start + 1, steps.stop + 1)
        h, c = tape["h"], tape["c"]
        own = (tape[name][now] for name in ("a", "k", "rest", "c_new", "h_new", "v"))
        states = h[now], h[after], c[now], c[after]
        rows = zip(self.gates_of(tape, now), *states, *own, strict=True)
        for gates, h, h_next, c, c_next, a, k, rest, c_new, h_new, v in rows:
            np.add(a, np.matmul(h, W_h, product), a)
            self.update_cell(params, gates, c, c_new, v)
            np.multiply(k, c_new, c_next)
            c_next += rest * c
            self.open_output(params, gates, c_next if self.reads_updated else c_new, v)
            np.multiply(gates.o, v, h_new)
            np.multiply(k, h_new, h_next)
            h_next += rest * h

    @property
    def reads_updated(self):
        """Whether h̃ reads c' instead of c̃."""
        return self.options.output == "updated"

    def local_derivatives(self, params, tape, steps):
        found = super().local_derivatives(params, tape, steps)
        found["k"], found["rest"] = tape["k"][steps], tape["rest"][steps]
        found["gap_h"] = tape["h_new"][steps] - tape["h"][:-1][steps]
        found["gap_c"] = tape["c_new"][steps] - tape["c"][:-1][steps]
        return found

    def split_delta(self, delta):
        return self.input_delta(delta), *blocks(delta, 5)

    def backward_step(self, params, derivatives, d_next, d_prev, delta):
        by_o, by_i, by_f, by_g, h_by_c, c_by_c, k, rest, gap_h, gap_c = derivatives
        (d_h, d_c), (d_h_prev, d_c_prev), (d_a, d_o, d_i, d_f, d_g, d_k) = d_next, d_prev, delta
        d_h_new = k * d_h
        through_output = d_h_new * h_by_c
        if self.reads_updated:
            d_c += through_output
        d_c_new = k * d_c
        if not self.reads_updated:
            d_c_new += through_output
        np.multiply(d_h_new, by_o, d_o)
        np.multiply(d_c_new, by_i, d_i)
        np.multiply(d_c_new, by_f, d_f)
        np.multiply(d_c_new, by_g, d_g)
        np.add(np.multiply(d_h, gap_h, d_k), d_c * gap_c, d_k)
        np.matmul(d_a, transposed(params["W_h"]), d_h_prev)
        d_h_prev += rest * d_h
        np.multiply(d_c_new, c_by_c, d_c_prev)
        d_c_prev += rest * d_c

    def input_delta(self, delta):
        return delta[..., : 4 * (delta.shape[-1] // 5)]

    def seen_by_output(self, tape):
        return tape["c"][1:] if self.reads_updated else tape["c_new"]

    def grads_through_h(self, derivatives, t, d_h):
        through = derivatives["k"][t] * derivatives["h_by_c"][t] if self.reads_updated else 0.0
        return d_h, d_h * through

    def param_grads(self, params, tape, x, h, delta):
        H = h.mantissa.shape[-1]
        inner = Scaled(self.input_delta(delta.mantissa), delta.exponent)
        d_k = delta.mantissa[..., 4 * H :]
        slopes = gate_slopes(params, tape["phi"], tape["times"], self.sign)
        clock = {name: sum_over_time(Scaled(d_k * slope, delta.exponent)) for name, slope in slopes}
        return super().param_grads(params, tape, x, h, inner) | clock


class OpenPhasedLSTM(PhasedLSTM):
    """The plain LSTM's step, bit for bit, beside clocks that nobody reads: k = 1 throughout."""

    delta_blocks = LSTM.delta_blocks
    forward_steps, local_derivatives, split_delta, backward_step = (
        LSTM.forward_steps,
        LSTM.local_derivatives,
        LSTM.split_delta,
        LSTM.backward_step,
    )
    input_delta, seen_by_output, grads_through_h = LSTM.input_delta, LSTM.seen_by_output, LSTM.grads_through_h

    def init_tape(self, params, x, start, times):
        phi, _ = self.clock(params, times)
        return LSTM.init_tape(self, params, x, start, times) | {"phi": phi, "k": np.ones_like(phi)}

    def param_grads(self, params, tape, x, h, delta):
        unread = np.zeros((*delta.mantissa.shape[1:-2], h.mantissa.shape[-1]))
        return LSTM.param_grads(self, params, tape, x, h, delta) | dict.fromkeys(("tau", "s", "r_on"), unread)
