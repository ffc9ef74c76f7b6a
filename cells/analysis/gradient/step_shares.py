"""Each step's share of a parameter's gradient: dL/dW = Σ_t (what step t adds), and how much of it cancels."""

from dataclasses import dataclass

import numpy as np

from cells.activations import Array
from cells.progress import Report
from cells.scaled import FAR, LOG10_2, Exponents, Scaled, magnitudes
from cells.trace import LayerRecord, LayerTrace, Trace

Stepwise = tuple[Array, Exponents]  # (K, …) · 2^(K,)
ROOM = 1 << 22  # entries that the shares of one chunk of steps may take


@dataclass(frozen=True, eq=False)
class StepShares:
    """Frobenius norms of the steps' shares of dL/dW of the batch-mean loss, as log10."""

    name: str
    layer: int
    log10_norms: Array  # (T,); entry t - 1 is the share of step t
    log10_sum: float  # of the norm of the shares' sum, which is dL/dW
    log10_sum_of_norms: float

    @property
    def kept(self) -> float:
        """Norm of the sum over the sum of norms: 1 where all steps pull one way, 0 where they cancel."""
        return 10.0 ** min(self.log10_sum - self.log10_sum_of_norms, 0.0)


def step_shares(trace: Trace, name: str, layer: int | None = None) -> Array:
    """(T,) norms of each step's share of dL/dW for a parameter by its name: W_h, b, or by gate W_hn, b_f, p_i, tau."""
    return 10.0 ** shares(trace, name, layer).log10_norms


def shares(trace: Trace, name: str, layer: int | None = None) -> StepShares:
    """Return the same in the log domain, with what cancels; ValueError for a name the layer does not have."""
    index = trace.index_of(layer)
    watched = trace.layer(index)
    running = _Running()
    for steps in _chunks(watched, slice(0, len(trace.inputs))):
        running.add(*share_of_steps(watched, name, steps))
    return running.shares(name, index)


def all_shares(trace: Trace, layer: int | None = None, report: Report | None = None) -> dict[str, StepShares]:
    """Return the same of every parameter of a layer at once, fused and by gate."""
    index = trace.index_of(layer)
    watched, T = trace.layer(index), len(trace.inputs)
    running: dict[str, _Running] = {}
    for steps in _chunks(watched, slice(0, T)):
        for name, values in _with_gates(watched, grads_by_step(watched.record, steps)).items():
            running.setdefault(name, _Running()).add(*values)
        if report:
            report(steps.stop / T)
    return {name: one.shares(name, index) for name, one in running.items()}


class _Running:
    """One parameter's shares, chunk by chunk."""

    def __init__(self) -> None:
        self.logs: list[Array] = []
        self.total = Sum()

    def add(self, values: Array, exponents: Exponents) -> None:
        """The shares of some more steps, (K, …) and a power of two each."""
        self.logs.append(_log10_norms(values, exponents))
        self.total.add(values, exponents)

    def shares(self, name: str, index: int) -> StepShares:
        """Return what there is so far."""
        log10 = np.concatenate(self.logs)
        top = log10.max()
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.log10(np.sum(10.0 ** (log10 - top))) if np.isfinite(top) else 0.0
        return StepShares(name, index, log10, self.total.log10_norm(), float(top + spread))


def share_of_steps(layer: LayerTrace, name: str, steps: slice) -> Stepwise:
    """Return the shares themselves at some steps (indices from 0): (K, …) and a power of two each."""
    grads = grads_by_step(layer.record, steps)
    views = _with_gates(layer, grads)
    if name not in views:
        raise ValueError(f"name = {name!r} is none of {', '.join(views)}")
    return views[name]


def sums_over(layer: LayerTrace, steps: slice) -> dict[str, "Sum"]:
    """Return every parameter's gradient, fused and by gate, from some steps (indices from 0) together."""
    found: dict[str, Sum] = {}
    for chunk in _chunks(layer, steps):
        for name, (values, exponents) in _with_gates(layer, grads_by_step(layer.record, chunk)).items():
            found.setdefault(name, Sum()).add(values, exponents)
    return found


def _with_gates(layer: LayerTrace, grads: dict[str, Stepwise]) -> dict[str, Stepwise]:
    """Return the same with each gate's columns under a name of their own."""
    fused = {name: values for name, (values, _) in grads.items()}
    views = layer.cell.views(fused, layer.record.tape["h"].shape[-1])
    return grads | {name: (values, grads[_owner(name)][1]) for name, values in views.items()}


