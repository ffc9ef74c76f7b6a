"""A job: a name, settings, and a list of independent tiles for one function."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_TILES = 10_000
MAX_NAME = 200
MAX_BYTES = 16 * 2**20
MAX_DEPTH = 32


class JobError(ValueError):
    """One clear sentence about what is wrong with a job, its store or its scheduler."""


def plain(value: Any, where: str, depth: int = 0) -> Any:
    """`value` as JSON brings it back (tuples become lists); JobError names the first part that JSON cannot hold."""
    if depth > MAX_DEPTH:
        raise JobError(f"{where} is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict):
        return {_key(key, where): plain(part, f"{where}.{key}", depth + 1) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part, f"{where}[{i}]", depth + 1) for i, part in enumerate(value)]
    return _scalar(value, where)


def _key(key: Any, where: str) -> str:
    if not isinstance(key, str):
        raise JobError(f"{where} has the key {key!r}, which is no text and so cannot be written as JSON")
    return key


def _scalar(value: Any, where: str) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if not isinstance(value, float):
        raise JobError(f"{where} is of type {type(value).__name__}, which cannot be written as JSON")
    if not math.isfinite(value):
        raise JobError(f"{where} = {value} cannot be written as JSON, which has finite numbers only")
    return float(value)


def to_json(value: Any) -> str:
    """Return the one way to write a plain value: equal values, equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def from_json(text: Any, where: str) -> Any:
    """Return the reverse of `to_json`; JobError where `text` is no JSON, or nested too deep."""
    try:
        return plain(json.loads(text), where)
    except (ValueError, TypeError, RecursionError) as error:  # JobError is a ValueError, and says it in its own words
        told = str(error) if isinstance(error, JobError) else f"{where} is not JSON ({error})"
        raise JobError(told) from error


@dataclass(frozen=True)
class Job:
    """A label, "module:function", one JSON-able spec per tile, settings shared by all, and the code's version.

    Raises JobError for a bad name, a function path that is not "module:function", fewer than 1 or more than
    MAX_TILES tiles, and anything that JSON cannot hold.
    """

    name: str
    function: str
    tiles: Sequence[Any]
    settings: dict[str, Any] = field(default_factory=dict)
    version: str = ""
    id: str = field(init=False)  # 32 hexadecimal digits of the content: all of it but the name

    def __post_init__(self) -> None:
        self._check_text()
        if not isinstance(self.settings, dict):
            raise JobError(f"settings is of type {type(self.settings).__name__}, not a mapping of names to values")
        if not 1 <= len(self.tiles) <= MAX_TILES:
            raise JobError(f"tiles: {len(self.tiles)} of them is outside [1, {MAX_TILES}]")
        object.__setattr__(self, "settings", plain(self.settings, "settings"))
        object.__setattr__(self, "tiles", plain(list(self.tiles), "tiles"))
        content = to_json([self.function, self.settings, self.tiles, self.version]).encode()
        if len(content) > MAX_BYTES:
            raise JobError(f"settings and tiles take {len(content)} bytes, more than {MAX_BYTES}")
        object.__setattr__(self, "id", hashlib.sha256(content).hexdigest()[:32])

    def _check_text(self) -> None:
        for label in ("name", "function", "version"):
            text = getattr(self, label)
            if not isinstance(text, str) or len(text) > MAX_NAME or not text.isprintable():
                raise JobError(f"{label} = {text!r:.60} is not one line of text of at most {MAX_NAME} characters")
        if not self.name.strip():
            raise JobError("name is empty")
