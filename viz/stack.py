"""Panels stacked over one time axis: one figure, one crosshair, one export. Plain dicts, because they are fast."""

from collections.abc import Sequence

from .labels import GAP_PX, end_labels
from .panel import PanelData, Scene
from .theme import SMALL, TEMPLATES

LEFT, RIGHT, TOP, BOTTOM = 96, 150, 4, 52  # px around the panels
HEADING, GAP = 25, 8  # px for a panel's heading, and free space above it
PLOT_PX = 720  # the plotting area's width at which distances along time are reckoned
LETTER_PX = 8  # of a label's width, on average and rounded up
EDGE_PX = 24  # the most that is left free before the first step and after the last
TIME_TITLE = "step t   (time runs right, the gradient travels left)"


def stacked(panels: Sequence[PanelData], scene: Scene) -> dict:
    """Return the panels as a figure {"data": …, "layout": …}."""
    plot = sum(panel.height + HEADING + GAP for panel in panels) - GAP
    layout = _frame(plot, scene)
    data: list[dict] = []
    top = 0.0
    for place, panel in enumerate(panels, 1):
        top += HEADING
        domain = [1 - (top + panel.height) / plot, 1 - top / plot]
        _place(panel, place, [max(0.0, round(edge, 6)) for edge in domain], layout, data, scene)
        top += panel.height + GAP
    layout["xaxis"]["anchor"] = _axis_id(len(panels))
    return {"data": data, "layout": layout}


def _axis_id(place: int) -> str:
    return "y" if place == 1 else f"y{place}"


def _place(panel: PanelData, place: int, domain: list[float], layout: dict, data: list[dict], scene: Scene) -> None:
    """Put one panel into the figure under way."""
    axis = _axis_id(place)
    layout["yaxis" + axis[1:]] = panel.axis | {"domain": domain, "anchor": "x", "ticklabeloverflow": "allow"}
    for trace in panel.traces:
        trace["yaxis"] = axis
        if "colorbar" in trace:
            trace["colorbar"] |= {"y": sum(domain) / 2, "yanchor": "middle", "xpad": GAP_PX}
    data += panel.traces
    layout["shapes"] += [shape | {"yref": axis} for shape in panel.shapes]
    words, leaders = end_labels(panel, axis, edge_steps(scene.longest) * _px_per_step(scene.longest))
    layout["annotations"] += [_heading(panel.heading, domain[1], scene), *words]
    layout["shapes"] += leaders


def _right(scene: Scene) -> float:
    """Room for the labels; names of other runs may be longer than the figure's own."""
    longest = max((len(curve.label) for curve in scene.extra), default=0)
    return max(RIGHT, GAP_PX + LETTER_PX * longest)


def _heading(text: str, top: float, scene: Scene) -> dict:
    font = {"size": SMALL, "color": scene.palette.muted}
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": top, "yanchor": "bottom"}
    return place | {"text": text, "font": font, "yshift": 2}


def edge_steps(steps: int) -> float:
    """Return what is left free on both sides of 1..T, in steps: half a step, but never much of the picture."""
    return min(0.5, EDGE_PX * (steps - 1) / (PLOT_PX - 2 * EDGE_PX))


def _px_per_step(steps: int) -> float:
    return PLOT_PX / (steps - 1 + 2 * edge_steps(steps))


def _frame(plot: float, scene: Scene) -> dict:
    edge = edge_steps(scene.longest)
    return {
        "template": TEMPLATES[scene.view.theme],
        "height": round(plot + TOP + BOTTOM),
        "margin": {"l": LEFT, "r": _right(scene), "t": TOP, "b": BOTTOM, "pad": 0},
        "showlegend": False,
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "shapes": [],
        "annotations": [],
        "xaxis": {
            "ticklabeloverflow": "allow",  # else every label is measured at every repaint
            "range": [round(1 - edge, 4), round(scene.longest + edge, 4)],
            "title": {"text": TIME_TITLE, "standoff": 8},
            "showspikes": True,
            "spikesnap": "hovered data",
            "unifiedhovertitle": {"text": "step %{x}"},
            **time_ticks(scene.longest),
        },
    }


def time_ticks(steps: int) -> dict:
    """Whole steps only: all of them where there is room, else round numbers, always with the last one."""
    if steps <= 24:
        places = list(range(1, steps + 1))
    else:
        least = steps / 10
        step = next(size * 10**power for power in range(7) for size in (1, 2, 5) if size * 10**power >= least)
        places = [1, *(at for at in range(step, steps, step) if steps - at > step * 0.4 and at > step * 0.4), steps]
    return {"tickmode": "array", "tickvals": places, "ticktext": [str(place) for place in places]}
