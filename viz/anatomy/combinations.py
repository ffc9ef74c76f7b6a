"""Cells × activations × initialisers: a box for each, with its verdict in words and in colour; a click chooses it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cells.analysis.combinations import Combination, Combinations
from cells.analysis.verdict import Verdict
from cells.knobs import knobs_of
from cells.settings import RunSettings
from viz import words
from viz.heat import packed
from viz.kinds import KINDS, counted
from viz.panel import Scene
from viz.theme import SMALL, TEXT, fade

from .plane import NARROW, Plane
from .plate import Label, Look, Plate, clickable, on_plane

TABLE = Label("combinations", "Cells × activations × initialisers")
ROW_PX, LEFT, TOP, BOTTOM = 26, 196, 80, 12
FAINT, STRONG = 0.16, 0.62  # opacity of a box whose gradient changes slowly, and at once
SLOW, FAST = -3.0, 0.0  # log10 of the decades a step that get them
LEAST, MOST = 0.01, 999.0  # steps between which they are written out
LABELS = {name: knobs_of(RunSettings)[name].metadata["knob"].choices for name in ("cell", "activation", "init")}


@dataclass(frozen=True, eq=False)
class Grid:
    """The rows are cells with their activations, the columns initialisers."""

    cells: list[str]
    activations: list[str]
    inits: list[str]

    @property
    def rows(self) -> int:
        return len(self.cells) * len(self.activations)

    def place(self, one: Combination) -> tuple[int, int]:
        """Row and column of a combination."""
        row = self.cells.index(one.cell) * len(self.activations) + self.activations.index(one.activation)
        return row, self.inits.index(one.init)


def grid_of(record: Combinations) -> Grid:
    """Names in the order of the menus."""
    cells, activations, inits = (
        list(dict.fromkeys(names)) for names in zip(*(o.names for o in record.all), strict=True)
    )
    return Grid(cells, activations, inits)


def combination_at(record: Combinations, x: float, y: float) -> Combination | None:
    """The combination of the box under a click; None outside the table."""
    grid = grid_of(record)
    return next((one for one in record.all if grid.place(one) == (round(y), round(x))), None)


def combinations(record: Combinations, scene: Scene, look: Look) -> Plate:
    """A table of boxes, the present combination framed."""
    grid = grid_of(record)
    edge = 0.5
    plane = Plane(
        heading=_heading(scene),
        x={
            "title": {"text": "initialiser", "standoff": 4},
            "side": "top",
            "range": [-edge, len(grid.inits) - edge],
            "showgrid": False,
        }
        | _ticks([LABELS["init"][name] for name in grid.inits]),
        y={
            "title": {"text": ""},
            "range": [grid.rows - edge, -edge],
            "showgrid": False,
        }
        | _ticks([LABELS["activation"][name] for name in grid.activations] * len(grid.cells)),
        traces=_boxes(record, grid, scene),
        height=ROW_PX * grid.rows,
        shapes=[*_lines(grid, scene), *_frame(record, grid, scene)],
        notes=[*_heads(scene), *_cells(grid, scene)],
        alt=reasons(record.all),
        right=NARROW,
        left=LEFT,
        top=TOP,
        bottom=BOTTOM,
    )
    return clickable(on_plane(TABLE, plane, scene, _finding(record, scene), columns_of(record.all, record)))


def _heading(scene: Scene) -> str:
    seed = scene.trace.settings.seed
    return (
        f"Number: steps back in which half is gone, or in which it doubles (seed {seed}, all else as now)   click a box"
    )


def _ticks(names: list[str]) -> dict:
    return {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": names}


def word_of(one: Combination, found: Verdict | None) -> str:
    """What stands in a box: the verdict and its steps; a dash where there is no run, dots where there is none yet."""
    if one.settings is None:
        return "–"
    if found is None:
        return "…"
    steps = factor_of_two(found)
    return f"{KINDS[found.kind].word} · {_steps(steps)}" if math.isfinite(steps) else KINDS[found.kind].word


def factor_of_two(found: Verdict) -> float:
    """Steps back in which half is gone, or in which it doubles; inf where neither happens, or it ends on the way."""
    return min(found.half_life, found.doubling) if found.kind in ("vanishing", "stable", "exploding") else math.inf


def _steps(steps: float) -> str:
    if not LEAST <= steps <= MOST:
        return f"< {LEAST}" if steps < LEAST else f"> {MOST:.0f}"
    return words.number(steps)


def strength(found: Verdict) -> float:
    """How strong its colour is, 0..1: the more decades a step, the stronger."""
    rate = abs(found.credit.log10_decay)
    if found.kind not in ("vanishing", "exploding") or not rate > 0:
        return 0.5
    return min(max((math.log10(rate) - SLOW) / (FAST - SLOW), 0.0), 1.0)


def _boxes(record: Combinations, grid: Grid, scene: Scene) -> list[dict]:
    """A trace for each kind in its colour; one more for what has no verdict."""
    kinds = dict.fromkeys(_kind(one, record) for one in record.all)
    return [_of_kind(kind, record, grid, scene) for kind in kinds]


def _kind(one: Combination, record: Combinations) -> str:
    return record.verdicts[one.names].kind if one.names in record.verdicts else ""


def _of_kind(kind: str, record: Combinations, grid: Grid, scene: Scene) -> dict:
    shape = (grid.rows, len(grid.inits))
    values, text, hover = np.full(shape, np.nan), np.full(shape, "", object), np.full(shape, "", object)
    for one in record.all:
        if _kind(one, record) == kind:
            place, found = grid.place(one), record.verdicts.get(one.names)
            values[place] = strength(found) if found else 0.0
            text[place], hover[place] = word_of(one, found), _told(one, found)
    colour = scene.palette.of(KINDS[kind].role) if kind else scene.palette.raised
    ends = (fade(colour, FAINT), fade(colour, STRONG)) if kind else (colour, colour)
    look = {"zmin": 0, "zmax": 1, "colorscale": [[0, ends[0]], [1, ends[1]]], "showscale": False}
    words_in = {
        "text": text.tolist(),
        "texttemplate": "%{text}",
        "textfont": {"size": SMALL, "color": scene.palette.ink},
    }
    hovering = {"hovertext": hover.tolist(), "hovertemplate": "%{hovertext}<extra></extra>", "hoverongaps": False}
    name = {"type": "heatmap", "name": KINDS[kind].word if kind else "no verdict", "xgap": 2, "ygap": 2}
    return name | {"z": packed(values)} | look | words_in | hovering


def named(one: Combination) -> str:
    """`RNN (tanh, gaussian weights)`."""
    return f"{LABELS['cell'][one.cell]} ({LABELS['activation'][one.activation]}, {LABELS['init'][one.init]} weights)"


def _told(one: Combination, found: Verdict | None) -> str:
    if found is None:
        return f"{named(one)}<br>{one.reason or 'still computed'}"
    kept = words.percent(found.decay_per_step) if math.isfinite(found.decay_per_step) else "–"
    return (
        f"{named(one)}: {KINDS[found.kind].word}<br>a step back keeps {kept}<br>"
        f"step 1 gets {words.from_log10(found.log10_ratio)} of what step {found.credit.last} gets"
    )


def _lines(grid: Grid, scene: Scene) -> list[dict]:
    """Between the cells."""
    line = {"color": scene.palette.muted, "width": 1}
    count = len(grid.activations)
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": line}
    return [across | {"y0": k * count - 0.5, "y1": k * count - 0.5} for k in range(1, len(grid.cells))]


def _frame(record: Combinations, grid: Grid, scene: Scene) -> list[dict]:
    """Around the present combination."""
    s = scene.trace.settings
    here = next(one for one in record.all if one.names == (s.cell, s.activation, s.init))
    row, column = grid.place(here)
    edges = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return [{"type": "rect", "line": {"color": scene.palette.of("draw"), "width": 3}} | edges]


def _heads(scene: Scene) -> list[dict]:
    """What stands in the two columns left of the boxes."""
    font = {"color": scene.palette.ink, "size": TEXT}
    place = {"xref": "paper", "x": 0, "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": -3, "font": font}
    cell = {"text": "cell", "xanchor": "left", "xshift": -LEFT}
    return [place | cell, place | {"text": "activation", "xanchor": "right", "xshift": 0}]


def _cells(grid: Grid, scene: Scene) -> list[dict]:
    """The cells' names, left of their rows."""
    count, font = len(grid.activations), {"color": scene.palette.ink, "size": 15}
    place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -LEFT, "yanchor": "top", "font": font}
    return [
        place | {"y": k * count - 0.4, "text": f"<b>{LABELS['cell'][name]}</b>"} for k, name in enumerate(grid.cells)
    ]


