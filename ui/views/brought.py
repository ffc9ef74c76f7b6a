"""The session's store of what was brought, by the key that links carry; nothing of it is written to disk."""

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from cells.knobs import BadValue

KINDS = ("network", "recording")
KEY = re.compile(r"[0-9a-f]{64}(:.{1,300})?", re.DOTALL)
MOST = 64  # of each kind
SHOWN = 12  # letters of a SHA-256 that a sentence repeats


def keep(name: str, found: Any) -> None:
    """Keep a network or a recording under its key; the oldest gives way where there are too many."""
    kept = _kept(name)
    kept[found.key] = found
    while len(kept) > MOST:
        kept.pop(next(iter(kept)))


def find(name: str, key: str) -> Any:
    """Return what a link means by a key; BadValue says which file to bring where the session does not have it."""
    if not KEY.fullmatch(key):
        raise BadValue(f"{name} = {key[:40]!r} is no SHA-256 of a file", name)
    if key not in _kept(name):
        sha256, _, module = key.partition(":")
        part = {"network": f"module {module[:60]} of ", "recording": "sequences from "}[name]
        file = f"{part}the file whose SHA-256 begins with {sha256[:SHOWN]}"
        raise BadValue(
            f"{name} = {file} is not in this session: bring it on the page Your network, and this view returns", name
        )
    return _kept(name)[key]


def awaited(query: Mapping[str, Any]) -> bool:
    """Return whether a link needs something that the session does not have."""
    return any(query.get(name) and query[name][-1] not in _kept(name) for name in KINDS)


def _kept(name: str) -> dict[str, Any]:
    return st.session_state.setdefault(f"brought {name}", {})
