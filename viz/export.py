"""Figures that leave the page: framed for a report, as a table, as CSV, as Plotly's own object."""

from __future__ import annotations

import csv as csv_format
import io
import textwrap
from copy import deepcopy
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from .curves import Array
from .flow_figure import Drawn
from .theme import PALETTES

if TYPE_CHECKING:
    import plotly.graph_objects as go

WIDTH, SIDE, TITLE_PX, LINE_PX = 1000, 16, 44, 17  # px of a figure for a report
LINE_CHARACTERS = 145
CAPTION_SIZE = 12


def as_figure(drawn: Drawn) -> go.Figure:
    """Return the figure as Plotly's own object, checked by Plotly: slow, for notebooks and for writing files."""
    import plotly.graph_objects as go

    return go.Figure(deepcopy(drawn.figure))


def table(drawn: Drawn) -> dict[str, Array]:
    """The numbers behind the figure as columns of one length, in full precision; log10 columns are never floored.

    Runs of other lengths that lie over the figure's own end, or let its own end, in NaN.
    """
    longest = max(map(len, drawn.columns.values()))
    steps = {"step": np.arange(1, longest + 1)} if "step" in drawn.columns else {}
    return {name: _filled(column, longest) for name, column in (drawn.columns | steps).items()}


def _filled(column: Array, length: int) -> Array:
    missing = length - len(column)
    return np.append(column, np.full(missing, np.nan)) if missing else column


def csv(drawn: Drawn) -> str:
    """The table as CSV: every float in the shortest form that reads back as itself, `-inf` for log10 of an exact 0.

    A run of another length leaves its cells empty where it has no step.
    """
    text = io.StringIO()
    writer = csv_format.writer(text, lineterminator="\n")
    writer.writerow(drawn.columns)
    columns = drawn.columns | {"step": table(drawn)["step"]} if "step" in drawn.columns else drawn.columns
    writer.writerows(zip_longest(*(column.tolist() for column in columns.values()), fillvalue=""))
    return text.getvalue()


def framed(drawn: Drawn, theme: str, link: str = "", version: str = "") -> dict:
    """Return the figure for a report: a fixed width, a solid ground, the title above and all settings below."""
    figure = deepcopy(drawn.figure)
    layout, palette = figure["layout"], PALETTES[theme]
    hint = layout.get("meta", {}).get("hint", "")  # what a click does: nothing, in a picture
    for note in layout["annotations"]:
        note["text"] = note["text"].removesuffix(hint)
    lines = source_lines(drawn.caption, link, version)
    below = layout["margin"]["b"]
    layout["margin"]["t"] += TITLE_PX
    layout["margin"]["b"] += LINE_PX * len(lines) + SIDE
    layout |= {
        "width": WIDTH,
        "height": layout["height"] + TITLE_PX + LINE_PX * len(lines) + SIDE,
        "paper_bgcolor": palette.paper,
        "plot_bgcolor": palette.paper,
        "title": {"text": drawn.title, "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 14, "l": SIDE}},
    }
    layout["annotations"].append(_caption("<br>".join(lines), layout["margin"]["l"], below, palette.muted))
    return figure


def source_lines(caption: str, link: str, version: str) -> list[str]:
    """Return settings, version and link, in lines that fit a framed figure."""
    origin = " · ".join(part for part in (f"Backflow {version}" if version else "Backflow", link) if part)
    wrap = textwrap.TextWrapper(LINE_CHARACTERS, break_on_hyphens=False)
    return [*wrap.wrap(_unbroken(caption)), *wrap.wrap(origin)]


def _unbroken(caption: str) -> str:
    """Return no line breaks inside `label: value`, nor before a dot."""
    return "\N{NO-BREAK SPACE}· ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in caption.split(" · "))


def _caption(text: str, left: float, below: float, colour: str) -> dict:
    place = {
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": SIDE - left,
        "yref": "paper",
        "y": 0,
        "yanchor": "top",
    }
    return place | {"yshift": -below, "text": text, "align": "left", "font": {"size": CAPTION_SIZE, "color": colour}}


def config(drawn: Drawn, image: str = "svg") -> dict:
    """Plotly.js' config: no logo, no link outside, and a camera button that saves `svg` or `png`."""
    return {
        "displaylogo": False,
        "responsive": True,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": {
            "format": image,
            "filename": f"backflow-{drawn.name}",
            "scale": 2 if image == "png" else 1,
        },
    }
