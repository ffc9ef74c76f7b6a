"""Paths: which ways a gradient takes into the past, and how much of it each carries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cells.activations import Array
from cells.analysis.errors import DoesNotApply
from cells.analysis.gradient.direct_and_recurrent import arriving
from cells.base import Cell
from cells.log_mean import log10_mean
from cells.scaled import Exponents, Scaled, shifted
from cells.step_graph import OUTPUT, Path
from cells.trace import LayerTrace, Trace
from cells.truncation import walls

from .cell_graphs import wiring
from .circuit import Circuit, Edge, Pass


@dataclass(frozen=True, eq=False)
class PathSplit:
    """dL/d(part)_{t-1} by the way it came back: entry t - 1 belongs to step t, as the gates of that step do."""

    part: str
    layer: int
    labels: dict[str, str]  # path -> words, after `through`
    ways: dict[str, Path]  # path -> what the cell declares of it
    shares: dict[str, Array]  # path -> (T,) its norm over the sum of all paths' norms, batch mean; nan where all are 0
    log10_norms: dict[str, Array]  # path -> (T,) log10 of the batch mean norm
    kept: Array  # (T,) norm of the paths' sum over the sum of their norms: 1 where they point one way


def paths(trace: Trace, layer: int | None = None, part: str | None = None) -> Mapping[str, Array]:
    """Path -> (T,) shares of dL/dc_{t-1} (of dL/dh_{t-1} in a cell without c), entry t - 1 for step t; they sum to 1.

    A share is the norm of what came that way over the sum of all ways' norms, batch mean; nan where all are 0.
    """
    return path_split(trace, layer, part).shares


def path_split(trace: Trace, layer: int | None = None, part: str | None = None) -> PathSplit:
    """Return the same with norms and what cancels; ValueError for a part the cell does not have."""
    index = trace.index_of(layer)
    watched = trace.layer(index)
    part = watched.state_names[-1] if part is None else part
    vectors, known = path_vectors(watched, part), paths_of(watched.cell)
    ways = {name: known[name] for name in vectors}
    logs = {name: rows.log10_norms() for name, rows in vectors.items()}
    shares, total = _shares(logs)
    with np.errstate(invalid="ignore"):
        together = 10.0 ** np.minimum(watched.log10_grad_norms[part][:-1] - total, 0.0)
    return PathSplit(
        part=part,
        layer=index,
        labels={name: _label(way, index + 1 < len(trace.layers)) for name, way in ways.items()},
        ways=ways,
        shares=shares,
        log10_norms={name: log10_mean(log) for name, log in logs.items()},
        kept=_mean_alive(together, np.isfinite(total)),
    )


def path_vectors(layer: LayerTrace, part: str) -> dict[str, Scaled]:
    """Path -> what came that way to the part at steps 0 … T-1, (T, B, H); they sum to its total gradient."""
    if part not in layer.state_names:
        raise ValueError(f"part = {part!r} is none of {', '.join(layer.state_names)}")
    exponent = layer.record.grads["h"].exponent
    with np.errstate(all="ignore"):
        edges = step_pass(layer).edges
        split = _came_to("h", edges, exponent) | {"output": _direct(layer, exponent)}
        if part != "h":
            split = _through_output(layer, part, split)
            for name, rows in _came_to(part, edges, exponent).items():
                split[name] = split.get(name, 0.0) + rows
    return {name: Scaled(rows, None if exponent is None else exponent[:-1]) for name, rows in split.items()}


def step_pass(layer: LayerTrace, steps: slice = slice(None)) -> Pass:
    """Return the cell's graph run forward and backward at some steps (indices from 0), gradients as mantissas."""
    tape, cell = layer.record.tape, layer.cell
    if "active" in tape:
        raise DoesNotApply("Paths are not told apart where steps are masked or sequences end early.")
    circuit = Circuit(wiring(cell), layer.params, cell.activation)
    leaves, unit = _leaves(layer, steps)
    if cell.time_gate:
        leaves[cell.time_gate.name] = tape[cell.time_gate.name][steps]
    seeds = {part: rows.mantissa[steps] for part, rows in arriving(layer).items()}
    with np.errstate(all="ignore"):
        done = circuit.back(circuit.values(leaves, unit), seeds)
    return _cut(done, layer, steps) if layer.record.truncation else done


