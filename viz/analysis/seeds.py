"""The fan: the same net drawn many times. Median and bands over the draws, the present one on top."""

import numpy as np

from cells.analysis.ensemble.seeds import Fan
from cells.log_mean import log10_mean
from viz import words
from viz.curves import BAND, Array, Curve, log10_ranks
from viz.fates import FATES, counted
from viz.findings import exceptions
from viz.lines import Frame, LinePlot
from viz.panel import Scene
from viz.panels.states import StatePlot
from viz.shared_axes import Plot, shared_axes_of

from .chart import Chart, ChartLabel, Look, timed

FAN = ChartLabel("fan", "The same net, many draws")
HEIGHT, SECOND = 260, 170
SHADE = 0.26
LEVEL = 1e-9  # decades: the same draw beside others may end in another bit


def fan(record: Fan, scene: Scene, look: Look) -> Chart:
    """‖dL/dh_t‖, ‖dL/dc_t‖ where there is a c, and the states, over all draws."""
    plots: list[Plot] = [_gradient(record, part, scene) for part in record.grads]
    plots += [_states(record, part, scene) for part in record.states]
    shared = shared_axes_of(plots)
    panels = [panel for plot in plots for panel in plot.panels(scene, shared)]
    return timed(FAN, panels, scene, _finding(record, scene))


def _gradient(record: Fan, part: str, scene: Scene) -> LinePlot:
    name, sign = f"dL/d{part}", f"‖dL/d{part}<sub>t</sub>‖"
    role = "total" if part == "h" else f"d{part}"
    legend = "; strong: 10–90 % of them, faint: all" if part == "h" else ""
    curves = over_draws(record.grads[part], scene.layer.log10_grad_norms[part], f"norm {name}", role, scene)
    said = [exceptions(curve.mean, f"The {'median' if curve.role == role else 'present draw'}") for curve in curves]
    frame = Frame(name, f"Gradient norm {sign} of {_draws(record)}{legend}", sign, HEIGHT if part == "h" else SECOND)
    return LinePlot(frame, curves, said)


def _states(record: Fan, part: str, scene: Scene) -> StatePlot:
    sign = f"‖{part}<sub>t</sub>‖"
    curves = over_draws(record.states[part], scene.layer.log10_state_norms[part], f"norm {part}", part, scene)
    return StatePlot(f"state {part}", f"State norm {sign}", sign, curves)


def over_draws(draws: Array, present: Array, name: str, role: str, scene: Scene) -> list[Curve]:
    """Return the median with its bands over draws (seeds, T+1) of log10 norms, and the present draw (T+1, B)."""
    ordered = np.sort(draws[:, 1:].T, axis=-1)
    low, median, high = log10_ranks(ordered, (BAND[0], 0.5, BAND[1]))
    edges = {"low": low, "high": high, "least": ordered[:, 0], "most": ordered[:, -1], "shade": SHADE}
    seed = seed_name(scene)
    return [
        Curve(f"{name}, median", "median", role, median, **edges),
        Curve(f"{name}, {seed}", seed, "draw", log10_mean(present[1:]), width=1.8),
    ]


def seed_name(scene: Scene) -> str:
    """Return the present draw's name."""
    return f"seed {scene.trace.settings.seed}"


def _draws(record: Fan) -> str:
    return f"{len(record.seeds)} draws"


def _finding(record: Fan, scene: Scene) -> str:
    """Return what becomes of the gradient in how many draws, how far they lie apart, and where the present one lies."""
    first = record.grads["h"][:, 1]
    if len(set(first.tolist())) == 1:
        return f"{_become(record)}. At step 1 all draws get the same gradient, {words.from_log10(float(first[0]))}."
    return f"{_become(record)}. At step 1 {_apart(first)}, and {_place(first, scene)}."


def _become(record: Fan) -> str:
    """Tell that all draws are alike, or how many become what; judged as the verdict on top of the main page."""
    kinds, credit = [one.kind for one in record.verdicts], record.verdicts[0]
    judged = f", judged by the credit of step {credit.credit.last}" if credit.attached > 1 else ""
    if len(set(kinds)) == 1:
        return f"All {_draws(record)} {FATES[kinds[0]].many}{judged}: this does not hang on the seed"
    return f"Of {_draws(record)} {counted(kinds)}{judged}: a single draw proves nothing"


def _apart(log10s: Array) -> str:
    """Return how far apart those draws lie that have a number there."""
    finite = np.sort(log10s[np.isfinite(log10s)])
    if finite.size < 2:
        return f"{finite.size} of them have a finite gradient other than 0"
    whole = words.from_log10(float(np.ptp(finite)))
    which = "" if finite.size == log10s.size else f" of the {finite.size} that are finite and not 0"
    low, high = log10_ranks(finite, BAND)
    middle = words.from_log10(float(high - low))
    rest = f"{middle} times when the highest and the lowest tenth are left out"
    return f"the largest gradient{which} is {whole} times the smallest, {rest}"


def _place(log10s: Array, scene: Scene) -> str:
    """Return the share of draws below the present one; those level with it count half."""
    own = float(scene.total.mean[0])
    if not np.isfinite(own):
        return f"{seed_name(scene)} gets {words.from_log10(own)}"
    below, level = log10s < own - LEVEL, np.abs(log10s - own) <= LEVEL
    return (
        f"the one of {seed_name(scene)} is larger than those of "
        f"{round(100 * float(below.mean() + level.mean() / 2))} % of the draws"
    )
