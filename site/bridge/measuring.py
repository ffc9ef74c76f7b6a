"""In the second worker: computes what the first one sends, and sends back its record or its error."""

import time
from collections.abc import Callable
from typing import Any

from .parcels import packed, unpacked

OFTEN = 0.05  # seconds between two words about the progress


def answer(data: Any, tell: Callable[[float], None]) -> bytes:
    """Return the packed record with True, or the error with False; `tell` hears the share done."""
    last = 0.0

    def report(share: float) -> None:
        nonlocal last
        if time.monotonic() - last > OFTEN:
            last = time.monotonic()
            tell(share)

    try:
        return packed((True, unpacked(data.to_bytes())(report)))
    except Exception as error:
        return packed((False, _plain(error)))


def _plain(error: Exception) -> Exception:
    """Return an error that can be sent."""
    try:
        unpacked(packed(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
