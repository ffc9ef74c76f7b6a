"""The draws one by one: what of the last loss's credit reaches step 1, a point for each seed; a click chooses it."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from cells.analysis.ensemble.seeds import Fan
from cells.analysis.gradient.verdict import Verdict
from viz import words
from viz.axes import log_range, log_ticks
from viz.curves import BAND, Array, quantiles
from viz.extent import span_of
from viz.fates import FATES, sign_of
from viz.panel import Scene
from viz.theme import fade

from .chart import Chart, ChartLabel, Look, clickable, on_xy_axes
from .seeds import seed_name
from .xy_axes import NARROW, XYAxes

DRAWS = ChartLabel("draws", "Each draw")
HEIGHT, TICKS_PX = 200, 480  # px; as much as the ticks of a wide axis may take
BINS, POINT_PX = 48, 11
WIDE, ABREAST = 4, 6  # bins that a rail takes, and points side by side on it
SPECIAL_BINS = ("exactly 0", "overflow", "NaN")  # bins of their own: left of all others, and right of them


@dataclass(frozen=True, eq=False)
class DotPlaces:
    """Where the points lie, one a draw, and what the axis spans."""

    x: Array
    y: Array  # 1, 2, … in each bin
    limits: tuple[float, float]
    held: dict[str, float]  # bins of values that the axis cannot hold, and their places

    @property
    def most(self) -> int:
        """Return points in the fullest bin."""
        return int(self.y.max())

    @property
    def top(self) -> float:
        """Return the end of the axis: a name has room above the fullest bin."""
        return 1.2 * max(self.most, 4) + 0.9


def places_of(record: Fan) -> DotPlaces:
    """Draws of one bin stand on each other; the smallest of them lowest."""
    ratios = np.array([one.log10_ratio for one in record.verdicts])
    low, high = log_range(span_of([ratios, np.zeros(1)]))
    width = (high - low) / BINS
    bins = np.clip(np.floor((np.where(np.isfinite(ratios), ratios, 0.0) - low) / width), 0, BINS - 1)
    x = low + (bins + 0.5) * width
    y = _heights(bins, ratios)
    held = {}
    for word, mask in zip(SPECIAL_BINS, (np.isneginf(ratios), np.isposinf(ratios), np.isnan(ratios)), strict=True):
        if mask.any():
            low, high = (low - WIDE * width, high) if word == SPECIAL_BINS[0] else (low, high + WIDE * width)
            held[word] = low + WIDE / 2 * width if word == SPECIAL_BINS[0] else high - WIDE / 2 * width
            x[mask], y[mask] = _side_by_side(int(mask.sum()), held[word], WIDE * width)
    return DotPlaces(x, y, (low, high), held)


def _heights(bins: Array, ratios: Array) -> Array:
    heights, met = np.empty(len(bins)), Counter()
    for k in np.argsort(ratios, kind="stable").tolist():
        met[bins[k]] += int(np.isfinite(ratios[k]))
        heights[k] = met[bins[k]]
    return heights


def _side_by_side(count: int, centre: float, width: float) -> tuple[Array, Array]:
    """Return places of points that are all equal: rows of ABREAST."""
    place = np.arange(count)
    abreast = min(count, ABREAST)
    return centre + ((place % abreast) - (abreast - 1) / 2) * width / (ABREAST + 1), place // abreast + 1.0


def seed_at(record: Fan, x: float, y: float) -> int:
    """Return the seed of the point nearest to a click."""
    places = places_of(record)
    low, high = places.limits
    far = ((places.x - x) / (high - low)) ** 2 + ((places.y - y) / places.most) ** 2
    return record.seeds[int(far.argmin())]


def seed_dots(record: Fan, scene: Scene, look: Look) -> Chart:
    """Return a point for each draw, stacked over what of step T's credit reaches step 1."""
    places = places_of(record)
    last = record.verdicts[0].credit.last
    points, names = log_ticks(*places.limits, TICKS_PX)
    inside = [
        k for k, at in enumerate(points) if all(abs(at - rail) > _rail_half(places) for rail in places.held.values())
    ]
    ticks = [points[k] for k in inside] + list(places.held.values())
    leaders, names_above = _present(record, places, scene)
    title = f"what step 1 gets, as a share of what step {last} gets   (credit of the loss at step {last})"
    xy_axes = XYAxes(
        heading=_heading(record, scene),
        x={"title": {"text": title}, "range": list(places.limits), "tickmode": "array"}
        | {"tickvals": ticks, "ticktext": [names[k] for k in inside] + list(places.held)},
        y={"title": {"text": "draws"}, "range": [0.3, places.top], "dtick": _every(places.most)},
        traces=[_points(record, places, scene)],
        height=HEIGHT,
        shapes=[_kept(scene), *_strips(places, scene), *leaders],
        notes=names_above,
        right=NARROW,
    )
    drawn = on_xy_axes(DRAWS, xy_axes, scene, _finding(record), _columns(record))
    return clickable(drawn, "click a point to look at that draw")


