"""Estimate what a measure will take, so that one nobody would wait for is refused before it begins."""

from collections.abc import Callable, Sequence

from cells import RunSettings
from ui.platform import PLATFORM, SERVER

from .budget import seconds_per_step

LONGEST = 180.0  # seconds
CREDIT = 6e9  # entries times weights a second; all constants are what one core was seen to do, rounded down
SHARES = 1.5e7  # weights of a step a second, at 16 samples
SAMPLES = 8  # that the exponents are measured on
SLOWER = SERVER.products_a_second / PLATFORM.products_a_second  # than the constants say
LEAST = 1e-3  # seconds that a run takes, however small it is
RUNS = {"fan": 50, "combinations": 168, "some_combinations": 28}  # that a measure makes; one where nothing is said


def too_long(name: str, settings: RunSettings, layer: int) -> str:
    """Return why this measure is not begun, in one sentence; empty where it is."""
    seconds = expected_seconds(name, settings, layer) if name in ESTIMATES else 0.0
    if seconds <= LONGEST:
        return ""
    s = settings
    return (
        f"This would take about {seconds / 60:.0f} min at T = {s.steps}, H = {s.hidden}, B = {s.batch} and "
        f"{s.layers} {'layers' if s.layers > 1 else 'layer'}, more than {LONGEST / 60:g} min: choose fewer of them."
    )


def expected_seconds(name: str, settings: RunSettings, layer: int) -> float:
    """Roughly what a measure takes here on one core, with the run it is of."""
    own = ESTIMATES[name](settings, layer) * SLOWER if name in ESTIMATES else 0.0
    return own + RUNS.get(name, 1) * (LEAST + settings.steps * seconds_per_step(settings))


def too_many(runs: Sequence[RunSettings]) -> str:
    """Return why so many runs are not begun, in one sentence; empty where they are."""
    seconds = sum(one.steps * seconds_per_step(one) for one in runs)
    if seconds <= LONGEST:
        return ""
    return (
        f"{len(runs)} runs of this size would take about {seconds / 60:.0f} min, more than {LONGEST / 60:g} min: "
        f"choose fewer runs, steps or units; at most {int(len(runs) * LONGEST / seconds)} runs fit."
    )


def _blocks(s: RunSettings) -> int:
    return len(s.cell_class.pre_activations)


def _state(s: RunSettings, layer: int) -> int:
    """N of the layers from this one up."""
    return len(s.cell_class.state_names) * s.hidden * (s.layers - layer)


def _credit(s: RunSettings, layer: int) -> float:
    """Estimate the seconds of a credit matrix: every loss goes back through every earlier step."""
    return s.steps**2 * s.batch * s.hidden**2 * _blocks(s) * (2 * (s.layers - layer) - 1) / CREDIT


def _shares(s: RunSettings, layer: int) -> float:
    inputs = s.hidden if layer else s.input_size
    weights = s.hidden * _blocks(s) * (s.hidden + inputs + 1)
    return s.steps * weights * max(1.0, s.batch / 16) / SHARES


def _growth(s: RunSettings, layer: int) -> float:
    """Estimate the seconds of the exponents: every step of every sample carries a frame of N vectors."""
    size = _state(s, layer)
    return s.steps * min(s.batch, SAMPLES) * (9e-11 * size**3 + 3e-8 * size**2)


def _long_jacobian(s: RunSettings, layer: int) -> float:
    """Estimate the seconds of the long Jacobian: the way back, and the singular values at a handful of places."""
    size = _state(s, 0)
    return s.steps * 6.5e-10 * size**3 + 6 * 0.11 * (size / 128) ** 2.4


def _step_jacobian(s: RunSettings, layer: int) -> float:
    return 4e-9 * _state(s, 0) ** 3


ESTIMATES: dict[str, Callable[[RunSettings, int], float]] = {
    "credit": _credit,
    "shares": _shares,
    "growth": _growth,
    "long_jacobian": _long_jacobian,
    "step_jacobian": _step_jacobian,
}
