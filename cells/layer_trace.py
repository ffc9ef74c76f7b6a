"""One layer of a trace: states, gates and gradients over time, all read-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .arrays import Array, Exponents
from .backward import UpstreamGrad
from .base import Cell, Params, Tape, blocks, transposed
from .scaled import Scaled


@dataclass(frozen=True, eq=False)
class LayerRecord:
    """One layer as the loops forward and backward left it."""

    cell: Cell
    params: Params
    tape: Tape
    input: Scaled  # (T, …, B, I)
    grads: dict[str, Scaled]  # (T+1, …, B, H)
    delta: Scaled  # (T, …, B, delta_blocks·H)
    direct: UpstreamGrad
    divisor: int  # L = Σ_b L_b / divisor
    truncation: int = 0  # steps in a window that the gradient does not leave; 0 for none

    @cached_property
    def local_derivatives(self) -> Tape:
        """Return the local derivatives of all steps, as the cell's `step_vjp` reads them: arrays (T, …, B, ·)."""
        with np.errstate(all="ignore"):
            found = self.cell.local_derivatives(self.params, self.tape, slice(None))
        return {name: frozen(values) for name, values in found.items()}


class LayerTrace:
    """One layer: states, gates and gradients over time. T steps, B batch, H hidden; index 0 is the initial state."""

    def __init__(self, record: LayerRecord) -> None:
        self.record = record
        for array in arrays_of(record):
            array.flags.writeable = False

    @property
    def cell(self) -> Cell:
        """Return the class that holds the cell's equations."""
        return self.record.cell

    @property
    def state_names(self) -> tuple[str, ...]:
        """Return the names of the states: h, and c where the cell has one."""
        return self.cell.state_names

    @cached_property
    def scaled_states(self) -> Mapping[str, Scaled]:
        """Return states with their exponents."""
        exponent = self.record.tape.get("h_exponent")
        return {part: Scaled(self.record.tape[part], exponent) for part in self.state_names}

    @cached_property
    def states(self) -> Mapping[str, Array]:
        """(T+1, B, H); inf where a state left float64."""
        return _plain(self.scaled_states)

    @cached_property
    def log10_state_norms(self) -> Mapping[str, Array]:
        """(T+1, B), exact at any magnitude; -inf where the state is exactly 0."""
        return _norms(self.scaled_states)

    @cached_property
    def grads(self) -> Mapping[str, Array]:
        """Total dL_b/dh_t (and c_t) per sample, (T+1, B, H); 0 or inf where it left float64."""
        return _plain(self.record.grads)

    @property
    def grad_mantissas(self) -> Mapping[str, Array]:
        """Return the gradients' mantissas, (T+1, B, H): grads = mantissa · 2^exponent."""
        return {part: scaled.mantissa for part, scaled in self.record.grads.items()}

    @cached_property
    def grad_exponents(self) -> Mapping[str, Exponents]:
        """Return the power of two that belongs to each row of the mantissas, (T+1, B)."""
        zeros = frozen(np.zeros(self.record.tape["h"].shape[:-1], np.int64))
        return {p: zeros if s.exponent is None else s.exponent for p, s in self.record.grads.items()}

    @cached_property
    def log10_grad_norms(self) -> Mapping[str, Array]:
        """Return log10 ‖dL_b/dh_t‖, (T+1, B), exact far outside float64; -inf where the gradient is exactly 0."""
        return _norms(self.record.grads)

    @cached_property
    def _direct_rows(self) -> Mapping[str, Scaled]:
        """Return the direct parts at the steps that have one."""
        record, direct = self.record, self.record.direct
        with np.errstate(all="ignore"):
            derivatives = self.cell.local_derivatives(record.params, record.tape, np.array(direct.steps, int) - 1)
            parts = self.cell.grads_through_h(derivatives, slice(None), direct.rows.mantissa)
        found = {p: Scaled(rows, direct.rows.exponent) for p, rows in zip(self.state_names, parts, strict=True)}
        for part, rows in (direct.final or {}).items():
            found[part] = _with_final(found[part], rows)
        return found

    @cached_property
    def direct_grads(self) -> Mapping[str, Array]:
        """Return the part that reaches h_t (or c_t) through h_t's own output only, (T+1, B, H)."""
        return {p: self._over_time(rows, 0.0) for p, rows in _plain(self._direct_rows).items()}

    @cached_property
    def log10_direct_norms(self) -> Mapping[str, Array]:
        """Return log10 of the direct parts' norms, (T+1, B)."""
        return {p: self._over_time(norms, -np.inf) for p, norms in _norms(self._direct_rows).items()}

    @cached_property
    def gates(self) -> Mapping[str, Array]:
        """Return each gate's opening, (T, B, H), the candidate's value among them: entry t - 1 belongs to step t."""
        tape, cell = self.record.tape, self.cell
        names = {gate.name for gate in cell.gates}
        openings = zip(cell.pre_activations, blocks(tape["s"], cell.blocks), strict=True) if names else ()
        found = {name: opening for name, opening in openings if name in names}
        if cell.time_gate:
            found[cell.time_gate.name] = tape[cell.time_gate.name]
        return {name: frozen(opening) for name, opening in found.items()}

    @cached_property
    def pre_activations(self) -> Mapping[str, Array]:
        """Return the sums the nonlinearities act on, (T, B, H); inf where a state left float64."""
        a = Scaled(self.record.tape["a"], self.record.tape.get("a_exponent")).plain()
        H = self.record.tape["h"].shape[-1]
        return {name: frozen(a[..., k * H : (k + 1) * H]) for k, name in enumerate(self.cell.pre_activations)}

    @cached_property
    def params(self) -> Mapping[str, Array]:
        """Return parameters: fused (W_h, columns in the order of the cell's sums) and by gate (W_hf, …)."""
        return self.record.params | self.cell.views(self.record.params, self._hidden)

    @cached_property
    def param_grads(self) -> Mapping[str, Array]:
        """dL/dW of the batch-mean loss, summed over steps: as `params`, fused and by gate."""
        r = self.record
        h = Scaled(r.tape["h"][:-1], self._exponent_before())
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            grads = self.cell.param_grads(r.params, r.tape, r.input, h, r.delta)
            grads = {name: grad / r.divisor for name, grad in grads.items()}
        return {n: frozen(g) for n, g in (grads | self.cell.views(grads, self._hidden)).items()}

    @cached_property
    def input_grads(self) -> Array:
        """dL_b/d of what the layer reads, (T, B, I)."""
        delta, W_x = self.record.delta, self.record.params["W_x"]
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            rows = self.cell.input_delta(delta.mantissa) @ transposed(W_x)
            return frozen(Scaled(rows, delta.exponent).plain())

    @property
    def start_grads(self) -> Mapping[str, Array]:
        """dL_b/d of the layer's initial state, (B, H) a part."""
        return {part: grads[0] for part, grads in self.grads.items()}

    def _over_time(self, rows: Array, elsewhere: float) -> Array:
        """Return rows of the steps that have a direct part as an array over steps 0 … T."""
        full = np.full((len(self.record.tape["h"]), *rows.shape[1:]), elsewhere)
        full[self.record.direct.steps] = rows
        return frozen(full)

    @property
    def _hidden(self) -> int:
        return self.record.tape["h"].shape[-1]

    def _exponent_before(self) -> Exponents | None:
        exponent = self.record.tape.get("h_exponent")
        return None if exponent is None else exponent[:-1]


def arrays_of(record: LayerRecord) -> list[Array]:
    scaled = [record.input, record.delta, record.direct.rows, *record.grads.values()]
    return [*record.tape.values(), *record.params.values(), *(a for s in scaled for a in arrays_in(s))]


def arrays_in(scaled: Scaled) -> list[Array]:
    return [array for array in (scaled.mantissa, scaled.exponent) if array is not None]


def frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array


def _plain(parts: Mapping[str, Scaled]) -> Mapping[str, Array]:
    with np.errstate(over="ignore", under="ignore"):
        return {name: frozen(scaled.plain()) for name, scaled in parts.items()}


def _with_final(rows: Scaled, final: Array) -> Scaled:
    """Return rows with `final` (B, H) added to the last one."""
    mantissa, last = rows.mantissa.copy(), rows.at(slice(-1, None))
    mantissa[-1] += Scaled(final[None]).aligned(last.exponent)[0] if last.exponent is not None else final
    return Scaled(mantissa, rows.exponent)


def _norms(parts: Mapping[str, Scaled]) -> Mapping[str, Array]:
    return {name: frozen(scaled.log10_norms()) for name, scaled in parts.items()}
