"""In which order the units stand: by falling period, or by the phase at the first sample."""

import numpy as np

from cells.analysis.time_gate.time_gate_effect import TimeGateEffect
from viz import words

NAMES = {"period": "period τ", "phase": "phase φ at the first sample"}


def order_of(effect: TimeGateEffect, by: str) -> np.ndarray:
    """Return indices of the units from the lowest row to the highest.

    The fastest, or the earliest to open again, on top.
    """
    return np.argsort(_keys(effect, by), kind="stable")


def ends_of(effect: TimeGateEffect, by: str) -> tuple[str, str] | None:
    """Return names for the lowest and the highest row; none where there is only one."""
    keys = np.sort(np.abs(_keys(effect, by)))
    low, high = words.number(float(keys[-1])), words.number(float(keys[0]))
    if len(keys) < 2:
        return None
    return (f"τ {low}", f"τ {high}") if by == "period" else (f"φ {high}", f"φ {low}")


def _keys(effect: TimeGateEffect, by: str) -> np.ndarray:
    return -effect.clock["tau"] if by == "period" else effect.phi[0]
