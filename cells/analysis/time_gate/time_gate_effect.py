"""The effect of the clock on a net: when its gates open, and what becomes of the gradient with, without and
behind it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.analysis.errors import DoesNotApply
from cells.clock import SIGNS, time_gate
from cells.engine import run
from cells.gate import Gate
from cells.scaled import Scaled, shifted
from cells.trace import LayerTrace, Trace

COLUMNS, WITHIN = 800, 6  # of the raster; instants in each, of which it shows the one at which the gate is widest open
CLOCK = ("tau", "s", "r_on")


@dataclass(frozen=True, eq=False)
class Net:
    """One of the three nets: log10 norms of dL/dc_t and dL/dh_t of one sample, (T,) from step 1 on."""

    name: str
    log10_norms: dict[str, Array]


@dataclass(frozen=True)
class Copying:
    """Shares of dL/dc that a step back keeps, unit by unit, where the gate is closed and where it is open.

    closed  share of all unit-steps                   copied  share of the closed ones that hand it on bit for bit
    kept_closed, kept_open  ‖dL/dc_{t-1}‖ / ‖dL/dc_t‖ over those units, mean over steps; nan where there is no gradient
    """

    closed: float
    copied: float
    kept_closed: float
    kept_open: float


@dataclass(frozen=True, eq=False)
class TimeGateEffect:
    """One layer's clocks (H units), and three nets with the same weights: behind the clock, plain, frozen open."""

    times: Array  # (T,) of the sample that is shown
    k: Array  # (T, H) at those times
    phi: Array  # (T, H)
    moments: Array  # (COLUMNS,) of the raster, evenly spaced
    raster: Array  # (COLUMNS, H): largest k around each moment
    clock: dict[str, Array]  # tau, s, r_on: (H,)
    leak: float
    open_share: Array  # (H,) of all samples' times
    copying: Copying
    nets: tuple[Net, ...]  # clock, plain, frozen
    grads: dict[str, Array]  # dL/dτ, dL/ds, dL/dr_on: (H,)
    memory: str  # the state whose gradient is followed through the gate: c where there is one, else h
    without: str  # what the cell without the gate is called


def time_gate_effect(trace: Trace, layer: int | None = None, sample: int = 0) -> TimeGateEffect:
    """Return the record of one layer, the top one by default, and one sample of a net that has a clock."""
    index = trace.index_of(layer)
    plain, frozen, behind = _nets(trace)
    watched = behind.layer(index)
    tape, params = watched.record.tape, watched.params
    moments = _moments(behind.times[:, sample])
    return TimeGateEffect(
        times=behind.times[:, sample],
        k=watched.gates[_time_gate(trace).name][:, sample],
        phi=tape["phi"][:, sample],
        moments=moments.mean(axis=1),
        raster=_widest(moments, watched),
        clock={name: params[name] for name in CLOCK},
        leak=float(params["leak"][0]),
        open_share=_open(watched).mean(axis=(0, 1)),
        copying=copying(watched),
        nets=tuple(
            _net(name, one.layer(index), sample)
            for name, one in (("clock", behind), ("plain", plain), ("frozen", frozen))
        ),
        grads={name: watched.param_grads[name] for name in CLOCK},
        memory=watched.state_names[-1],
        without=plain.top.cell.label,
    )


def _nets(trace: Trace) -> Iterator[Trace]:
    """Yield the same net without its gate, with it frozen open, and with it on the clock."""
    _time_gate(trace)
    yield run(trace.settings.replace(cell=trace.top.cell.without_gate))
    for gate in ("open", "clock"):
        present = trace.settings.options.gate == gate
        yield trace if present else run(trace.settings.replace(gate=gate))


def _time_gate(trace: Trace) -> Gate:
    """Return the cell's declaration of its time gate; DoesNotApply where it has none."""
    cell = trace.top.cell
    if cell.time_gate is None or trace.settings is None:
        raise DoesNotApply(f"The {cell.label} has no clock: there is no gate to look behind.")
    return cell.time_gate


def _net(name: str, layer: LayerTrace, sample: int) -> Net:
    return Net(name, {part: norms[1:, sample] for part, norms in layer.log10_grad_norms.items()})


def _open(layer: LayerTrace) -> np.ndarray:
    """(T, B, H) whether a unit is in its open phase; a leak does not count."""
    return layer.record.tape["phi"] < layer.params["r_on"]


def _moments(times: Array) -> Array:
    """(COLUMNS, WITHIN) evenly spaced instants from the first timestamp to the last."""
    first, last = float(times[0]), float(times[-1])
    width = (last - first) / COLUMNS
    return first + width * (np.arange(COLUMNS * WITHIN).reshape(COLUMNS, WITHIN) + 0.5) / WITHIN


def _widest(moments: Array, layer: LayerTrace) -> Array:
    """Return largest k among the instants of each column, so that no short opening falls between two: (COLUMNS, H)."""
    p, sign = layer.params, SIGNS[layer.cell.shift_sign]
    _, k = time_gate(moments.ravel()[:, None], p["tau"], p["s"], p["r_on"], p["leak"], sign)
    return k.reshape(*moments.shape, -1).max(axis=1)


def copying(layer: LayerTrace) -> Copying:
    """Measured over all steps, samples and units with a gradient to hand on.

    Where the output reads the updated cell, c_{t-1} also feeds its own output unless its gate is closed as well: only
    such steps count as closed ones then.
    """
    open_, (earlier, later) = _open(layer), _over_steps(layer)
    closed = ~open_
    if layer.cell.reads_updated:
        closed[1:] &= ~open_[:-1]
    counted = closed & (later != 0)
    return Copying(
        closed=float((~open_).mean()),
        copied=float((earlier == later)[counted].mean()) if counted.any() else np.nan,
        kept_closed=_kept(earlier, later, closed),
        kept_open=_kept(earlier, later, open_),
    )


def _over_steps(layer: LayerTrace) -> tuple[Array, Array]:
    """Gradient of the memory before and after each step, (T, B, H) each, at the power of two of the one after."""
    grad = layer.record.grads[layer.state_names[-1]]
    later, earlier = grad.mantissa[1:], grad.mantissa[:-1]
    change = None if grad.exponent is None else grad.exponent[:-1] - grad.exponent[1:]
    return shifted(earlier, change), later


def _kept(earlier: Array, later: Array, units: np.ndarray) -> float:
    """Geometric mean over steps and samples of ‖dL/dc_{t-1}‖ / ‖dL/dc_t‖, both over these units (T, B, H) alone."""
    before, after = (Scaled(np.where(units, grad, 0.0)).log10_norms() for grad in (earlier, later))
    known = np.isfinite(before) & np.isfinite(after)
    return float(10.0 ** (before[known] - after[known]).mean()) if known.any() else np.nan
