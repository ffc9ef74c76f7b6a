"""Recurrent modules among the arrays of a file, told by names and shapes: each ready to run, or with what is wrong."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cells.activations import ACTIVATIONS
from cells.arrays import Array
from cells.base import Params
from cells.own_network import DEEPEST, OwnNetwork
from cells.registry import CELLS

from .files import WeightsFile
from .names import OURS, PYTORCH, REWRITTEN
from .readouts import readouts_of

TORCH_CELLS = {1: "rnn", 3: "gru", 4: "lstm"}  # blocks of rows -> cell
TORCH_GATES = {"rnn": ("u",), "gru": ("r", "z", "n"), "lstm": ("i", "f", "g", "o")}  # in the order of PyTorch's rows
LABELS = {"rnn": "nn.RNN", "gru": "nn.GRU", "lstm": "nn.LSTM"}
NOTED = ("shift_sign", "output", "gate")  # choices of a Phased LSTM that weights alone do not show
MOST = 200  # modules listed
ONE_WAY = (
    "Each direction of a bidirectional layer runs here by itself: it reads the page's input in the order given, step 1 "
    "first, not what the layers below would hand it, and its own readout alone sends a gradient back. A whole "
    "bidirectional module, every layer and both directions together, is traced by backflow.trace_torch, and by "
    "backflow.probe in your own training loop."
)
HALF = 60  # characters of a long name, at its beginning and at its end


@dataclass(frozen=True, eq=False)
class Found:
    """One module that was found; either `network` is there, or the sentence `problem`."""

    name: str
    label: str  # nn.LSTM, 2 layers of 128 units, 3 inputs
    network: OwnNetwork | None = None
    problem: str = ""
    note: str = ""  # what a run of it by itself does not show
    activation: str = "tanh"
    readouts: Mapping[str, OwnNetwork] = field(default_factory=dict)  # the same with a readout of the file's own


def find_modules(file: WeightsFile, source: str) -> tuple[Found, ...]:
    """Return every recurrent module of a file, in the order of its names; `source` is the file's name."""
    rewritten = _rewritten(file.arrays)
    plain = [*_torch_modules(file, source, set(rewritten)), *_our_modules(file, source)]
    found = sorted([*plain, *map(_rewritten_found, rewritten)], key=lambda one: one.name)[:MOST]
    return tuple(
        one if one.network is None else replace(one, readouts=readouts_of(one.network, file.arrays)) for one in found
    )


def _rewritten(names: Iterable[str]) -> list[str]:
    """Modules whose weights are computed from others, by weight norm or pruning: the numbers in use are not there."""
    modules = [match["module"] or "" for match in map(REWRITTEN.fullmatch, names) if match]
    return sorted({module.removesuffix("parametrizations").removesuffix(".") for module in modules})


def _rewritten_found(module: str) -> Found:
    name, cure = _named(module), "remove the parametrisation, weight norm or pruning before saving"
    return Found(name, "weights that are computed from others", problem=f"{name} holds no plain weights: {cure}.")


def _named(module: str) -> str:
    """Return what sentences call a module: its name on one line, without its middle where that is long."""
    name = " ".join(module.split())
    return (f"{name[:HALF]}…{name[-HALF:]}" if len(name) > 2 * HALF else name) or "the whole file"


# ── PyTorch's modules


def _torch_modules(file: WeightsFile, source: str, rewritten: Collection[str]) -> Iterator[Found]:
    groups: dict[str, dict[tuple[bool, int], dict[str, Array]]] = {}
    for name, array in file.arrays.items():
        match = PYTORCH.fullmatch(name)
        if match and (match["module"] or "") not in rewritten:
            place = (match["way"] is not None, int(match["layer"] or 0))
            groups.setdefault(match["module"] or "", {}).setdefault(place, {})[match["kind"]] = array
    for module, layers in groups.items():
        yield from _of_torch(_named(module), layers, file.sha256, source)


Layers = dict[tuple[bool, int], dict[str, Array]]


def _of_torch(name: str, layers: Layers, sha256: str, source: str) -> Iterator[Found]:
    """Yield one module; a bidirectional one as each layer's two directions, which are networks of their own."""
    ways, depth = {way for way, _ in layers}, 1 + max(layer for _, layer in layers)
    if len(ways) == 1:
        yield _torch_found(name, [layers.get((False, k), {}) for k in range(depth)], sha256, source)
        return
    for place in range(min(depth, DEEPEST)):
        for way in (False, True):
            where = f", layer {place + 1}" if depth > 1 else ""
            said = f"{name}{where}{', reverse direction' if way else ', forward direction'}"
            found = _torch_found(said, [layers.get((way, place), {})], sha256, source)
            yield replace(found, label=found.label + _told_of_direction(place, way), note=ONE_WAY)


def _told_of_direction(place: int, way: bool) -> str:
    """Return what one direction of one layer reads in its module, in words that go on after its sizes."""
    reads = [f"the outputs of both directions of layer {place}"] if place else []
    reads += ["the last step first"] if way else []
    return f"; in its module it reads {', '.join(reads)}" if reads else ""


def _torch_found(name: str, layers: list[dict[str, Array]], sha256: str, source: str) -> Found:
    try:
        cell = _cell_of(name, layers)
        params = tuple(_our_params(cell, arrays) for arrays in layers)
        options = {"gru": {"form": "pytorch"}, "lstm": {"peepholes": False}}.get(cell, {})
        return _ready(OwnNetwork(cell, params, options, f"{sha256}:{name}", f"{name} of {source}"), name, LABELS[cell])
    except ValueError as error:
        return Found(name, "a recurrent module", problem=_sentence(name, error))


