"""The history of a run, update by update: columns by name, and the gradient's norms by step."""

import math
from collections.abc import Mapping

import numpy as np

from cells.arrays import Array
from cells.log_mean import log10_mean

LOG10_HALF = math.log10(0.5)
COLUMNS = {  # name -> what it holds
    "update": "number of the update, from 1",
    "loss": "training loss of this batch, before the update",
    "smooth_loss": "the same, smoothed",
    "accuracy": "share of right answers in this batch",
    "perplexity": "e^(mean loss a step) of this batch",
    "validation_loss": "loss on the validation data, after the update; nan where it was not measured",
    "validation_accuracy": "accuracy there",
    "validation_perplexity": "perplexity there",
    "rate": "learning rate of this update",
    "grad_norm": "‖g‖ before clipping",
    "clipped_norm": "‖g‖ after clipping",
    "clip_bit": "1 where clipping changed the gradient",
    "clip_share": "share of components cut by value",
    "weight_norm": "‖W‖ of all parameters, after the update",
    "recurrent_norm": "‖W_h‖ of the top layer",
    "spectral_radius": "|λ|max of the top layer's recurrent matrix of new content; nan where not measured",
    "update_ratio": "‖ΔW‖/‖W‖",
    "half_life": "steps back after which half of the gradient on the top layer's h is gone; inf where none is lost",
}


class History:
    """Rows as they come, columns as they are asked for."""

    def __init__(self, width: int) -> None:
        self.width = width  # steps of a row of the flow
        self.rows: list[list[float]] = []
        self.flows: dict[str, list[Array]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, row: Mapping[str, float], flow: Mapping[str, Array]) -> None:
        """One update: its row (missing columns are nan), and its norms (T,) by part and layer."""
        self.rows.append([float(row.get(name, math.nan)) for name in COLUMNS])
        for name, norms in flow.items():
            self.flows.setdefault(name, []).append(_padded(norms, self.width))

    def last(self, name: str) -> float:
        """Return a column's value of the last update."""
        return self.rows[-1][list(COLUMNS).index(name)]

    @property
    def columns(self) -> dict[str, Array]:
        """Return each column as an array (updates,)."""
        table = np.array(self.rows, dtype=np.float64).reshape(len(self.rows), len(COLUMNS))
        return {name: table[:, k] for k, name in enumerate(COLUMNS)}

    def flow(self, name: str) -> Array:
        """Return log10 norms (updates, T), float32; nan beyond the end of shorter sequences."""
        rows = self.flows.get(name, [])
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.width)

    def arrays(self) -> dict[str, Array]:
        """Return all of it, under names that `restore` reads."""
        table = np.array(self.rows, dtype=np.float64).reshape(len(self.rows), len(COLUMNS))
        return {"table": table} | {f"flow/{name}": self.flow(name) for name in self.flows}

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Take over what `arrays` gave."""
        self.rows = arrays["table"].tolist()
        found = {name.removeprefix("flow/"): values for name, values in arrays.items() if name.startswith("flow/")}
        self.flows = {name: list(values) for name, values in found.items()}


def _padded(norms: Array, width: int) -> Array:
    row = np.full(width, np.nan, dtype=np.float32)
    row[: len(norms)] = norms[:width]
    return row


def flow_of(log10_norms: Array, lengths: Array | None) -> Array:
    """Return log10 of the mean ‖dL_b/dh_t‖ over the sequences that last so long: (T,).

    log10_norms (T, B) are those of L = Σ_b L_b / B, so that B is multiplied back.
    """
    norms = log10_norms + math.log10(log10_norms.shape[1])
    if lengths is None:
        return log10_mean(norms)
    alive = np.arange(1, len(norms) + 1)[:, None] <= lengths
    counts = alive.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.log10(counts / norms.shape[1])
        return np.where(counts, log10_mean(np.where(alive, norms, -np.inf)) - share, np.nan)


def half_life(flow: Array) -> float:
    """Return steps back after which half of it is gone, from the slope between its ends; nan where there is none."""
    known = np.flatnonzero(np.isfinite(flow))
    if len(known) < 2:
        return math.nan
    first, last = known[0], known[-1]
    slope = float(flow[first] - flow[last]) / (last - first)
    return LOG10_HALF / slope if slope < 0 else math.inf
