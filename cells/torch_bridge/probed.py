"""One call that a probe has recorded: its trace, its figure, and what `retain_grad()` would have shown."""

from pathlib import Path
from typing import Any

from cells.arrays import Array
from cells.trace import Trace

from .loops import Loop
from .numbers import to_numpy
from .record import Record

NOTE = "direct part: what retain_grad() on the module's output shows"


class Probed:
    """Shown by its figure where a notebook shows values."""

    def __init__(self, name: str, record: Record | Loop) -> None:
        self.name, self.record = name, record

    @property
    def trace(self) -> Trace:
        """Return the whole call; ValueError says why there is none."""
        return self.record.trace

    @property
    def totals(self) -> dict[str, Array]:
        """Total dL/dh_t of the top layer, (T, B, H): entry t - 1 belongs to step t; of a loop, autograd's own."""
        if isinstance(self.record, Loop):
            return self.record.totals
        return {part: grads[1:] for part, grads in self.trace.grads.items()}

    @property
    def retain_grad(self) -> Array:
        """Return what `output.retain_grad()` would have shown, (T, B, D·H).

        Of a module called as a whole it is the direct part alone; on the states of a loop it is the total.
        """
        if isinstance(self.record, Loop):
            return self.record.totals["h"]
        return to_numpy("d_out", self.record.output * 0 if self.record.d_out is None else self.record.d_out)

    def show(self) -> None:
        """Show the interactive figure in Jupyter, marimo or VS Code; elsewhere in the browser."""
        self._shown().show()

    def save(self, path: "str | Path") -> Path:
        """Write the figure as .html, .svg or the numbers behind it as .csv."""
        return self._shown().save(path)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict:
        return self._shown()._repr_mimebundle_(include, exclude)

    def _mime_(self) -> tuple[str, str]:
        return self._shown()._mime_()

    def _shown(self) -> Any:
        from viz.notebook import Shown

        return Shown(self.trace, self.name, "" if isinstance(self.record, Loop) else NOTE)
