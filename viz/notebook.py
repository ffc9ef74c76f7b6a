"""A trace's figure where notebooks show values, and as a file. Nothing is fetched from another host."""

import base64
import gzip
import importlib
import importlib.util
import sys
import tempfile
import webbrowser
from dataclasses import replace
from functools import cached_property, lru_cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from cells.trace import Trace

from .export import csv, framed
from .flow_figure import Drawn, flow
from .offline import offline_html, plotly_js, script_json, theme_variables
from .panel import View
from .theme import FONT, PALETTES

PAGE = Path(__file__).with_name("notebook.html")
KINDS = (".html", ".svg", ".csv")
LINE = 22  # px of a line of words below a figure
CHARACTERS = 130  # that such a line holds
HEADING = 34  # px
NO_KALEIDO = "saving an SVG needs kaleido and a Chrome or Chromium: pip install kaleido, or save .html"


class Shown:
    """The main figure of a trace; both directions' where there are two.

    `note` is added to what stands below the figure.
    """

    def __init__(self, trace: Trace, title: str = "", note: str = "", view: View | None = None) -> None:
        self.trace, self.title, self.note, self.view = trace, title, note, view or View()

    def show(self) -> None:
        """Show it in Jupyter, VS Code or marimo; elsewhere in the browser, from a file."""
        if "marimo" in sys.modules and sys.modules["marimo"].running_in_notebook():
            sys.modules["marimo"].output.append(self)
        elif _in_ipython():
            importlib.import_module("IPython.display").display(self)
        else:
            with tempfile.NamedTemporaryFile("w", suffix=".html", delete=False, encoding="utf-8") as file:
                file.write(self._page())
            webbrowser.open(Path(file.name).as_uri())

    def save(self, path: str | Path) -> Path:
        """Write it as .html, .svg, or the numbers behind it as .csv; ValueError for another ending."""
        path = Path(path)
        if path.suffix.lower() not in KINDS:
            raise ValueError(f"path = {str(path)!r} ends in none of {', '.join(KINDS)}")
        text = {".html": self._page, ".svg": self._svg, ".csv": self._csv}[path.suffix.lower()]()
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def drawn(self, theme: str) -> list[Drawn]:
        """Return the figures in one theme."""
        view = replace(self.view, theme=theme)
        if self.trace.reverse is None:
            return [_titled(flow(self.trace, view), self.title, self.note)]
        directions = {"forward": self.trace, "reverse, in its own time": self.trace.reverse}
        title = self.title or "Gradient flow"
        return [_titled(flow(one, view), f"{title}, {name}", self.note) for name, one in directions.items()]

    @cached_property
    def html(self) -> str:
        """Return a frame with everything in it; scripts of the notebook and of the figure do not meet."""
        figures = self._figures
        height = sum(_height(drawn) for drawn in figures["light"])
        return (
            f'<iframe srcdoc="{escape(_page_of(figures))}" title="{escape(figures["light"][0].alt)}" '
            f'style="width: 100%; height: {height:.0f}px; border: 0"></iframe>'
        )

    @cached_property
    def _figures(self) -> dict[str, list[Drawn]]:
        return {theme: self.drawn(theme) for theme in ("light", "dark")}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        first = self._figures["light"][0]
        return {"text/html": self.html, "text/plain": first.alt}

    def _mime_(self) -> tuple[str, str]:
        return "text/html", self.html

    def _page(self) -> str:
        return offline_html(self._figures, "", "", "")

    def _csv(self) -> str:
        return "\n".join(csv(drawn) for drawn in self._figures["light"])

    def _svg(self) -> str:
        """Return the forward direction's figure, drawn by a Chrome that kaleido finds.

        MathJax would come from elsewhere.
        """
        if importlib.util.find_spec("kaleido") is None:
            raise ValueError(NO_KALEIDO)
        kaleido = importlib.import_module("kaleido")
        figure = framed(self._figures["light"][0], "light")
        size = {"width": figure["layout"]["width"], "height": figure["layout"]["height"]}
        try:
            found = kaleido.calc_fig_sync(figure, opts={"format": "svg"} | size, kopts={"mathjax": False})
        except kaleido.errors.ChromeNotFoundError:
            raise ValueError(NO_KALEIDO) from None
        return found.decode("utf-8")


def show(trace: Trace, title: str = "", view: View | None = None) -> None:
    """Show the main figure of any trace in a notebook; elsewhere in the browser."""
    Shown(trace, title, view=view).show()


def save(trace: Trace, path: str | Path, title: str = "", view: View | None = None) -> Path:
    """Write the main figure of any trace as .html or .svg, or its numbers as .csv."""
    return Shown(trace, title, view=view).save(path)


def _titled(drawn: Drawn, title: str, note: str) -> Drawn:
    caption = " · ".join(part for part in (drawn.caption, note) if part)
    return replace(drawn, title=title or drawn.title, caption=caption)


def _in_ipython() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None and hasattr(ipython.get_ipython(), "kernel")


def _height(drawn: Drawn) -> float:
    """px of a figure with its words."""
    return drawn.figure["layout"]["height"] + HEADING + LINE * (2 + (len(drawn.alt) + len(drawn.caption)) // CHARACTERS)


def _page_of(figures: dict[str, list[Drawn]]) -> str:
    parts = {
        "sections": "\n".join(_section(place, drawn) for place, drawn in enumerate(figures["light"])),
        "figures": script_json({theme: [drawn.figure for drawn in each] for theme, each in figures.items()}),
        "light": theme_variables(PALETTES["light"]),
        "dark": theme_variables(PALETTES["dark"]),
        "font": FONT,
        "plotly": _packed_plotly(),
    }
    return Template(PAGE.read_text(encoding="utf-8")).substitute(parts)


def _section(place: int, drawn: Drawn) -> str:
    """Return a heading, the chart, the finding and all settings."""
    return (
        f'<h2>{escape(drawn.title)}</h2><div id="chart-{place}" role="img" aria-label="{escape(drawn.alt)}"></div>'
        f"<p>{escape(drawn.alt)}<br>{escape(drawn.caption)}</p>"
    )


@lru_cache(maxsize=1)
def _packed_plotly() -> str:
    """Plotly.js with every figure, since a notebook is read offline: 1.9 MB packed, 4.8 MB plain."""
    return base64.b64encode(gzip.compress(plotly_js().encode("utf-8"), 9, mtime=0)).decode("ascii")
