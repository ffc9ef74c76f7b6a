"""Lyapunov exponents: how their running means converge on the way back."""

import numpy as np

from cells.analysis.errors import DoesNotApply
from cells.analysis.jacobian.lyapunov import Lyapunov
from viz import words
from viz.curves import Array
from viz.panel import Scene

from .chart import Chart, ChartLabel, Look, timed
from .line_bundle import LineBundle, bundle_panel
from .theory import Theory

EXPONENTS = ChartLabel("lyapunov", "Lyapunov exponents")
HEIGHT = 280


def lyapunov(record: Theory, scene: Scene, look: Look) -> Chart:
    """Running means of all exponents on the way back; they settle where the run is long enough."""
    if record.exponents is None:
        raise DoesNotApply(record.missing[0])
    return _convergence(record.exponents, scene)


def _convergence(record: Lyapunov, scene: Scene) -> Chart:
    steps = (scene.steps - record.aligning - record.distances).tolist()
    bundle = LineBundle(
        name="exponents",
        heading=f"Running means from step {scene.steps - record.aligning} back to step t, over {_samples(record)}",
        title="nats per step",
        steps=[step + 1 for step in steps],
        values=record.history,
        role="predicted",
        height=HEIGHT,
        log=False,
    )
    panel = bundle_panel(bundle, scene, _columns(record, bundle, scene))
    return timed(EXPONENTS, [panel], scene, _finding(record))


def _samples(record: Lyapunov) -> str:
    return f"{record.samples} samples" if record.samples > 1 else "one sample"


def _columns(record: Lyapunov, bundle: LineBundle, scene: Scene) -> dict[str, Array]:
    """Running means where there is one; the exponents themselves stand in every row."""
    found = {}
    for k, value in enumerate(record.exponents):
        running = np.full(scene.steps, np.nan)
        running[np.array(bundle.steps) - 1] = record.history[:, k]
        found |= {f"lambda_{k + 1}": np.full(scene.steps, value), f"lambda_{k + 1} down to this step": running}
    return found


def _finding(record: Lyapunov) -> str:
    largest, smallest = float(record.exponents[0]), float(record.exponents[-1])
    factor = words.factor(record.log10_per_step)
    exact = "Every step has the same Jacobian, so that the exponents are exact: " if record.constant else ""
    first = (
        f"λ₁ = {words.number(largest)} nats per step: in the long run a step back multiplies the gradient by {factor}"
    )
    if not np.isfinite(largest):
        return "Every direction dies within a step: all exponents are −∞, there are 0 that stay finite."
    dead = int(np.isneginf(record.exponents).sum())
    last = (
        f"{dead} of {len(record.exponents)} directions die at once"
        if dead
        else f"the smallest exponent is {words.number(smallest)}"
    )
    return f"{exact}{first}; {last}."
