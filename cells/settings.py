"""RunSettings: everything a run depends on. Equal settings give equal traces."""

from collections.abc import Collection, Iterable, Mapping, Sized
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from .activations import ACTIVATIONS
from .arrays import Array
from .base import Cell
from .initialisers import INITIALISERS
from .knobs import BadValue, check_knobs, checked, choice, is_number, knob, knobs_of, names_of, shown, switch
from .losses import LOSS_MODES, REDUCTIONS
from .own_network import OwnNetwork
from .precision import PRECISIONS
from .recording import Recording
from .registry import CELLS
from .signals import SIGNALS

INIT_LABELS = {"he": "He", "glorot": "Glorot", "pytorch": "PyTorch"}
TRUNCATION_HELP = (
    "Cuts the way back behind steps K, 2K, …, as detach() does: a loss reaches back to the first step of its window. "
    "0 cuts nothing."
)
OWN_LIMIT = 1e6  # values beyond it saturate every cell and help nobody
OWN_ROWS = 20_000
BUDGET = 4.0  # GB of memory one run may take
LOSS_FIELDS = frozenset({"loss", "loss_steps", "steps"})  # that must go together
COPIES = 4  # of the weights: drawn, scaled, their gradients, and those while they are summed


@dataclass(frozen=True)
class RunSettings:
    """A network, its input and its loss. Wrong values raise ValueError naming field, value and range."""

    cell: str = choice("rnn", {c.name: c.label for c in CELLS.values()}, "Cell", group="main")
    activation: str = choice("tanh", {a.name: a.label for a in ACTIVATIONS.values()}, "Activation", group="main")
    steps: int = knob(50, 2, 20_000, "Sequence length T", page_high=1000, group="main")
    weight_scale: float = knob(
        1.0, 0.0, 4.0, "Weight scale", "Multiplies the recurrent matrices as drawn.", step=0.01, group="main"
    )
    loss: str = choice("last", LOSS_MODES, "Loss on", "Where the loss is attached.", group="main")
    loss_steps: tuple[int, ...] = ()
    loss_reduction: str = choice(
        "mean", REDUCTIONS, "Losses add up as", "The mean divides each step's loss by their number.", group="loss"
    )
    truncation: int = knob(0, 0, 20_000, "Truncate every K steps", TRUNCATION_HELP, page_high=200, group="loss")
    hidden: int = knob(32, 1, 4096, "Hidden units H", page_high=256, group="network")
    layers: int = knob(1, 1, 4, "Layers", "Each layer reads the states of the one below.", group="network")
    batch: int = knob(16, 1, 4096, "Batch B", "Sequences run side by side.", page_high=256, group="network")
    inputs: int = knob(1, 1, 4096, "Inputs I", page_high=64, group="network")
    init: str = choice(
        "gaussian", {n: INIT_LABELS.get(n, n) for n in INITIALISERS}, "Initialiser", group="initialisation"
    )
    scale_inputs: bool = switch(
        False, "Scale input weights too", "The weight scale then multiplies W_x as well.", group="initialisation"
    )
    seed: int = knob(0, 0, 2**32 - 1, "Seed", "Draws weights and input.", page_high=10_000, group="initialisation")
    signal: str = choice("running_average", {s.name: s.label for s in SIGNALS.values()}, "Signal", group="input")
    impulse_step: int = knob(1, 1, 20_000, "Impulse at step", page_high=1000, group="input")
    tokens: int = knob(8, 2, 64, "Vocabulary", "Number of different tokens.", group="input")
    own: tuple = ()
    recording: Recording | None = None  # for signal = own, in place of `own`
    network: OwnNetwork | None = None  # weights that were brought; None draws them
    precision: str = choice(
        "float64",
        PRECISIONS,
        "Precision lens",
        "What the backward pass would show in this number format.",
        group="precision",
    )
    options: Any = None

    def __post_init__(self) -> None:
        self._check(self.__dict__)

    def _check(self, changed: Collection[str]) -> None:
        """Check the fields that changed, each alone, and all together."""
        check_knobs(self, changed)
        self._set("options", self._checked_options())
        if not LOSS_FIELDS.isdisjoint(changed):
            self._set("loss_steps", self._checked_loss_steps())
        if "own" in changed:
            self._set("own", self._checked_own())
        self._read_brought()
        self._check_input()
        if self.network is not None:
            self._check_network(self.network)
        self.options.check_run(self)
        self._check_cost()

    def replace(self, **values: Any) -> "RunSettings":
        """These settings with some fields changed; a cell's own knobs go by their names too."""
        cell = checked(knobs_of(self)["cell"], values.get("cell", self.cell))
        kind = CELLS[cell].Options
        knobs = {name: value for name, value in values.items() if name not in self.__dict__}
        plain = {name: value for name, value in values.items() if name in self.__dict__}
        unknown = [name for name in knobs if name not in names_of(kind)]
        if unknown:
            raise BadValue(f"{unknown[0]} is no field of RunSettings, nor a knob of the cell {cell}", unknown[0])
        options = plain.pop("options", self.options)
        if knobs or type(options) is not kind:
            options = _carried_over(options, kind, knobs)
        return self._changed(plain | {"options": options})

    def _changed(self, values: Mapping[str, Any]) -> "RunSettings":
        """Return a copy with these fields new: a sweep makes thousands, and what stays was checked when it was made."""
        made = object.__new__(RunSettings)
        made.__dict__.update(self.__dict__ | dict(values))
        made._check(values)
        return made

    def get(self, name: str) -> Any:
        """Return a field, or a knob of the cell, by name."""
        return getattr(self if name in self.__dict__ else self.options, name)

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def _checked_options(self) -> Any:
        kind = CELLS[self.cell].Options
        if self.options is None:
            return kind()
        if isinstance(self.options, dict):
            unknown = [name for name in self.options if name not in names_of(kind)]
            if unknown:
                known = ", ".join(names_of(kind))
                raise BadValue(f"options has {unknown[0]!r}, the cell {self.cell} knows {known}", unknown[0])
            return kind(**self.options)
        if type(self.options) is not kind:
            raise BadValue(f"options = {shown(self.options)} does not belong to the cell {self.cell}", "options")
        return self.options

    def _checked_loss_steps(self) -> tuple[int, ...]:
        given: list[Any] = list(self.loss_steps) if isinstance(self.loss_steps, Iterable) else [None]
        if not all(is_number(step) and step == int(step) for step in given):
            raise BadValue(f"loss_steps = {shown(self.loss_steps)} is no list of whole numbers", "loss_steps")
        steps = tuple(sorted({int(step) for step in given}))
        if self.loss != "chosen":
            return steps
        outside = [step for step in steps if not 1 <= step <= self.steps]
        if outside or not steps:
            inside = tuple(step for step in steps if step not in outside) or (self.steps,)
            bad = outside[0] if outside else "nothing"
            raise BadValue(f"loss_steps = {bad} is outside [1, {self.steps}]", "loss_steps", inside)
        return steps

    def _checked_own(self) -> tuple[tuple[float, ...], ...]:
        if not isinstance(self.own, Sized):
            raise BadValue(f"own = {shown(self.own)} is no sequence", "own")
        if len(self.own) == 0:
            return ()
        try:
            rows = np.array(self.own, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise BadValue("own holds rows of different lengths, or values that are no numbers", "own") from None
        rows = rows[:, None] if rows.ndim == 1 else rows
        if rows.ndim != 2 or not 2 <= len(rows) <= OWN_ROWS or not 1 <= rows.shape[1] <= 64:
            raise BadValue(f"own has shape {rows.shape}; it takes [2, {OWN_ROWS}] steps of [1, 64] values", "own")
        bad = np.argwhere(~(np.abs(rows) <= OWN_LIMIT))
        if len(bad):
            step, column = bad[0]
            raise BadValue(f"own = {rows[step, column]} at step {step + 1} is outside [-1e6, 1e6]", "own")
        return tuple(map(tuple, rows.tolist()))

    def _read_brought(self) -> None:
        """Make a network and a recording of plain values; BadValue for what is neither."""
        for name, kind in (("network", OwnNetwork), ("recording", Recording)):
            value = getattr(self, name)
            if isinstance(value, dict):
                self._set(name, kind.from_plain(value))
            elif value is not None and not isinstance(value, kind):
                raise BadValue(f"{name} = {shown(value)} is no {kind.__name__}", name)

    def _check_network(self, network: OwnNetwork) -> None:
        for name, fixed in network.fixed.items():
            if name != "inputs" and self.get(name) != fixed:
                sentence = f"{name} = {shown(self.get(name))} is not that of the network's own weights, {shown(fixed)}"
                raise BadValue(sentence, name, fixed)
        if self.input_size != network.inputs:
            few = self.signal == "tokens" and 2 <= network.inputs <= 64
            field = "tokens" if few else "signal" if self.signal in ("tokens", "own") else "inputs"
            sentence = f"{field} = {shown(self.get(field))} gives {self.input_size} inputs a step"
            nearest = "running_average" if field == "signal" else network.inputs
            raise BadValue(f"{sentence}, the network reads {network.inputs}", field, nearest)
        if network.outputs not in (None, self.output_size):
            sentence = f"signal = {shown(self.signal)} asks for {self.output_size} outputs a step"
            raise BadValue(
                f"{sentence}, the network's readout gives {network.outputs}", "network", network.without_readout()
            )

    def _check_recording(self, recording: Recording) -> None:
        if self.batch != recording.batch:
            sentence = f"batch = {self.batch} is not the number of sequences you brought, {recording.batch}"
            raise BadValue(sentence, "batch", recording.batch)
        if self.steps > recording.steps:
            sentence = f"steps = {self.steps} is outside [2, {recording.steps}], the length of your longest sequence"
            raise BadValue(sentence, "steps", recording.steps)

    @property
    def recorded_times(self) -> Array | None:
        """Return the recording's timestamps, where they are asked for and not given otherwise.

        None where they are not.
        """
        asked = self.options.own_lists().get("timestamps") == ()
        return self.recording.times if self.recording is not None and self.signal == "own" and asked else None

    @property
    def idle(self) -> frozenset[str]:
        """Fields and knobs that a network of one's own decides, or that change nothing in it."""
        return self.network.idle if self.network is not None else frozenset()

    def as_plain(self) -> dict[str, Any]:
        """Plain values, which JSON can hold and from which `RunSettings(**plain)` makes these settings again."""
        brought = {name: getattr(self, name) for name in ("network", "recording")}
        plain = {name: None if value is None else value.as_plain() for name, value in brought.items()}
        return self.__dict__ | plain | {"options": dict(vars(self.options))}

    def _check_input(self) -> None:
        if self.signal == "impulse" and self.impulse_step > self.steps:
            sentence = f"impulse_step = {self.impulse_step} is outside [1, {self.steps}], the steps there are"
            raise BadValue(sentence, "impulse_step", self.steps)
        if self.signal == "own" and self.recording is not None:
            self._check_recording(self.recording)
        elif self.signal == "own" and len(self.own) == 0:
            raise BadValue("own = () holds no sequence; give [2, 20000] steps", "own")
        elif self.signal == "own" and self.steps > len(self.own):
            sentence = f"steps = {self.steps} is outside [2, {len(self.own)}], the length of your own sequence"
            raise BadValue(sentence, "steps", len(self.own))

    def _check_cost(self) -> None:
        if self.memory <= BUDGET * 1e9:
            return
        allowed = int((BUDGET * 1e9 - self.weights_memory) / self.memory_per_step)
        if allowed < 2:
            self._refuse_size()
        cost = f"steps = {self.steps} would take {self.memory / 1e9:.1f} GB, the limit is {BUDGET:g} GB"
        raise BadValue(f"{cost}: at most {allowed} steps fit", "steps", allowed)

    def _refuse_size(self) -> None:
        """Not even two steps fit: because of the weights, or because of the batch."""
        fits = self._widest()
        if fits < self.hidden:
            sentence = f"hidden = {self.hidden} would take {self.weights_memory / 1e9:.1f} GB for the weights alone"
            raise BadValue(f"{sentence}, the limit is {BUDGET:g} GB: at most {fits} hidden units fit", "hidden", fits)
        cost = f"steps = {self.steps} would take {self.memory / 1e9:.1f} GB, the limit is {BUDGET:g} GB"
        raise BadValue(f"{cost}: choose fewer hidden units or a smaller batch", "steps")

    def _widest(self) -> int:
        """Return the largest H whose weights take at most half of what a run may take."""
        square, numbers = 2 * self.layers - 1, BUDGET * 1e9 / 2 / (8 * COPIES * len(self.cell_class.pre_activations))
        return int((sqrt(self.input_size**2 + 4 * square * numbers) - self.input_size) / (2 * square))

    def index_of(self, layer: int | None) -> int:
        """Return the layer's index, 0 the lowest; None means the top one."""
        return self.layers - 1 if layer is None else layer

    @property
    def memory(self) -> int:
        """Return bytes a run takes."""
        return self.steps * self.memory_per_step + self.weights_memory

    @property
    def weights_memory(self) -> int:
        """Return bytes of the weights, of their gradients, and of what both are made of."""
        inputs = self.input_size + (self.layers - 1) * self.hidden
        return 8 * COPIES * len(self.cell_class.pre_activations) * self.hidden * (inputs + self.layers * self.hidden)

    @property
    def memory_per_step(self) -> int:
        """Return bytes one time step takes in a run: about eight arrays a block of pre-activations."""
        blocks = max(len(self.cell_class.pre_activations), self.cell_class.delta_blocks)
        return 8 * self.batch * (self.layers * self.hidden * (5 * blocks + 6) + 5 * self.input_size) + 16

    @property
    def cell_class(self) -> type[Cell]:
        """Return the class that holds the cell's equations."""
        return CELLS[self.cell]

    @property
    def input_size(self) -> int:
        """Inputs I as the signal gives them."""
        return SIGNALS[self.signal].inputs(self)

    @property
    def output_size(self) -> int:
        """Outputs O as the signal asks for them."""
        return SIGNALS[self.signal].outputs(self)


def _carried_over(options: Any, kind: type, knobs: dict[str, Any]) -> Any:
    """Return options of `kind` that keep what `options` shares with it."""
    if isinstance(options, dict):
        return options | knobs
    shared = {name: getattr(options, name) for name in names_of(kind) if hasattr(options, name)}
    return kind(**(shared | knobs))
