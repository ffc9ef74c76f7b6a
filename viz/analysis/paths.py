"""Paths: which ways the gradient takes into the past, as shares over time."""

import numpy as np

from cells.analysis.step_graph.paths import PathSplit
from viz import words
from viz.curves import Array, Curve
from viz.lines import Frame, line_panel, significant
from viz.panel import EndLabel, PanelData, Scene
from viz.theme import fade

from .chart import Chart, ChartLabel, Look, timed

PATHS = ChartLabel("paths", "Paths of the gradient")
HEIGHT, KEPT_HEIGHT = 210, 90
HATCHED = "/"


def paths(record: tuple[PathSplit, ...], scene: Scene, look: Look) -> Chart:
    """Shares of dL/dc_{t-1} and dL/dh_{t-1} by the way they came back, and how far the ways pull together."""
    panels = [_shares(split, scene) for split in record]
    return timed(PATHS, [*panels, _kept(record, scene)], scene, _finding(record[0]))


def _shares(split: PathSplit, scene: Scene) -> PanelData:
    """Return one area over another; they fill the panel where there is a gradient at all."""
    columns = {f"share of dL/d{split.part} through {name}": values for name, values in split.shares.items()}
    norms = {f"log10 norm of dL/d{split.part} through {name}": v for name, v in split.log10_norms.items()}
    return PanelData(
        name=f"paths of {split.part}",
        heading=f"dL/d{split.part}<sub>t−1</sub> by the way it came back through step t{_hatched(split)}"
        + scene.thinned(),
        axis={"range": [0, 1], "title": {"text": f"dL/d{split.part}<sub>t−1</sub>"}, "fixedrange": True}
        | _percent_ticks(),
        height=HEIGHT,
        traces=[_area(name, split.shares[name], split, scene) for name in _taken(split)],
        labels=_labels(split, scene),
        alt=[_shares_finding(split)],
        columns=columns | norms,
    )


def _hatched(split: PathSplit) -> str:
    """Return what the hatching means, where there is any."""
    hatched = any(split.ways[name].pattern == HATCHED for name in _taken(split))
    return "; hatched: through a recurrent matrix" if hatched else ""


def _taken(split: PathSplit) -> list[str]:
    """Return the ways that carry anything at any step."""
    return [name for name, values in split.shares.items() if np.nan_to_num(values).any()]


def _percent_ticks() -> dict:
    return {
        "tickmode": "array",
        "tickvals": [0, 0.25, 0.5, 0.75, 1],
        "ticktext": ["0", "25 %", "50 %", "75 %", "100 %"],
    }


def _area(name: str, values: Array, split: PathSplit, scene: Scene) -> dict:
    """Fill the area of a way: hatched through a pre-activation, plain through a gate itself."""
    colour = scene.palette.of(split.ways[name].colour)
    shown = np.nan_to_num(significant(values[scene.drawn]))
    area = {
        "type": "scatter",
        "mode": "lines",
        "name": _short(name, split),
        "x": scene.x,
        "y": shown.tolist(),
        "stackgroup": split.part,
        "line": {"color": colour, "width": 1},
        "hovertemplate": "%{y:.1%}",
    }
    return area | _fill(split.ways[name].pattern, colour)


def _fill(pattern: str, colour: str) -> dict:
    if not pattern:
        return {"fillcolor": fade(colour, 0.55)}
    return {
        "fillpattern": {"shape": pattern, "fgcolor": colour, "bgcolor": fade(colour, 0.08), "size": 6, "solidity": 0.3}
    }


def _short(name: str, split: PathSplit) -> str:
    """Return a label that fits beside the panel."""
    return split.ways[name].short or split.labels[name].removeprefix("the ")


def _labels(split: PathSplit, scene: Scene) -> list[EndLabel]:
    """Return each way's name, at the middle of its band on average."""
    labels, below = [], 0.0
    for name in _taken(split):
        mean = float(np.nan_to_num(split.shares[name]).mean())
        labels.append(EndLabel(_short(name, split), below + mean / 2, scene.palette.of(split.ways[name].colour)))
        below += mean
    return labels


def _kept(record: tuple[PathSplit, ...], scene: Scene) -> PanelData:
    """Norm of the sum over the sum of norms: 1 where all ways pull together."""
    curves = [
        Curve(f"kept of dL/d{split.part}", f"dL/d{split.part}<sub>t−1</sub>", _kept_role(split), split.kept, log=False)
        for split in record
    ]
    frame = Frame(
        "kept",
        "Norm of the sum over the sum of the ways' norms: 1 where all pull together",
        "kept",
        KEPT_HEIGHT,
        log=False,
    )
    return line_panel(frame, curves, scene, [])


def _kept_role(split: PathSplit) -> str:
    return "total" if split.part == "h" else f"d{split.part}"


def mean_shares(split: PathSplit) -> dict[str, float]:
    """Return each way's share, mean over the steps that get a gradient; what enters through the output left aside."""
    alive = ~np.isnan(next(iter(split.shares.values()))) & (split.shares["output"] < 1)
    if not alive.any():
        return {}
    means = {name: float(values[alive].mean()) for name, values in split.shares.items() if name != "output"}
    whole = sum(means.values())
    return {name: value / whole for name, value in means.items()} if whole > 0 else {}


def _shares_finding(split: PathSplit) -> str:
    means = mean_shares(split)
    if not means:
        return f"Nothing comes back to {split.part} from later steps: 0 of its ways carry a gradient."
    said = ", ".join(f"{words.percent(value)} through {split.labels[name]}" for name, value in _sorted(means)[:3])
    return f"Of what comes back to {split.part} from later steps, {said}."


def _sorted(means: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(means.items(), key=lambda pair: -pair[1])


def _finding(split: PathSplit) -> str:
    """Return the strongest way, and whether it passes a matrix."""
    means = mean_shares(split)
    if not means:
        return _shares_finding(split)
    straight = sum(value for name, value in means.items() if split.ways[name].straight)
    if straight == 0:
        return f"All that comes back to {split.part} has passed the recurrent matrix; 0 % takes a way around it."
    names = " and ".join(split.labels[name] for name in means if split.ways[name].straight)
    return (
        f"{words.percent(straight)} of what comes back to {split.part} takes {names}, past every matrix; "
        f"{words.percent(1 - straight)} passes a recurrent matrix."
    )