def reasons(everything: Sequence[Combination]) -> list[str]:
    """Why some make no run, each reason once."""
    lost: dict[str, list[Combination]] = {}
    for one in everything:
        if one.settings is None:
            lost.setdefault(one.reason, []).append(one)
    return [f"{_some(held)} {'makes' if len(held) == 1 else 'make'} no run: {why}" for why, held in lost.items()]


def _some(held: list[Combination]) -> str:
    """All of a cell by its name, others by their number and the first of them."""
    cells = {one.cell for one in held}
    if len(held) == 1:
        return named(held[0])
    if len(cells) == 1:
        return f"{len(held)} combinations with the {LABELS['cell'][held[0].cell]}"
    return f"{len(held)} combinations, {named(held[0])} among them,"


def _finding(record: Combinations, scene: Scene) -> str:
    """How many end how; the one that changes the gradient least; the present one."""
    found, s = record.verdicts, scene.trace.settings
    total = f"all {len(found)} combinations" if len(found) == len(record.all) else f"{len(found)} combinations"
    total += "" if record.complete else " so far"
    parts, steady, here = [], _steadiest(record), (s.cell, s.activation, s.init)
    if steady:
        parts.append(f"the steadiest, {named(steady)}, {_keeps(found[steady.names])}")
    if here in found:
        parts.append(f"the present one {_keeps(found[here])}")
    start = f"Of {total}, {counted(one.kind for one in found.values())} at T = {s.steps}"
    return "; ".join([start, *parts]) + "."


