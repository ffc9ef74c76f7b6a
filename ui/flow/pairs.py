"""Classic pairs: two runs that differ in one thing, one pinned and the other one present."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ui.link.pins import Pin, added, pin_of
from ui.views.fields import Values


@dataclass(frozen=True)
class Pair:
    """A name for its button, what stays pinned, what becomes the present run; each with its name and what it sets."""

    name: str
    stays: tuple[str, dict[str, Any]]
    comes: tuple[str, dict[str, Any]]
    both: dict[str, Any] = field(default_factory=dict)
    cells: tuple[str, ...] = ()  # where `both` is not needed

    def chosen(self, values: Mapping[str, Any]) -> Values:
        """Return the page's values with this pair on it, everything else as it was; without the pins of other pairs."""
        base = dict(values) | ({} if values["cell"] in self.cells else self.both)
        network = values["network"]
        if network is not None and not network.idle.isdisjoint(self.stays[1] | self.comes[1] | self.both):
            base["network"] = None  # the pair is about what these weights decide
        others = tuple(pin for pin in values["pins"] if pin.name not in NAMES)
        return base | self.comes[1] | {"pins": self.pins(base, others)}

    def pins(self, base: Mapping[str, Any], others: tuple[Pin, ...]) -> tuple[Pin, ...]:
        """Return the pins with the run that stays."""
        name, changes = self.stays
        return added(others, pin_of({**base, **changes}, name))


PAIRS = (
    Pair("tanh / ReLU", ("tanh", {"activation": "tanh"}), ("ReLU", {"activation": "relu"})),
    Pair("last / all steps", ("last step", {"loss": "last"}), ("all steps", {"loss": "all"})),
    Pair("RNN / LSTM", ("RNN", {"cell": "rnn"}), ("LSTM", {"cell": "lstm"})),
    Pair(
        "forget bias 0 / 1",
        ("forget bias 0", {"forget_bias": 0.0}),
        ("forget bias 1", {"forget_bias": 1.0}),
        both={"cell": "lstm", "chrono": False},
        cells=("phased_lstm",),
    ),
    Pair("gate off / on", ("no time gate", {"cell": "lstm"}), ("time gate", {"cell": "phased_lstm"})),
)
BY_NAME = {pair.name: pair for pair in PAIRS}
NAMES = {pair.stays[0] for pair in PAIRS}
