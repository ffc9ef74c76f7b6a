"""Labels at the ends of lines: pushed apart until none covers another, each still as near its line as can be."""

from .panel import EndLabel, PanelData

LINE_PX = 19  # height of a label
SLACK_PX = 6  # how far labels may reach beyond their panel
GAP_PX = 14  # between the plotting area and the labels


def spread(wanted: list[float], height: float, apart: float) -> list[float]:
    """Positions as near `wanted` (least squares) as a distance `apart` and the bounds 0..height allow, in order."""
    if not wanted:
        return []
    apart = min(apart, height / max(1, len(wanted) - 1))
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    shifted = [wanted[place] - rank * apart for rank, place in enumerate(order)]
    top = height - apart * (len(wanted) - 1)
    placed = [min(max(value, 0.0), top) for value in _isotonic(shifted)]
    found = dict(zip(order, placed, strict=True))
    return [found[place] + order.index(place) * apart for place in range(len(wanted))]


def _isotonic(values: list[float]) -> list[float]:
    """The non-decreasing sequence nearest to `values`: neighbours that cross are pooled at their mean."""
    pools: list[tuple[float, int]] = []
    for value in values:
        mean, size = value, 1
        while pools and pools[-1][0] > mean:
            other, count = pools.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        pools.append((mean, size))
    return [mean for mean, size in pools for _ in range(size)]


def end_annotations(panel: PanelData, axis: str, line_end: float) -> list[dict]:
    """Plotly annotations for the panel's labels; `line_end` is the px from the last step to the plot's edge."""
    low, high = panel.axis["range"]
    per_px = (high - low) / panel.height
    wanted = [SLACK_PX + (high - label.at) / per_px for label in panel.labels]
    placed = spread(wanted, panel.height + 2 * SLACK_PX, LINE_PX)
    return [
        _annotation(label, axis, place - want, line_end)
        for label, want, place in zip(panel.labels, wanted, placed, strict=True)
    ]


def _annotation(label: EndLabel, axis: str, shift: float, line_end: float) -> dict:
    words = {
        "text": label.text,
        "font": {"color": label.colour, "size": 15},
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "yref": axis,
        "y": label.at,
        "yanchor": "middle",
        "align": "left",
    }
    if abs(shift) < 4:
        return words | {"xshift": GAP_PX, "yshift": -shift}
    leader = {"showarrow": True, "arrowcolor": label.colour, "arrowhead": 0, "arrowwidth": 1, "standoff": 2}
    return words | leader | {"ax": GAP_PX + line_end - 4, "ay": shift, "xshift": 4 - line_end}