def _sentence(name: str, error: ValueError) -> str:
    text = str(error).rstrip(".")
    return f"{text}." if text.startswith(name) else f"{name}: {text}."


def _ready(network: OwnNetwork, name: str, label: str) -> Found:
    layers = len(network.layers)
    depth = "1 layer" if layers == 1 else f"{layers} layers"
    inputs = "1 input" if network.inputs == 1 else f"{network.inputs} inputs"
    units = "1 unit" if network.hidden == 1 else f"{network.hidden} units"
    return Found(name, f"{label}, {depth} of {units}, {inputs}", network)


def _cell_of(name: str, layers: list[dict[str, Array]]) -> str:
    """Return the cell, by the rows of weight_hh; ValueError for what makes no module."""
    if len(layers) > DEEPEST:
        raise ValueError(f"{name} has {len(layers)} layers, outside [1, {DEEPEST}]")
    for k, arrays in enumerate(layers):
        if "weight_hr" in arrays:
            raise ValueError(f"{name} has projections (proj_size), whose output is not the state")
        missing = [kind for kind in ("weight_ih", "weight_hh") if kind not in arrays]
        if missing:
            raise ValueError(f"{name} has no {missing[0]} in layer {k + 1}")
    shape = layers[0]["weight_hh"].shape
    blocks = shape[0] / shape[1] if len(shape) == 2 and shape[1] else 0
    if blocks not in TORCH_CELLS:
        raise ValueError(
            f"{name} has weight_hh of shape {shape}; nn.RNN, nn.GRU, nn.LSTM have (H, H), (3H, H), (4H, H)"
        )
    return TORCH_CELLS[int(blocks)]


def _our_params(cell: str, arrays: Mapping[str, Array]) -> Params:
    """Weights in our order of gates; the two biases are one, but for the one inside the GRU's product with r."""
    W_hh = arrays["weight_hh"]
    _check_shapes(arrays, *W_hh.shape)
    zeros, n = np.zeros(len(W_hh)), len(TORCH_GATES[cell])
    split = {k: np.split(arrays.get(k, zeros), n) for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    order = [TORCH_GATES[cell].index(gate) for gate in CELLS[cell].pre_activations]
    inner = cell == "gru"
    b = [split["bias_ih"][k] + (0 if inner and k == 2 else split["bias_hh"][k]) for k in order]
    W_x, W_h = (np.concatenate([split[kind][k].T for k in order], axis=1) for kind in ("weight_ih", "weight_hh"))
    return {"W_x": W_x, "W_h": W_h, "b": np.concatenate(b)} | ({"b_hn": split["bias_hh"][2]} if inner else {})


def _check_shapes(arrays: Mapping[str, Array], rows: int, hidden: int) -> None:
    for kind, array in arrays.items():
        wanted = {"weight_ih": (rows, "I"), "weight_hh": (rows, hidden)}.get(kind, (rows,))
        fits = array.ndim == len(wanted) and all(w in ("I", n) for w, n in zip(wanted, array.shape, strict=True))
        if not fits or 0 in array.shape:
            shape = ", ".join(map(str, wanted)) + ("," if len(wanted) == 1 else "")
            raise ValueError(f"{kind} has shape {array.shape}; it takes ({shape})")


# ── our own export


def _our_modules(file: WeightsFile, source: str) -> Iterator[Found]:
    groups: dict[str, dict[int, Params]] = {}
    for name, array in file.arrays.items():
        match = OURS.fullmatch(name)
        if match:
            groups.setdefault(match["module"] or "", {}).setdefault(int(match["layer"]), {})[match["kind"]] = array
    for module, layers in groups.items():
        yield _ours_found(_named(module), layers, file, source)


def _ours_found(name: str, layers: dict[int, Params], file: WeightsFile, source: str) -> Found:
    try:
        if sorted(layers) != list(range(len(layers))):
            raise ValueError(f"{name} has layers {', '.join(str(k + 1) for k in sorted(layers))}, with a gap")
        params = tuple(layers[k] for k in range(len(layers)))
        cell, options = _our_cell(name, params[0])
        noted = _noted(file.notes) if cell == "phased_lstm" else {}
        network = OwnNetwork(cell, params, options | noted, f"{file.sha256}:{name}", f"{name} of {source}")
        activation = file.notes.get("activation", "tanh")
        found = _ready(network, name, network.cell_of().label)
        return replace(found, activation=activation if activation in ACTIVATIONS else "tanh")
    except ValueError as error:
        return Found(name, "a recurrent module", problem=_sentence(name, error))


def _our_cell(name: str, layer: Params) -> tuple[str, dict[str, Any]]:
    """Return the cell and the knobs that its parameters show."""
    W_h = layer.get("W_h", np.empty((0, 0)))
    blocks = W_h.shape[1] / W_h.shape[0] if W_h.ndim == 2 and len(W_h) else 0
    if blocks == 4:
        return ("phased_lstm" if "tau" in layer else "lstm"), {"peepholes": "p_i" in layer}
    if blocks == 3:
        return "gru", {"form": "pytorch" if "b_hn" in layer else "cho"}
    if blocks == 1:
        return "rnn", {}
    raise ValueError(f"{name} has W_h of shape {W_h.shape}; our cells have (H, H), (H, 3H), (H, 4H)")


def _noted(notes: Mapping[str, str]) -> dict[str, str]:
    """Return what our export says of a Phased LSTM beside its weights.

    Anything it cannot be is an error of OwnNetwork.
    """
    try:
        options = json.loads(notes.get("options", "{}"))
    except ValueError:
        return {}
    given = options if isinstance(options, dict) else {}
    return {name: value for name, value in given.items() if name in NOTED and re.fullmatch(r"[a-z]{1,12}", str(value))}
