"""Weights under our own names as a trace: any cell of ours, no module needed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cells.activations import ACTIVATIONS
from cells.arrays import Array
from cells.base import Cell, Params, Recipe
from cells.engine import solve
from cells.knobs import knobs_of
from cells.registry import CELLS
from cells.trace import Trace

from .call import Arguments, Sizes, read_call
from .networks import network_of
from .numbers import checked, to_numpy

FUSED = {"W_x": "W_x{}", "W_h": "W_h{}", "b": "b_{}"}  # a parameter of all gates, and its name gate by gate


def trace_weights(  # noqa: PLR0913 - everything a network is, by name
    cell: str,
    params: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    x: Any,
    d_out: Any,
    hx: Any = None,
    activation: str = "tanh",
    times: Any = None,
    *,
    d_hx: Any = None,
    lengths: Any = None,
    mask: Any = None,
    options: Mapping[str, Any] | None = None,
) -> Trace:
    """Run a cell of ours with given weights forward and backward.

    cell     a name in CELLS; its form follows from the weights: a GRU without b_hn is Cho's, an LSTM with p_i, p_f and
             p_o has peepholes. Other knobs of the cell go into `options`, by name
    params   W_x (I, nH), W_h (H, nH), b (nH,) and what else the cell has (H,), or gate by gate (W_xi, W_hi, b_i, …), as
             `trace.params` has them; a list of them, the lowest layer first, for several layers
    x, d_out (T, B, I) and dL/d output (T, B, H)
    hx, d_hx (B, H), with several layers (L, B, H), in a pair or by the name of the part where the cell has h and c
    times    timestamps (T, B) or (T,); 1, 2, …, T where left out
    lengths, mask as `trace_torch` takes them

    L is the loss of the whole batch, and the trace has no settings. ValueError names what does not fit.
    """
    layers = [params] if isinstance(params, Mapping) else list(params)
    network = _cell(cell, layers[0], activation, dict(options or {}))
    read = [_params(network, named, place, len(layers)) for place, named in enumerate(layers)]
    H = read[0]["W_h"].shape[-2]
    sizes = Sizes(read[0]["W_x"].shape[-2], H, len(layers), 1, network.state_names)
    given = Arguments(x, d_out, _lifted(hx, network, sizes), _lifted(d_hx, network, sizes), lengths, mask)
    call = read_call(given, sizes)
    return solve(network_of(network, read, call, times=_times(times, *call.x.shape[:2])))


def _cell(name: str, named: Mapping[str, Any], activation: str, options: dict[str, Any]) -> Cell:
    """Return the cell whose parameters bear these names."""
    if name not in CELLS:
        raise ValueError(f"cell = {name!r} is none of {', '.join(CELLS)}")
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation = {activation!r} is none of {', '.join(ACTIVATIONS)}")
    kind = CELLS[name]
    forms = [kind.build(kind.Options(**form), ACTIVATIONS[activation]) for form in _forms(kind, options)]
    fitting = (
        cell for cell in forms if _wanted(cell) <= _fused_names(cell, named) <= _wanted(cell) | set(cell.constants)
    )
    found = next(fitting, None)
    if found is None:
        raise ValueError(_misfit(forms[0], named))
    return found


def _forms(kind: type[Cell], options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the knobs as given, then with one switch or choice changed: a form may have parameters of its own."""
    yield options
    for name, field in knobs_of(kind.Options).items():
        choices = field.metadata["knob"].choices or ({True: ""} if isinstance(field.default, bool) else {})
        yield from (options | {name: value} for value in choices if name not in options and value != field.default)


def _wanted(cell: Cell) -> set[str]:
    """Return names of the parameters that have to be given."""
    return set(_drawn(cell)) - set(cell.constants)


def _drawn(cell: Cell) -> Params:
    """Return parameters of the smallest such cell."""
    return cell.init_params(Recipe("gaussian", 1.0, 1.0, seed=0, layer=0, inputs=1, hidden=1, steps=2))


