"""A network with weights that were not drawn here: arrays that settings may carry, equal where their numbers are."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from .activations import ACTIVATIONS
from .arrays import Array
from .base import Cell, Params, Recipe
from .knobs import knobs_of
from .registry import CELLS

WIDEST, DEEPEST = 4096, 4  # units and layers that settings take
READ_BY = ", read out by "
DRAWING = frozenset({"init"}).union(  # fields and knobs that only decide how weights are drawn
    name for cell in CELLS.values() for name, f in knobs_of(cell.Options).items() if f.metadata["knob"].draws
)


@dataclass(frozen=True, eq=False, repr=False)
class OwnNetwork:
    """Weights under our names, one dict a layer, the lowest first. ValueError where they make no network of the cell.

    options  the cell's knobs that the weights decide, such as whether there are peepholes
    key      what a link calls it: the file's SHA-256 and the module's name
    source   the same in words
    readout  W_y (H, O) and b_y (O,) of the file's own; None draws them
    """

    cell: str
    layers: tuple[Params, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    source: str = "weights of your own"
    readout: Params | None = None

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise ValueError(f"cell = {self.cell!r} is none of {', '.join(CELLS)}")
        if not 1 <= len(self.layers) <= DEEPEST:
            raise ValueError(f"layers = {len(self.layers)} is outside [1, {DEEPEST}]")
        copies = tuple({name: _copy(name, array) for name, array in layer.items()} for layer in self.layers)
        object.__setattr__(self, "layers", copies)
        if not 1 <= self.hidden <= WIDEST:
            raise ValueError(f"hidden = {self.hidden} is outside [1, {WIDEST}]")
        for place, layer in enumerate(self.layers):
            self._check_layer(place, layer)
        if self.readout is not None:
            object.__setattr__(self, "readout", _checked_readout(self.readout, self.hidden))

    @property
    def hidden(self) -> int:
        """Return H, the number of hidden units."""
        return self._rows("W_h")

    @property
    def inputs(self) -> int:
        """Inputs I of the lowest layer."""
        return self._rows("W_x")

    @property
    def outputs(self) -> int | None:
        """Return O of the readout; None where it is drawn, and so fits whatever is asked."""
        return None if self.readout is None else len(self.readout["b_y"])

    def _rows(self, name: str) -> int:
        array = self.layers[0].get(name)
        if array is None or array.ndim != 2:
            raise ValueError(f"{name} is missing, or no matrix")
        return len(array)

    @property
    def fixed(self) -> dict[str, Any]:
        """Return the settings that the weights decide, by name."""
        sizes = {"cell": self.cell, "hidden": self.hidden, "layers": len(self.layers), "inputs": self.inputs}
        return sizes | dict(self.options)

    @property
    def idle(self) -> frozenset[str]:
        """Return settings that change nothing in such a run, or that the weights decide."""
        return DRAWING | frozenset(self.fixed)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that a run depends on."""
        found = hashlib.sha256(repr((self.cell, sorted(self.options.items()))).encode())
        for layer in (*self.layers, self.readout or {}):
            for name in sorted(layer):
                found.update(f"{name}{layer[name].shape}".encode())
                found.update(layer[name].tobytes())
        return found.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnNetwork) and (self.digest, self.key) == (other.digest, other.key)

    def __hash__(self) -> int:
        return hash((self.digest, self.key))

    def __repr__(self) -> str:
        return f"OwnNetwork({self.key!r}, sha256={self.digest})"

    def params(self, layer: int, weight_scale: float, input_scale: float, drawn: Params) -> Params:
        """Return one layer's parameters, matrices times their scales; what the file lacks comes from those drawn."""
        own = self.layers[layer]
        scaled = {"W_h": weight_scale * own["W_h"], "W_x": input_scale * own["W_x"]}
        return {name: scaled.get(name, own.get(name, array)) for name, array in drawn.items()}

    def cell_of(self) -> Cell:
        """Return the cell with the knobs that the weights decide, whatever its activation."""
        kind = CELLS[self.cell]
        return kind.build(kind.Options(**self.options), ACTIVATIONS["tanh"])

    def _check_layer(self, place: int, layer: Params) -> None:
        inputs = self.hidden if place else self.inputs
        cell = self.cell_of()
        wanted = _shapes(cell, inputs, self.hidden)
        for name, shape in wanted.items():
            if name not in layer and name not in cell.constants:
                raise ValueError(f"layer {place + 1} has no {name}, which the {cell.label} needs")
            if name in layer and layer[name].shape != shape:
                raise ValueError(f"{name} of layer {place + 1} has shape {layer[name].shape}; it takes {shape}")
        unknown = [name for name in layer if name not in wanted]
        if unknown:
            raise ValueError(f"layer {place + 1} has {unknown[0]}, which the {cell.label} does not know")
        _check_clock(place, layer)

    def with_readout(self, name: str, W_y: Array, b_y: Array) -> "OwnNetwork":
        """Return the same network with a readout of its file's own, which bears this name there."""
        called = f"{READ_BY}{name}"
        readout = {"W_y": W_y, "b_y": b_y}
        return replace(self, readout=readout, key=self.key + called, source=self.source + called)

    def without_readout(self) -> "OwnNetwork":
        """Return the same network with a readout that is drawn."""
        key, source = (text.rpartition(READ_BY)[0] or text for text in (self.key, self.source))
        return replace(self, readout=None, key=key, source=source)

    def as_plain(self) -> dict[str, Any]:
        """Plain values that `from_plain` brings back, digit for digit."""
        named = {"options": dict(self.options), "key": self.key, "source": self.source}
        arrays = {"layers": [*map(_packed, self.layers)], "readout": self.readout and _packed(self.readout)}
        return {"cell": self.cell} | arrays | named

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "OwnNetwork":
        """Return the network of `as_plain`."""
        layers, readout = tuple(map(_unpacked, plain["layers"])), plain.get("readout")
        named = (plain["cell"], layers, plain["options"], plain["key"], plain["source"])
        return cls(*named, None if readout is None else _unpacked(readout))


