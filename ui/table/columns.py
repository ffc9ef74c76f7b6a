"""Columns as the table's script takes them: JSON, in which what is no finite number is a word."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

DIGITS = 6  # significant digits shown of a number; a saved file has them all


@dataclass(frozen=True)
class Column:
    """One value a row: texts, or numbers with None where there is none.

    digits    significant digits that are shown
    decimals  digits after the point instead, the same in every row
    unit      stands behind every number
    """

    values: Sequence[Any] | np.ndarray
    digits: int = DIGITS
    decimals: int | None = None
    unit: str = ""

    @property
    def numeric(self) -> bool:
        """Return whether it is sorted as numbers and aligned to the right."""
        kinds = {type(value) for value in self.plain if value is not None}
        return bool(kinds) and kinds <= {int, float}

    @property
    def plain(self) -> list[Any]:
        """Return its values as Python's own."""
        return self.values.tolist() if isinstance(self.values, np.ndarray) else list(self.values)

    def as_json(self, name: str) -> dict[str, Any]:
        """Return what the script needs of it."""
        values, told = self.plain, {"name": name, "digits": self.digits, "decimals": self.decimals, "unit": self.unit}
        return told | {"numeric": self.numeric, "values": [_told(value) for value in values]}


def _told(value: Any) -> Any:
    """JSON knows neither NaN nor infinity; JavaScript reads these words as numbers."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def table_body(columns: Mapping[str, Column], name: str, alt: str, choose: bool = False) -> bytes:
    """Return a table as its script takes it; ValueError for columns of different lengths."""
    lengths = {len(column.values) for column in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns have {', '.join(map(str, sorted(lengths)))} rows; they need one length")
    told = [column.as_json(heading) for heading, column in columns.items()]
    body = {"columns": told, "rows": max(lengths, default=0), "name": name, "alt": alt, "choose": choose}
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