def _fused_names(cell: Cell, named: Mapping[str, Any]) -> set[str]:
    """Return the names, those of single gates replaced by that of all gates."""
    whole = {one.format(gate): fused for fused, one in FUSED.items() for gate in cell.pre_activations}
    return {whole.get(name, name) for name in named}


def _misfit(cell: Cell, named: Mapping[str, Any]) -> str:
    wanted, given = _wanted(cell), _fused_names(cell, named)
    missing, unknown = sorted(wanted - given), sorted(given - wanted - set(cell.constants))
    faults = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has {', '.join(unknown)}"] * bool(unknown)
    return f"params {' and '.join(faults)}; the {cell.label} takes {', '.join(_drawn(cell))}"


def _params(cell: Cell, named: Mapping[str, Any], place: int, layers: int) -> Params:
    """Return one layer's parameters, all gates side by side, their shapes checked."""
    where = f" of layer {place + 1}" if layers > 1 else ""
    whole = {name: _whole(cell, name, named, where) for name in _drawn(cell)}
    W_h = whole["W_h"]
    H = len(W_h) if W_h is not None and W_h.ndim == 2 else 0
    width = len(cell.pre_activations) * H
    shapes = {"W_x": (H if place else "I", width), "W_h": (H, width), "b": (width,)}
    return {name: _shaped(name + where, values, shapes.get(name, (H,))) for name, values in whole.items()}


def _whole(cell: Cell, name: str, named: Mapping[str, Any], where: str) -> Array:
    """Return a parameter of all gates; a constant that is left out has the value its knob gives it."""
    gates = [FUSED[name].format(gate) for gate in cell.pre_activations] if name in FUSED else []
    single = [to_numpy(gate + where, named[gate]) for gate in gates if gate in named]
    if single and len(single) < len(gates) and name not in named:
        raise ValueError(f"params{where} lacks {next(gate for gate in gates if gate not in named)}")
    if name not in named and not single:
        return _drawn(cell)[name][0] if name in cell.constants else _lacking(name, where)
    if name not in named:
        return np.concatenate(single, axis=-1)
    whole = to_numpy(name + where, named[name])
    if len(single) == len(gates) and single and not np.array_equal(np.concatenate(single, axis=-1), whole):
        raise ValueError(f"{name}{where} is given whole and gate by gate, and the two differ")
    return whole


def _lacking(name: str, where: str) -> Array:
    raise ValueError(f"params{where} lacks {name}")


def _shaped(name: str, values: Array, shape: tuple[int | str, ...]) -> Array:
    """Checked; one number stands for all units."""
    if np.ndim(values) == 0 and len(shape) == 1:
        values = np.full(int(shape[0]), values)
    return checked(name, values, shape)


def _lifted(states: Any, cell: Cell, sizes: Sizes) -> Any:
    """Return states as `read_call` takes them: a pair for a mapping, an axis of layers where there is but one."""
    if isinstance(states, Mapping):
        unknown = [part for part in states if part not in cell.state_names]
        if unknown:
            raise ValueError(f"hx has the part {unknown[0]!r}; the {cell.label} has {', '.join(cell.state_names)}")
        states = tuple(states.get(part) for part in cell.state_names)
        states = states if len(states) > 1 else states[0]
    if states is None or sizes.rows > 1:
        return states
    if isinstance(states, tuple | list) and len(cell.state_names) > 1:
        return tuple(_with_layer(one) for one in states)
    return _with_layer(states)


def _with_layer(state: Any) -> Any:
    return state[None] if getattr(state, "ndim", 0) == 2 else state


def _times(times: Any, T: int, B: int) -> Array | None:
    """Return the timestamps as an array (T, B)."""
    if times is None:
        return None
    values = to_numpy("times", times)
    return checked("times", np.repeat(values[:, None], B, axis=1) if values.ndim == 1 else values, (T, B))
