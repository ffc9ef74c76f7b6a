"""From "module:function" to the function, for allowed modules only."""

import importlib
import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

from .job import JobError

_PATH = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z]\w*)", re.ASCII)


def resolve(path: str, allow: Sequence[str]) -> Callable[..., Any]:
    """The top-level function that `path` names; JobError unless it is defined in a module under one of `allow`.

    Nothing is imported before the module's name has passed, and a name that a module merely imported does not count.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        raise JobError(f"function = {path!r} is not of the form module:function")
    module, name = match.groups()
    if not any(module == prefix or module.startswith(f"{prefix}.") for prefix in allow):
        raise JobError(f"function = {path!r} is in none of the allowed modules ({', '.join(allow) or 'none'})")
    function = getattr(_import(module, path), name, None)
    if not inspect.isfunction(function) or (function.__module__, function.__qualname__) != (module, name):
        raise JobError(f"function = {path!r}: the module {module} defines no function {name}")
    return function


def _import(module: str, path: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise JobError(f"function = {path!r}: the module cannot be imported ({error})") from error


def call(function: Callable[..., Any], tile: Any, context: Any) -> Any:
    """function(tile), or function(tile, context) where it takes two."""
    takes = inspect.signature(function).parameters
    return function(tile) if len(takes) == 1 else function(tile, context)
