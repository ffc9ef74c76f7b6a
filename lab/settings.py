"""LabSettings: everything a training run depends on. Equal settings give equal runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from cells.activations import ACTIVATIONS
from cells.base import Cell
from cells.initialisers import INITIALISERS
from cells.knobs import BadValue, check_knobs, checked, choice, knob, knobs_of, names_of, shown, switch
from cells.registry import CELLS
from cells.settings import INIT_LABELS

from .tasks import TASKS, Task

TEXT_LIMIT = 5_000_000  # characters of an own text
BUDGET = 4.0  # GB that one update may take
COUNTERPARTS = {"rnn": ("tanh", "relu"), "gru": ("tanh",), "lstm": ("tanh",)}  # what nn.* computes, with which σ
OPTIMISERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
SCHEDULES = {
    "constant": "constant",
    "step": "a factor every few updates",
    "epochs": "a factor an epoch, from one on",
    "exponential": "exponential",
    "cosine": "cosine to 0",
}
TARGET_HELP = "Stops once the validation's accuracy reaches it or, where answers are numbers, its loss; 0 never."
BIAS_HELP = "k adds U(−k/√H, k/√H) to every bias; 0 leaves them as the cell sets them."
EPOCH_HELP = "With the schedule by epochs: the first epoch whose rate is multiplied by the factor."


def _settings_of(kind: str, values: Any, classes: Mapping[str, type], name: str) -> Any:
    """Knobs of the chosen cell or task: defaults for None, made from a dict, or checked to be of that kind."""
    known = classes[kind]
    if values is None:
        return known()
    if isinstance(values, Mapping):
        unknown = [key for key in values if key not in names_of(known)]
        if unknown:
            listed = ", ".join(names_of(known)) or "none"
            raise BadValue(f"{name} has {unknown[0]!r}; {kind} knows {listed}", unknown[0])
        return known(**values)
    if type(values) is not known:
        raise BadValue(f"{name} = {shown(values)} does not belong to {kind}", name)
    return values


@dataclass(frozen=True)
class LabSettings:
    """A task, a network, and how it is trained. Wrong values raise ValueError naming field, value and range."""

    task: str = choice("palindrome", {t.name: t.label for t in TASKS.values()}, "Task", group="task")
    length: int = knob(10, 2, 2000, "Length T", "Steps of a sequence, or of a window of text.", group="task")
    cell: str = choice("rnn", {c.name: c.label for c in CELLS.values()}, "Cell", group="network")
    activation: str = choice("tanh", {a.name: a.label for a in ACTIVATIONS.values()}, "Activation", group="network")
    hidden: int = knob(128, 1, 1024, "Hidden units H", group="network", page_high=256)
    layers: int = knob(1, 1, 4, "Layers", "Each layer reads the states of the one below.", group="network")
    embedding: int = knob(
        0, 0, 1024, "Embedding", "Numbers a symbol becomes; 0 takes one-hot vectors.", group="network"
    )
    init: str = choice(
        "pytorch", {n: INIT_LABELS.get(n, n) for n in INITIALISERS}, "Initialiser", group="initialisation"
    )
    weight_scale: float = knob(1.0, 0.0, 4.0, "Weight scale", "Multiplies W_h.", step=0.01, group="initialisation")
    input_scale: float = knob(1.0, 0.0, 4.0, "Input scale", "Multiplies W_x.", step=0.01, group="initialisation")
    start: float = knob(0.0, 0.0, 1.0, "Normal start", "Above 0: all weights N(0, start²).", group="initialisation")
    bias_scale: float = knob(0.0, 0.0, 4.0, "Bias scale", BIAS_HELP, step=0.1, group="initialisation")
    optimiser: str = choice("rmsprop", OPTIMISERS, "Optimiser", group="optimiser")
    rate: float = knob(1e-3, 1e-8, 10.0, "Learning rate", group="optimiser")
    momentum: float = knob(0.0, 0.0, 0.999, "Momentum", "Of SGD and RMSprop.", group="optimiser")
    weight_decay: float = knob(0.0, 0.0, 1.0, "Weight decay", group="optimiser")
    schedule: str = choice("constant", SCHEDULES, "Schedule of the rate", group="optimiser")
    rate_factor: float = knob(0.5, 0.01, 1.0, "Factor of the rate", group="optimiser")
    rate_every: int = knob(1000, 1, 1_000_000, "Updates between two factors", group="optimiser")
    rate_epoch: int = knob(6, 1, 1000, "First epoch with the factor", EPOCH_HELP, group="optimiser")
    clip: float = knob(10.0, 0.0, 1e4, "Clip by norm", "g ← g·θ/‖g‖ where ‖g‖ > θ; 0 is off.", group="clipping")
    clip_value: float = knob(0.0, 0.0, 1e4, "Clip by value", "Each component to [−θ, θ]; 0 is off.", group="clipping")
    batch: int = knob(128, 1, 4096, "Batch B", group="training", page_high=256)
    updates: int = knob(1500, 1, 1_000_000, "Updates", group="training", page_high=10_000)
    reduction: str = choice("mean", {"mean": "mean", "sum": "sum"}, "Losses of the steps add up as", group="training")
    dropout: float = knob(0.0, 0.0, 0.95, "Dropout", "Between layers.", group="training")
    dropout_ends: bool = switch(
        False, "Dropout at both ends", "Also before the first layer and after the last.", group="training"
    )
    truncate: int = knob(0, 0, 2000, "Truncate after", "Steps that credit goes back; 0 is all.", group="training")
    carry: bool = switch(
        False, "Carry the state", "The next window of a text starts from this one's last state.", group="training"
    )
    evaluate_every: int = knob(0, 0, 1_000_000, "Updates between validations", "0 makes 40 of them.", group="training")
    patience: int = knob(0, 0, 1000, "Patience", "Validations without progress until it stops; 0 never.")
    target: float = knob(0.0, 0.0, 1.0, "Target", TARGET_HELP, group="training")
    smoothing: float = knob(0.0, 0.0, 0.9999, "Smoothing", "Of the loss as shown: s ← βs + (1 − β)L.", group="training")
    precision: str = choice("float32", {"float32": "float32", "float64": "float64"}, "Precision", group="training")
    engine: str = choice("own", {"own": "our own loops", "torch": "PyTorch's nn.*"}, "Engine", group="training")
    seed: int = knob(0, 0, 2**32 - 1, "Seed", "Draws weights, data and dropout.", page_high=10_000, group="training")
    text: str = field(default="", repr=False)  # an own text, for tasks that read one
    options: Any = None  # the cell's own knobs
    task_options: Any = None  # the task's own knobs

    def __post_init__(self) -> None:
        check_knobs(self)
        cells = {name: cell.Options for name, cell in CELLS.items()}
        tasks = {name: task.Options for name, task in TASKS.items()}
        self._set("options", _settings_of(self.cell, self.options, cells, "options"))
        self._set("task_options", _settings_of(self.task, self.task_options, tasks, "task_options"))
        self._check_text()
        self._check_engine()
        self._check_together()
        self.task_class.check(self)
        self._check_memory()

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def replace(self, **values: Any) -> "LabSettings":
        """These settings with some fields changed; knobs of the cell and of the task go by their names too."""
        fields = {name: value for name, value in values.items() if name in self.__dict__}
        others = {name: value for name, value in values.items() if name not in self.__dict__}
        cell = checked(knobs_of(self)["cell"], fields.get("cell", self.cell))
        task = checked(knobs_of(self)["task"], fields.get("task", self.task))
        kinds = {"options": CELLS[cell].Options, "task_options": TASKS[task].Options}
        for place, kind in kinds.items():
            own = {name: others.pop(name) for name in list(others) if name in names_of(kind)}
            fields.setdefault(place, _carried_over(getattr(self, place), kind, own))
        if others:
            name = next(iter(others))
            raise BadValue(f"{name} is no field of LabSettings, nor a knob of {cell} or {task}", name)
        return replace(self, **fields)

    def get(self, name: str) -> Any:
        """Return a field, or a knob of the cell or of the task, by name."""
        for place in (self, self.options):
            if name in place.__dict__:
                return getattr(place, name)
        return getattr(self.task_options, name)

    @property
    def cell_class(self) -> type[Cell]:
        """Return the class that holds the cell's equations."""
        return CELLS[self.cell]

    @property
    def task_class(self) -> type[Task]:
        """Return what is to be learned."""
        return TASKS[self.task]

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads; plain values only."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "LabSettings":
        """Return the settings that were written; ValueError where they are none."""
        unknown = [name for name in values if name not in names_of(cls)]
        if unknown:
            raise BadValue(f"{unknown[0]} is no field of LabSettings", unknown[0])
        return cls(**values)

    def _check_text(self) -> None:
        if not isinstance(self.text, str):
            raise BadValue(f"text = {shown(self.text)} is no text", "text", "")
        if len(self.text) > TEXT_LIMIT:
            told = f"text has {len(self.text)} characters; it takes at most {TEXT_LIMIT}"
            raise BadValue(told, "text", self.text[:TEXT_LIMIT])

    def _check_engine(self) -> None:
        if self.engine == "own":
            return
        if self.activation not in COUNTERPARTS.get(self.cell, ()):
            told = f"engine = 'torch' has no {self.cell} with {self.activation}"
            raise BadValue(f"{told}: it knows rnn (tanh, relu), gru and lstm (tanh)", "engine", "own")
        for name, value in (("residual", False), ("form", "pytorch"), ("peepholes", False)):
            if getattr(self.options, name, value) != value:
                raise BadValue(f"engine = 'torch' has no cell with {name} = {value!r} changed", "engine", "own")

    def _check_together(self) -> None:
        task = self.task_class
        if self.embedding and not task.symbols:
            raise BadValue(f"embedding = {self.embedding}: {self.task} reads numbers, not symbols", "embedding", 0)
        if self.carry and not task.stream:
            raise BadValue(f"carry = True: {self.task} has no text whose windows follow each other", "carry", False)
        if self.text and not task.reads_text:
            raise BadValue(f"text is given, but {self.task} reads none", "text", "")

    def _check_memory(self) -> None:
        if self.memory > BUDGET * 1e9:
            most = max(2, int(self.length * BUDGET * 1e9 / self.memory))
            told = f"length = {self.length} would take {self.memory / 1e9:.1f} GB an update, the limit is {BUDGET:g} GB"
            raise BadValue(f"{told}: at most {most} steps fit", "length", most)

    @property
    def memory(self) -> int:
        """Return bytes one update takes, roughly: a dozen arrays for each block of pre-activations, and the outputs."""
        item = 8 if self.precision == "float64" else 4
        blocks = max(len(self.cell_class.pre_activations), self.cell_class.delta_blocks)
        return item * self.length * self.batch * self.layers * self.hidden * (5 * blocks + 6)


def _carried_over(options: Any, kind: type, own: dict[str, Any]) -> Any:
    """Return options of `kind` that keep what `options` shares with it."""
    shared = {name: getattr(options, name) for name in names_of(kind) if hasattr(options, name)}
    return kind(**(shared | own))
