"""Light and dark: one colour for one meaning, sizes that carry to the back row, and the two Plotly templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT = '"Source Sans", "Source Sans Pro", system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
TEXT, SMALL, TITLE = 15, 14, 19  # px; ticks and hover are SMALL

# Within a panel any two colours stay apart for full colour vision, protanopia, deuteranopia and tritanopia;
# against its own background each has a contrast of at least 4.5. tests/viz/test_theme.py measures both.
_LIGHT = {
    "total": "#0368f4",
    "direct": "#d700a6",
    "dc": "#a66323",
    "h": "#06696d",
    "c": "#895502",
    "forget": "#df125f",
    "input": "#047ab7",
    "output": "#156c00",
    "candidate": "#6802cd",
    "reset": "#c62a81",
    "update": "#1d633e",
    "new": "#7645c8",
    "time_gate": "#a51ba5",
    "recurrent": "#820713",
    "skip": "#867101",
    "predicted": "#8b0a33",
    "bound": "#926e05",
    "exact": "#601e7b",
    "float32": "#566274",
    "bfloat16": "#7c4e9f",
    "float16": "#7d3b1f",
    "other": "#0b7a4b",
    "pin1": "#097c73",
    "pin2": "#ae0745",
    "pin3": "#6505a8",
    "pin4": "#3c4e01",
    "pin5": "#2e347e",
    "pin6": "#6b015c",
    "draw": "#0b0f19",
    "vanishing": "#1c72b2",
    "stable": "#14532d",
    "exploding": "#b4560c",
    "zero": "#667085",
    "overflow": "#b42318",
    "nan": "#1d2433",
}
_DARK = {
    "total": "#55b4ff",
    "direct": "#ff73be",
    "dc": "#f9b655",
    "h": "#46a274",
    "c": "#cfb63f",
    "forget": "#fe6a7c",
    "input": "#6bc8ec",
    "output": "#b2d454",
    "candidate": "#af81ff",
    "reset": "#e3659f",
    "update": "#77dba4",
    "new": "#989cfe",
    "time_gate": "#dc87b4",
    "recurrent": "#36932f",
    "skip": "#a5d408",
    "predicted": "#f23c46",
    "bound": "#a55dee",
    "exact": "#e8b68a",
    "float32": "#a5acb2",
    "bfloat16": "#c9b9dc",
    "float16": "#d79a7d",
    "other": "#5fe0c0",
    "pin1": "#2cf5e7",
    "pin2": "#f13c0e",
    "pin3": "#c942f9",
    "pin4": "#cffc15",
    "pin5": "#9a72bc",
    "pin6": "#52944d",
    "draw": "#fffaf0",
    "vanishing": "#6f8cff",
    "stable": "#8ff0d0",
    "exploding": "#f4602f",
    "zero": "#98a2b3",
    "overflow": "#ff7a6b",
    "nan": "#f2f4f8",
}


@dataclass(frozen=True)
class Palette:
    """The colours of one theme. `flow` runs from no gradient to the largest, `diverging` from −1 over 0 to 1, `fate`
    from a gradient that vanishes over one that keeps its size to one that explodes."""

    name: str
    ink: str
    muted: str
    grid: str
    paper: str
    raised: str
    flow: tuple[str, ...]
    diverging: tuple[str, ...]
    fate: tuple[str, ...]
    roles: Mapping[str, str] = field(repr=False)

    def of(self, role: str) -> str:
        """Return the colour of a meaning; a name it has never heard of gets the colour kept for such."""
        return self.roles.get(role, self.roles["other"])

    def scale(self, role: str) -> list[str]:
        """From the paper to the colour of `role`."""
        return [self.raised, self.of(role)]


PALETTES = {
    "light": Palette(
        name="light",
        ink="#0f172a",
        muted="#5a6475",
        grid="#e3e8ef",
        paper="#ffffff",
        raised="#f1f5f9",
        flow=("#e4edfc", "#bcd3f8", "#86adf3", "#4a83ee", "#1a58cf", "#0a2f80"),
        diverging=("#8d5700", "#d9b36c", "#f5f5f2", "#6dbcb8", "#026c6e"),
        fate=("#0a2f80", "#2566cf", "#86adf3", "#f7f5f0", "#f4a48c", "#d23c2a", "#760d18"),
        roles=_LIGHT,
    ),
    "dark": Palette(
        name="dark",
        ink="#e6eaf2",
        muted="#a9b4c4",
        grid="#2b3442",
        paper="#0f1420",
        raised="#1b2333",
        flow=("#1b2738", "#1f406b", "#2865a8", "#3b90e0", "#84c4ff", "#e0f0ff"),
        diverging=("#e0b04a", "#7a6230", "#1c2430", "#2a6a5c", "#5fd6ae"),
        fate=("#b9dcff", "#4d9af0", "#245490", "#141b29", "#8a2f2c", "#f0604f", "#ffc2b3"),
        roles=_DARK,
    ),
}


def channels(colour: str) -> tuple[int, ...]:
    """Red, green and blue of `#rrggbb`, 0..255."""
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def fade(colour: str, alpha: float) -> str:
    """`#rrggbb` as an rgba colour of that opacity."""
    red, green, blue = channels(colour)
    return f"rgba({red},{green},{blue},{alpha:g})"


def stops(colours: tuple[str, ...] | list[str]) -> list[list]:
    """Return a Plotly colour scale with the colours at even distances."""
    return [[at / (len(colours) - 1), colour] for at, colour in enumerate(colours)]


def _axis(palette: Palette) -> dict:
    """Titles stand as far out as the margin lets them, so that those of stacked panels are in line."""
    return {
        "automargin": False,
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": SMALL, "color": palette.muted},
        "title": {"font": {"size": TEXT, "color": palette.ink}, "standoff": 300},
    }


def _plot_background(palette: Palette) -> str:
    """Nothing, on white. Plotly edges the crosshair in it and takes nothing for white, so dark needs its own."""
    return "rgba(0,0,0,0)" if palette.name == "light" else palette.paper


def _template(palette: Palette) -> dict:
    crosshair = {"spikecolor": palette.muted, "spikethickness": 1, "spikedash": "solid", "spikemode": "across"}
    return {
        "layout": {
            "font": {"family": FONT, "size": TEXT, "color": palette.ink},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": _plot_background(palette),
            "colorway": list(palette.roles.values())[:13],
            "colorscale": {"sequential": stops(palette.flow), "diverging": stops(palette.diverging)},
            "xaxis": {**_axis(palette), **crosshair},
            "yaxis": _axis(palette),
            "hoverlabel": {
                "bgcolor": palette.raised,
                "bordercolor": palette.grid,
                "font": {"family": FONT, "size": SMALL, "color": palette.ink},
                "namelength": -1,
            },
            "annotationdefaults": {"font": {"size": SMALL}, "showarrow": False},
            "title": {"font": {"size": TITLE, "color": palette.ink}, "x": 0, "xref": "container", "xanchor": "left"},
        }
    }


TEMPLATES = {name: _template(palette) for name, palette in PALETTES.items()}


def template(name: str) -> go.layout.Template:
    """Return the template `light` or `dark` as Plotly's own object, for figures made elsewhere."""
    import plotly.graph_objects as go

    return go.layout.Template(TEMPLATES[name])
