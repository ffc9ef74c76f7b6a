"""Labels at the ends of lines: pushed apart until none covers another, each still as near its line as can be."""

from .panel import EndLabel, PanelData
from .theme import TEXT

LINE_PX = 19  # height of a label
SLACK_PX = 6  # how far labels may reach beyond their panel
GAP_PX = 14  # between the plotting area and the labels
LEADER_PX = 4  # a label that moved so far points back to its line


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
    """Return the non-decreasing sequence nearest to `values`: neighbours that cross are pooled at their mean."""
    pools: list[tuple[float, int]] = []
    for value in values:
        mean, size = value, 1
        while pools and pools[-1][0] > mean:
            other, count = pools.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        pools.append((mean, size))
    return [mean for mean, size in pools for _ in range(size)]


def end_labels(panel: PanelData, axis: str, line_end: float) -> tuple[list[dict], list[dict]]:
    """Plotly annotations for the panel's labels, and thin lines back to the ends of those that had to move.

    line_end  px from the last step to the plot's edge
    """
    low, high = panel.axis["range"]
    unit = (high - low) / panel.height  # of the axis per px
    wanted = [SLACK_PX + (high - label.at) / unit for label in panel.labels]
    placed = spread(wanted, panel.height + 2 * SLACK_PX, LINE_PX)
    shifts = [place - want for want, place in zip(wanted, placed, strict=True)]
    pairs = list(zip(panel.labels, shifts, strict=True))
    leaders = [_leader(label, axis, shift * unit, line_end) for label, shift in pairs if abs(shift) >= LEADER_PX]
    return [_words(label, axis, shift) for label, shift in pairs], leaders


def _words(label: EndLabel, axis: str, shift: float) -> dict:
    return {
        "text": label.text,
        "font": {"color": label.colour, "size": TEXT},
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": GAP_PX,
        "yref": axis,
        "y": label.at,
        "yanchor": "middle",
        "yshift": -shift,
    }


def _leader(label: EndLabel, axis: str, drop: float, line_end: float) -> dict:
    """Return a shape: drawn three times as fast as the arrow that an annotation may have."""
    across = {"xref": "paper", "xsizemode": "pixel", "xanchor": 1, "x0": 4 - line_end, "x1": GAP_PX - 1}
    line = {"color": label.colour, "width": 1}
    return across | {"type": "line", "yref": axis, "y0": label.at, "y1": label.at - drop, "line": line}
