"""The phase diagram: one number of a run as colour over two knobs, theory's lines, the edge, the present setting."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from viz.caption import setting_words
from viz.curves import Array, Curve
from viz.flow_figure import Drawn
from viz.heat import packed
from viz.panel import View
from viz.theme import PALETTES, SMALL, TEMPLATES, TEXT, Palette, fade, stops
from viz.words import exact

from .findings import finding, missing, place
from .lines import edge_line, present_mark, theory_lines
from .map_scales import Tone, tone_of
from .record import Shown

PHASE = "phase"
TITLE = "Phase diagram"
HEIGHT = 470  # px of the plotting area, where it does not fill a window
LEAST, MOST = 296, 760  # px of it in a window
LEFT, RIGHT, TOP, BOTTOM = 72, 104, 30, 52
FEW = 12
NO_RUN, NOT_YET = "no run is possible", "not computed yet"
HATCH = 2500  # crosses on points without a run; more would be a grey area


def phase_diagram(shown: Shown, view: View | None = None, extra: Sequence[Curve] = ()) -> Drawn:
    """Return the map with all that belongs to it. Its alt text begins with the finding."""
    palette = PALETTES[(view or View()).theme]
    words = [finding(shown), *missing(shown), place(shown)]
    alt, caption = " ".join(words), caption_of(shown)
    layout = _layout(shown, palette)
    layout["meta"] = {"name": PHASE, "title": TITLE, "alt": alt, "caption": caption, "clicks": True}
    layout["meta"]["fits"] = [LEAST + TOP + BOTTOM, MOST + TOP + BOTTOM]
    tone = tone_of(shown.kind, shown.map.values)
    lines, labels = theory_lines(shown, palette)
    traces = [
        _colours(shown, tone, palette),
        *_covers(shown, palette),
        _pointed(shown),
        *edge_line(shown, tone, palette),
        *lines,
        *present_mark(shown, palette),
    ]
    layout["annotations"] = [_heading(shown, palette), *_ends(shown, palette), *labels]
    return Drawn(PHASE, TITLE, {"data": traces, "layout": layout}, alt, caption, _columns(shown))


def _layout(shown: Shown, palette: Palette) -> dict:
    plan = shown.map.plan
    axes = {
        name: {"title": {"text": shown.knob(axis.name).label, "standoff": 8}, "range": _range(values)} | _whole(values)
        for name, axis, values in (("xaxis", plan.x, plan.x_values), ("yaxis", plan.y, plan.y_values))
    }
    common = {"fixedrange": True, "showspikes": False, "showgrid": False, "ticks": "outside", "ticklen": 4}
    return {
        "template": TEMPLATES[palette.name],
        "height": HEIGHT + TOP + BOTTOM,
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM, "pad": 0},
        "showlegend": False,
        "hovermode": "closest",
        "shapes": [],
    } | {name: common | axis for name, axis in axes.items()}


def _whole(values: Sequence[float]) -> dict:
    """Return ticks of an axis of whole numbers: a few have one each."""
    few = isinstance(values[0], int) and values[-1] - values[0] <= FEW
    return {"tickmode": "linear", "tick0": values[0], "dtick": 1} if few else {}


def _range(values: Sequence[float]) -> list[float]:
    """Half a cell beyond both ends, where Plotly draws the cells' edges."""
    return [values[0] - (values[1] - values[0]) / 2, values[-1] + (values[-1] - values[-2]) / 2]


def _grid(shown: Shown, of: Array) -> dict:
    x, y = shown.places
    return {"type": "heatmap", "x": list(x), "y": list(y), "z": packed(shown.drawn(of))}


def _colours(shown: Shown, tone: Tone, palette: Palette) -> dict:
    low, high = tone.ends
    places, names = tone.ticks(LEAST)
    bar = {
        "thickness": 16,
        "len": 1,
        "x": 1.0,
        "xpad": 12,
        "ypad": 0,
        "outlinewidth": 0,
        "tickmode": "array",
        "tickvals": places,
        "ticktext": names,
        "tickfont": {"size": SMALL, "color": palette.muted},
    }
    colours = palette.flow if shown.kind.centre is None else palette.fate
    scale = {"zmin": low, "zmax": high, "colorscale": stops(colours), "colorbar": bar, "hoverinfo": "skip"}
    return _grid(shown, tone.of(shown.map.values)) | {"name": shown.map.plan.quantity} | scale


def _pointed(shown: Shown) -> dict:
    """Return the values themselves, unseen, for the pointer: the colours lie on a bent scale."""
    values = shown.kind.pointed(shown.map.values)
    hidden = {"opacity": 0, "showscale": False, "hoverongaps": False}
    return _grid(shown, np.where(np.isfinite(values), values, np.nan)) | hidden | _hover(shown, shown.kind.hover)


def _hover(shown: Shown, word: str) -> dict:
    x, y = (shown.spoken(axis.name) for axis in shown.axes)
    return {"hovertemplate": f"{x} %{{x}}<br>{y} %{{y}}<br><b>{word}</b><extra></extra>"}