def grads_by_step(record: LayerRecord, steps: slice) -> dict[str, Stepwise]:
    """Return every parameter's gradient from each of some steps alone: values (K, …) and powers of two (K,).

    Every step stands as a setting of its own with a single time step, so that the cell's own sums do the work.
    """
    T = len(record.delta.mantissa)
    delta, d_top = _alone(record.delta, steps)
    x, x_top = _alone(record.input, steps)
    exponent = record.tape.get("h_exponent")
    h, h_top = _alone(Scaled(record.tape["h"][:-1], None if exponent is None else exponent[:-1]), steps)
    tape = {name: _tape_alone(values, T, steps) for name, values in record.tape.items() if len(values) >= T}
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        grads = record.cell.param_grads(record.params, tape, x, h, delta)
    tops = {"W_h": d_top + h_top, "W_x": d_top + x_top}
    return {name: (values / record.divisor, tops.get(name, d_top)) for name, values in grads.items()}


def _alone(rows: Scaled, steps: slice) -> tuple[Scaled, Exponents]:
    """Return rows (T, B, N) as (1, K, B, N) with each step's largest power of two (K,) taken off."""
    mantissa = rows.mantissa[steps]
    own = np.zeros(mantissa.shape[:-1], np.int64) if rows.exponent is None else rows.exponent[steps]
    bits = np.where(mantissa.any(axis=-1), own + magnitudes(mantissa), np.iinfo(np.int64).min // 2)
    top = np.where(mantissa.any(axis=(-2, -1)), bits.max(axis=-1), 0)
    return Scaled(mantissa[None], (own - top[:, None])[None]), top


def _tape_alone(values: Array, T: int, steps: slice) -> Array:
    """(T, B, …) as (1, K, B, …); states (T+1, B, H) as (2, K, B, H): before and after the step."""
    if len(values) == T:
        return values[steps][None]
    return np.stack([values[:-1][steps], values[1:][steps]])


def _owner(name: str) -> str:
    """Return the fused parameter that a gate's view is cut from: W_h for W_hn, b for b_n."""
    return name[:3] if name.startswith("W_") else "b"


def _chunks(layer: LayerTrace, steps: slice) -> list[slice]:
    """Return steps in portions whose shares fit into ROOM."""
    size = max(1, ROOM // sum(p.size for p in layer.record.params.values()))
    return [slice(first, min(first + size, steps.stop)) for first in range(steps.start, steps.stop, size)]


def _log10_norms(values: Array, exponents: Exponents) -> Array:
    """Return log10 of the Frobenius norm of each share."""
    return Scaled(values.reshape(len(values), -1), exponents).log10_norms()


class Sum:
    """A running sum of arrays that carry powers of two."""

    def __init__(self, values: Array | None = None, exponent: int = 0) -> None:
        self.values = np.zeros(()) if values is None else values
        self.exponent = exponent

    def add(self, values: Array, exponents: Exponents) -> None:
        """Add all of values (K, …) · 2^exponents (K,)."""
        top = int(exponents.max())
        aligned = np.ldexp(values, _beside(exponents - top, values.ndim))
        total = self + Sum(aligned.sum(axis=0), top)
        self.values, self.exponent = total.values, total.exponent

    def __add__(self, other: "Sum") -> "Sum":
        """Return the sum of two, at the larger exponent of those that are not 0."""
        alive = [one.exponent for one in (self, other) if one.values.any()]
        top = max(alive, default=0)
        return Sum(self._at(top) + other._at(top), top)

    def _at(self, exponent: int) -> Array:
        return np.ldexp(self.values, int(np.clip(self.exponent - exponent, -FAR, FAR)))

    def log10_norm(self) -> float:
        """Return log10 of the Frobenius norm."""
        return float(Scaled(self.values.reshape(1, -1)).log10_norms()[0] + LOG10_2 * self.exponent)

    def plain(self) -> Array:
        """Return the float64 array; 0 or inf where it does not fit."""
        with np.errstate(over="ignore", under="ignore"):
            return self._at(0)


def _beside(exponents: Exponents, ndim: int) -> Array:
    """Exponents (K,) ready to meet values (K, …)."""
    return np.clip(exponents, -FAR, FAR).astype(np.int32).reshape(-1, *[1] * (ndim - 1))