def _cut(done: Pass, layer: LayerTrace, steps: slice) -> Pass:
    """Let nothing come back through a wall: the states before a window's first step are read as numbers."""
    T, earlier = len(layer.record.delta.mantissa), {f"{part}_prev" for part in layer.state_names}
    behind = [t in walls(layer.record.truncation, T) for t in range(*steps.indices(T))]
    passes = np.logical_not(behind)[:, None, None]
    gradients = {name: np.where(passes, rows, 0) if name in earlier else rows for name, rows in done.gradients.items()}
    edges = [replace(e, gradient=np.where(passes, e.gradient, 0)) if e.source in earlier else e for e in done.edges]
    return Pass(done.values, gradients, edges)


def _leaves(layer: LayerTrace, steps: slice) -> tuple[dict[str, Array], Exponents | None]:
    """x and the states that enter each step, in units of 2^unit where the run needed them."""
    tape, read = layer.record.tape, layer.record.input
    unit = tape["a_exponent"][steps] if "a_exponent" in tape else None
    leaves = {f"{part}_prev": tape[part][:-1][steps] for part in layer.state_names}
    x = Scaled(read.mantissa[steps], None if read.exponent is None else read.exponent[steps])
    if unit is None:
        return leaves | {"x": x.plain()}, None
    h = Scaled(leaves["h_prev"], tape["h_exponent"][:-1][steps])
    return {"x": x.aligned(unit), "h_prev": h.aligned(unit)}, unit


def _came_to(part: str, edges: list[Edge], exponent: Exponents | None) -> dict[str, Array]:
    """Path -> what came back to a part at steps 0 … T-1 through the next step, mantissas for their exponents."""
    found: dict[str, Array] = {}
    for edge in edges:
        if edge.source == f"{part}_prev" and edge.term is not None and edge.term.path:
            rows = edge.gradient if exponent is None else shifted(edge.gradient, exponent[1:] - exponent[:-1])
            found[edge.term.path.name] = found.get(edge.term.path.name, 0.0) + rows
    return found


def _direct(layer: LayerTrace, exponent: Exponents | None) -> Array:
    """Return what reaches h at steps 0 … T-1 through its own output, mantissas for `exponent`."""
    direct = layer.record.direct
    rows = np.zeros_like(layer.record.grads["h"].mantissa)
    rows[direct.steps] = direct.rows.mantissa if exponent is None else direct.rows.aligned(exponent[direct.steps])
    return rows[:-1]


def _through_output(layer: LayerTrace, part: str, split: dict[str, Array]) -> dict[str, Array]:
    """Return what of each of h's paths goes on to the part through the step's own output.

    None where h does not read it.
    """
    place, earlier = layer.state_names.index(part), slice(0, len(layer.record.delta.mantissa) - 1)
    found = {name: np.zeros_like(rows) for name, rows in split.items()}  # the initial state has no output
    for name, rows in split.items():
        found[name][1:] = layer.cell.grads_through_h(layer.record.local_derivatives, earlier, rows[1:])[place]
    return found


def _shares(logs: dict[str, Array]) -> tuple[dict[str, Array], Array]:
    """Batch means of each path's share of the summed norms, and log10 of that sum (T, B)."""
    total = log10_mean(np.stack(list(logs.values()), axis=-1)) + np.log10(len(logs))
    alive = np.isfinite(total)
    with np.errstate(invalid="ignore"):
        return {name: _mean_alive(10.0 ** (log - total), alive) for name, log in logs.items()}, total


def _mean_alive(values: Array, alive: Array) -> Array:
    """Mean over the samples (T, B) -> (T,) that have a gradient; nan where none has."""
    count = alive.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(alive, values, 0.0).sum(axis=-1) / count


def paths_of(cell: Cell) -> dict[str, Path]:
    """Return every way into the past that the cell's graph declares, and the output, by name."""
    declared = [term.path for node in wiring(cell) for term in node.terms if term.path]
    return {path.name: path for path in (OUTPUT, *declared)}


def _label(path: Path, covered: bool) -> str:
    return "the layer above" if path == OUTPUT and covered else path.label
