"""Parcels from one worker of a page to the other and back. Nothing of it ever comes from outside the page."""

import pickle  # noqa: TID251
from typing import Any


def packed(value: Any) -> bytes:
    """Pack a function's partial, a record or an error."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpacked(data: bytes) -> Any:
    """Unpack what the page's other worker has packed."""
    return pickle.loads(data)  # noqa: S301
