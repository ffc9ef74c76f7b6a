"""From "module:function" to the function, for the few that a store has registered."""

import importlib
import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

from .job import JobError

_PATH = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z]\w*)", re.ASCII)


def resolve(path: str, allow: Sequence[str]) -> Callable[..., Any]:
    """Return the top-level function that `path` names; JobError unless `path` itself is one of `allow`.

    Nothing is imported before the path has passed, and a name that a module merely imported does not count.
    """
    module, name = _split(path, "function")
    if path not in allow:
        raise JobError(f"function = {path!r} is none of the registered functions ({', '.join(allow) or 'none'})")
    function = getattr(_import(module, path), name, None)
    if not inspect.isfunction(function) or (function.__module__, function.__qualname__) != (module, name):
        raise JobError(f"function = {path!r}: the module {module} defines no function {name}")
    return function


def registered(allow: Sequence[str]) -> tuple[str, ...]:
    """Return `allow` as a tuple; JobError unless each of it names one function, as "module:function"."""
    for path in allow:
        _split(path, "allow")
    return tuple(allow)


def _split(path: str, field: str) -> tuple[str, str]:
    match = _PATH.fullmatch(path) if isinstance(path, str) else None
    if match is None:
        raise JobError(f"{field} = {path!r:.200} is not of the form module:function")
    return match[1], match[2]


def _import(module: str, path: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise JobError(f"function = {path!r}: the module cannot be imported ({error})") from error


def call(function: Callable[..., Any], tile: Any, context: Any) -> Any:
    """function(tile), or function(tile, context) where it takes two."""
    takes = inspect.signature(function).parameters
    return function(tile) if len(takes) == 1 else function(tile, context)
