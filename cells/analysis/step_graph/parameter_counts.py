"""How many parameters a net has, with one bias a gate and with two as PyTorch keeps them."""

from dataclasses import dataclass

from cells.analysis.jacobian.recurrent_matrix import cell_of
from cells.base import Recipe
from cells.settings import RunSettings


@dataclass(frozen=True)
class Counts:
    """Of one layer: d inputs, n units, m gates and candidates."""

    d: int
    n: int
    m: int
    own: int  # per-unit parameters that are trained and are no bias: peepholes, periods, shifts
    constants: int  # not trained

    @property
    def one_bias(self) -> int:
        """m n (d + n + 1), and the cell's own."""
        return self.m * self.n * (self.d + self.n + 1) + self.own

    @property
    def two_biases(self) -> int:
        """m n (d + n + 2), and the cell's own: one bias beside x, one beside h."""
        return self.one_bias + self.m * self.n


def parameter_counts(settings: RunSettings) -> tuple[Counts, ...]:
    """Counts of each layer, lowest first; the readout is not part of them."""
    sizes = [settings.input_size] + [settings.hidden] * (settings.layers - 1)
    return tuple(_counts(settings, d) for d in sizes)


def _counts(settings: RunSettings, d: int) -> Counts:
    cell, n = cell_of(settings), settings.hidden
    probe = cell.init_params(Recipe(settings.init, 1.0, 1.0, seed=0, layer=0, inputs=1, hidden=1, steps=2))
    per_unit = [name for name in probe if not name.startswith(("W_", "b"))]
    constants = sum(name in cell.constants for name in per_unit)
    return Counts(d, n, cell.blocks, (len(per_unit) - constants) * n, constants * n)