def _every(most: int) -> int:
    """Return the distance of ticks that leaves five or six of them."""
    return next(step for step in (1, 2, 5, 10, 20, 50) if most <= 5 * step)


def _heading(record: Fan, scene: Scene) -> str:
    """Return the kinds there are, each with its sign in its colour."""
    counts = Counter(one.kind for one in record.verdicts).most_common()
    kinds = [
        f"<span style='color:{_colour(kind, scene)}'>{sign_of(kind)} {FATES[kind].word}</span>" for kind, _ in counts
    ]
    return "   ".join(kinds)


def _colour(kind: str, scene: Scene) -> str:
    return scene.palette.of(FATES[kind].role)


def _points(record: Fan, places: DotPlaces, scene: Scene) -> dict:
    kinds = [one.kind for one in record.verdicts]
    colours = [_colour(kind, scene) for kind in kinds]
    own = [seed == scene.trace.settings.seed for seed in record.seeds]
    size = max(3.0, min(POINT_PX, HEIGHT / (max(places.most, 4) + 1) * 0.9))
    edges = [scene.palette.of("draw") if present else colour for present, colour in zip(own, colours, strict=True)]
    marker = {
        "symbol": [FATES[kind].symbol for kind in kinds],
        "color": [fade(colour, 0.75) for colour in colours],
        "size": [round(size + 3 * present, 1) for present in own],
        "line": {"color": edges, "width": [2.5 if present else 1 for present in own]},
    }
    spots = {"x": np.round(places.x, 5).tolist(), "y": places.y.tolist()}
    text = [_told(seed, one) for seed, one in zip(record.seeds, record.verdicts, strict=True)]
    hover = {"text": text, "hovertemplate": "%{text}<extra></extra>"}
    return (
        {"type": "scatter", "mode": "markers", "name": "draws", "marker": marker, "cliponaxis": False} | spots | hover
    )


def _told(seed: int, one: Verdict) -> str:
    return f"seed {seed}: {FATES[one.kind].word}<br>step 1 gets {words.from_log10(one.log10_ratio)}"


def _kept(scene: Scene) -> dict:
    """Return where step 1 gets as much as the last one."""
    place = {"type": "line", "layer": "below", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1}
    return place | {"line": {"color": scene.palette.muted, "width": 1, "dash": "dot"}}


def _rail_half(places: DotPlaces) -> float:
    low, high = places.limits
    return WIDE / 2 * (high - low) / (BINS + WIDE * len(places.held))


def _strips(places: DotPlaces, scene: Scene) -> list[dict]:
    half = _rail_half(places)
    common = {"type": "rect", "layer": "below", "yref": "paper", "y0": 0, "y1": 1, "line": {"width": 0}}
    fills = {"exactly 0": "zero", "overflow": "overflow", "NaN": "nan"}
    return [
        common | {"x0": at - half, "x1": at + half, "fillcolor": fade(scene.palette.of(fills[word]), 0.09)}
        for word, at in places.held.items()
    ]


def _present(record: Fan, places: DotPlaces, scene: Scene) -> tuple[list[dict], list[dict]]:
    """Return the present draw's name above all points and a line down to its own, where it is among them."""
    seed = scene.trace.settings.seed
    if seed not in record.seeds:
        return [], []
    k, colour = record.seeds.index(seed), scene.palette.of("draw")
    at = round(float(places.x[k]), 5)
    line = {"type": "line", "x0": at, "x1": at, "y0": float(places.y[k]), "y1": places.top, "layer": "below"}
    name = {"x": at, "y": places.top, "xanchor": "left", "yanchor": "top", "xshift": 3, "text": seed_name(scene)}
    return [line | {"line": {"color": colour, "width": 1}}], [name | {"font": {"color": colour}}]


def _columns(record: Fan) -> dict[str, Array]:
    found = record.verdicts
    return {
        "seed": np.array(record.seeds),
        "verdict": np.array([FATES[one.kind].word for one in found]),
        "log10 ratio": np.array([one.log10_ratio for one in found]),
        "decay per step": np.array([one.decay_per_step for one in found]),
        "half-life": np.array([one.half_life for one in found]),
    }


def _finding(record: Fan) -> str:
    """Return what a step back keeps in the median draw, and in the middle of all."""
    logs = np.array([one.credit.log10_decay for one in record.verdicts])
    known = logs[~np.isnan(logs)]
    if not known.size:
        return f"In none of the {len(logs)} draws does any gradient travel back a single step."
    low, median, high = (float(edge) for edge in quantiles(known, (BAND[0], 0.5, BAND[1])))
    if median > 0:
        by, least, most = map(words.factor, (median, low, high))
        said = f"In the median draw a step back multiplies the credit by {by} (by {least} to {most} in 8 draws of 10)"
    else:
        kept, least, most = (words.percent(10.0**edge) for edge in (median, low, high))
        said = f"In the median draw a step back keeps {kept} of the credit ({least} to {most} in 8 draws of 10)"
    if abs(median) < 1e-12:
        return f"{said}."
    steps = words.steps(abs(np.log10(2) / median))
    return f"{said}: it {'doubles every' if median > 0 else 'is halved every'} {steps}."