def _packed(arrays: Params) -> dict[str, Any]:
    return {name: [list(array.shape), array.tobytes().hex()] for name, array in arrays.items()}


def _unpacked(plain: Mapping[str, Any]) -> Params:
    return {name: np.frombuffer(bytes.fromhex(text)).reshape(shape) for name, (shape, text) in plain.items()}


def _checked_readout(readout: Params, hidden: int) -> Params:
    """Return read-only copies of W_y (H, O) and b_y (O,)."""
    W_y, b_y = (_copy(name, readout[name]) for name in ("W_y", "b_y"))
    if W_y.ndim != 2 or len(W_y) != hidden or b_y.shape != W_y.shape[1:] or not b_y.size:
        raise ValueError(f"W_y has shape {W_y.shape} and b_y {b_y.shape}; they take ({hidden}, O) and (O,)")
    return {"W_y": W_y, "b_y": b_y}


def _shapes(cell: Cell, inputs: int, hidden: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes of a layer's parameters, told from those of one unit: a wide layer is not drawn to be
    looked at.
    """
    small = cell.init_params(Recipe("identity", 1.0, 1.0, seed=0, layer=0, inputs=1, hidden=1, steps=2))
    rows = {"W_x": inputs, "W_h": hidden}
    return {n: (*([rows[n]] if n in rows else []), hidden * array.shape[-1]) for n, array in small.items()}


def _copy(name: str, array: Any) -> Array:
    """Return a read-only float64 copy, or the array where it is one; ValueError names the first value not finite."""
    is_ours = isinstance(array, np.ndarray) and array.dtype == np.float64 and array.flags.c_contiguous
    is_ours = is_ours and array.flags.owndata and not array.flags.writeable
    copy = array if is_ours else np.array(array, dtype=np.float64, order="C")
    bad = np.argwhere(~np.isfinite(copy))
    if len(bad):
        place = tuple(bad[0].tolist())
        raise ValueError(f"{name} = {copy[place]} at {place} is not finite")
    copy.flags.writeable = False
    return copy


def _check_clock(place: int, layer: Params) -> None:
    """Periods and open ratios have to be above 0: a clock divides by them."""
    for name in ("tau", "r_on"):
        if name in layer and not (layer[name] > 0).all():
            worst = float(layer[name].min())
            raise ValueError(f"{name} = {worst:g} in layer {place + 1} is not above 0")