def _kept_apart(shown: Shown, palette: Palette) -> Iterator[tuple[str, str, str, Array]]:
    """Yield what is no number on the scale: its sign and word, its colour, and where it is."""
    found = shown.map
    computed = found.known & found.possible
    centred = shown.kind.centre is not None
    lost, won = (palette.fate[0], palette.fate[-1]) if centred else (palette.of("zero"), palette.fate[-2])
    darkest = half_way(lost, palette.of("nan")) if centred else lost
    yield "■", shown.kind.minus, darkest, computed & np.isneginf(found.values)
    yield "■", shown.kind.plus, won, computed & np.isposinf(found.values)
    yield "■", shown.kind.nothing, palette.of("zero"), computed & np.isnan(found.values)
    yield "⊠", NO_RUN, palette.grid, found.known & ~found.possible
    yield "□", NOT_YET, palette.paper, np.zeros_like(found.known) if shown.coarse else ~found.known


def half_way(colour: str, other: str) -> str:
    """Return the colour between two."""
    pairs = zip((colour[1:3], colour[3:5], colour[5:7]), (other[1:3], other[3:5], other[5:7]), strict=True)
    return "#" + "".join(f"{(int(a, 16) + int(b, 16)) // 2:02x}" for a, b in pairs)


def _covers(shown: Shown, palette: Palette) -> Iterator[dict]:
    for _, word, colour, where in _kept_apart(shown, palette):
        if shown.drawn(where).any():
            plain = {"zmin": 0, "zmax": 1, "colorscale": stops([colour, colour]), "showscale": False}
            yield _grid(shown, np.where(where, 1.0, np.nan)) | plain | {"hoverongaps": False} | _hover(shown, word)
    yield from _crosses(shown, palette)


def _crosses(shown: Shown, palette: Palette) -> Iterator[dict]:
    """On points without a run, so that they do not pass for a shade of the scale."""
    x, y = shown.places
    rows, columns = np.nonzero(shown.drawn(shown.map.known & ~shown.map.possible))
    if 0 < len(rows) <= HATCH:
        marks = {"symbol": "x-thin", "size": 5, "line": {"width": 1, "color": fade(palette.muted, 0.7)}}
        places = {"x": [x[k] for k in columns.tolist()], "y": [y[k] for k in rows.tolist()]}
        yield {"type": "scatter", "mode": "markers", "marker": marks, "hoverinfo": "skip"} | places


def _heading(shown: Shown, palette: Palette) -> dict:
    """Return what the colours show, and what each mark means."""
    parts = [shown.map.quantity.title, *_legend(shown, palette)]
    font = {"size": SMALL, "color": palette.muted}
    at = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 4}
    return at | {"text": "    ".join(parts), "font": font}


def _legend(shown: Shown, palette: Palette) -> Iterator[str]:
    if shown.edge is not None:
        yield f"<span style='color:{palette.ink}'>━</span> measured edge"
    if shown.lines:
        yield f"<span style='color:{palette.of('exact')}'>╍</span> theory"
    for sign, word, colour, where in _kept_apart(shown, palette):
        if shown.drawn(where).any():
            yield f"<span style='color:{colour if sign == '■' else palette.muted}'>{sign}</span> {word}"
    if shown.on_map:
        yield f"<span style='color:{palette.ink}'>◎</span> present setting"


def _ends(shown: Shown, palette: Palette) -> list[dict]:
    """Return what the ends of the colours mean, upright beside the colour bar."""
    if shown.kind.centre is None:
        return []
    common: dict[str, Any] = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 78, "yref": "paper"}
    ends = (("vanishes", 0.0, "bottom", palette.fate[1]), ("explodes", 1.0, "top", palette.fate[-2]))
    return [
        common | {"text": text, "y": y, "yanchor": anchor, "textangle": -90} | {"font": {"size": TEXT, "color": colour}}
        for text, y, anchor, colour in ends
    ]


def caption_of(shown: Shown) -> str:
    """Return both ranges, and all other settings."""
    plan = shown.map.plan
    sides = [
        f"{side}: {shown.knob(axis.name).label} {exact(values[0])} to {exact(values[-1])}, {len(values)} values"
        for side, axis, values in (("Across", plan.x, plan.x_values), ("Up", plan.y, plan.y_values))
    ]
    layers = plan.settings.layers
    layer = [f"Layer shown: {layers if plan.layer is None else plan.layer + 1}"] if layers > 1 else []
    return " · ".join([*sides, *setting_words(plan.settings, without=(plan.x.name, plan.y.name)), *layer])


def _columns(shown: Shown) -> dict[str, Array]:
    """Return one row a point."""
    plan, found = shown.map.plan, shown.map
    y, x = np.meshgrid(np.array(plan.y_values), np.array(plan.x_values), indexing="ij")
    state = np.where(found.known, np.where(found.possible, "computed", NO_RUN), NOT_YET)
    name = f"log10 {plan.quantity}" if found.quantity.log else plan.quantity
    return {plan.x.name: x.ravel(), plan.y.name: y.ravel(), name: found.values.ravel(), "point": state.ravel()}