def _steadiest(record: Combinations) -> Combination | None:
    """The one whose gradient changes least a step, of those that reach step 1."""
    rates = {one: abs(record.verdicts[one.names].credit.log10_decay) for one in record.all if _reaches(one, record)}
    return min(rates, key=lambda one: rates[one], default=None)


def _reaches(one: Combination, record: Combinations) -> bool:
    found = record.verdicts.get(one.names)
    return found is not None and math.isfinite(found.log10_ratio) and math.isfinite(found.credit.log10_decay)


def _keeps(found: Verdict) -> str:
    rate = found.decay_per_step
    return f"keeps {words.percent(rate)} a step back" if math.isfinite(rate) else f"{KINDS[found.kind].one}"


def listed(record: Combinations, kind: str, by: str) -> list[Combination]:
    """The combinations that end in this way, a key of LISTED; by the "menu", or by what a step back "keeps"."""
    ends = LISTED[kind]
    shown = [one for one in record.all if ends is None or _kind(one, record) in ends]
    return sorted(shown, key=lambda one: _kept(one, record), reverse=True) if by == "keeps" else shown


LISTED: dict[str, tuple[str, ...] | None] = {
    "all": None,
    "vanishing": ("vanishing",),
    "stable": ("stable", "copied"),
    "exploding": ("exploding",),
    "broken": ("zero", "overflow", "nan", "single", ""),
}


def _kept(one: Combination, record: Combinations) -> float:
    """Decades a step; what has none comes last."""
    found = record.verdicts.get(one.names)
    rate = found.credit.log10_decay if found else math.nan
    return rate if math.isfinite(rate) else -math.inf


def columns_of(shown: Sequence[Combination], record: Combinations) -> dict[str, np.ndarray]:
    """Names, verdicts and numbers; NaN where there is no verdict."""
    found = [record.verdicts.get(one.names) for one in shown]
    told = [KINDS[v.kind].word if v else one.reason for one, v in zip(shown, found, strict=True)]
    labels = {
        column: np.array([LABELS[field][getattr(one, field)] for one in shown]) for column, field in COLUMNS.items()
    }
    numbers = {
        name: np.array([getattr(v, attribute) if v else np.nan for v in found]) for name, attribute in NUMBERS.items()
    }
    return labels | {"verdict": np.array(told)} | numbers


COLUMNS = {"cell": "cell", "activation": "activation", "initialiser": "init"}
NUMBERS = {
    "decay per step": "decay_per_step",
    "half-life": "half_life",
    "doubles in": "doubling",
    "log10 ratio": "log10_ratio",
}
