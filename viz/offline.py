"""One HTML file that needs nothing else: interactive figures with Plotly.js inside, every setting, light and dark."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from .export import csv
from .flow_figure import Drawn
from .guess import SCRIPT as GUESS
from .guess import STYLE as GUESS_STYLE
from .theme import FONT, PALETTES, Palette

PAGE = Path(__file__).with_name("offline.html")
SCRUB = Path(__file__).with_name("scrub.js")
NARROW = Path(__file__).with_name("narrow.js")
ZOOM = Path(__file__).with_name("zoom.js")
Themed = Mapping[str, Sequence[Drawn]]


def plotly_js() -> str:
    """Plotly.js, as the plotly package brings it."""
    from plotly.offline import get_plotlyjs

    return get_plotlyjs()


def offline_html(figures: Themed, caption: str, link: str, version: str, script: Callable[[], str] = plotly_js) -> str:
    """Return the figures as one page. `figures` holds the same figures for each theme: {"light": […], "dark": […]}.

    caption  the verdict, or what else is to stand on top
    link     the address that restores the view; written out, and a link only if it is http(s)
    script   brings Plotly.js
    Raises ValueError for a theme that is none, or themes with different figures.
    """
    first = _checked(figures)
    parts = {
        "title": "Backflow",
        "origin": _origin(caption, link, version),
        "sections": "\n".join(_section(place, drawn) for place, drawn in enumerate(first)),
        "figures": script_json({theme: [drawn.figure for drawn in each] for theme, each in figures.items()}),
        "scrubs": script_json(_scrubs(figures)),
        "asks": script_json([drawn.ask for drawn in first]),
        "guess": GUESS.read_text(encoding="utf-8") if any(drawn.ask for drawn in first) else "",
        "guess_style": GUESS_STYLE.read_text(encoding="utf-8") if any(drawn.ask for drawn in first) else "",
        "drag": SCRUB.read_text(encoding="utf-8") if any(drawn.scrub for drawn in first) else "",
        "narrow": NARROW.read_text(encoding="utf-8"),
        "zoom": ZOOM.read_text(encoding="utf-8"),
        "schemes": " ".join(figures),
        "light": theme_variables(PALETTES[next(iter(figures))]),
        "dark": theme_variables(PALETTES["dark"]) if "dark" in figures else "",
        "font": FONT,
        "plotly": script(),
    }
    return Template(PAGE.read_text(encoding="utf-8")).substitute(parts)


def _checked(figures: Themed) -> Sequence[Drawn]:
    """Return the figures of the first theme, which give words and tables."""
    unknown = [theme for theme in figures if theme not in PALETTES]
    if unknown or not figures:
        raise ValueError(f"figures has the themes {', '.join(unknown) or 'none'}; it takes {', '.join(PALETTES)}")
    if len({tuple(drawn.name for drawn in each) for each in figures.values()}) > 1:
        raise ValueError("figures has different figures for its themes; it takes the same ones for each")
    return next(iter(figures.values()))


def _origin(caption: str, link: str, version: str) -> str:
    words = [escape(caption), f"Backflow {escape(version)}" if version else "Backflow"]
    if link.startswith(("http://", "https://")):
        words.append(f'<a href="{escape(link)}" rel="noreferrer">{escape(link)}</a>')
    elif link:
        words.append(escape(link))
    return "<br>".join(word for word in words if word)


def _scrubs(figures: Themed) -> list[dict | None]:
    """For each figure that can be dragged its frames by theme, under `any` where those of all themes are the same."""
    found: list[dict | None] = []
    for each in zip(*figures.values(), strict=True):
        scrubs = [drawn.scrub for drawn in each]
        same = all(scrub == scrubs[0] for scrub in scrubs)
        by_theme = {"any": scrubs[0]} if same else dict(zip(figures, scrubs, strict=True))
        found.append(by_theme if scrubs[0] else None)
    return found


def _section(place: int, drawn: Drawn) -> str:
    """Return a heading, the finding, the chart, all settings, and what can be saved."""
    data = base64.b64encode(csv(drawn).encode("utf-8")).decode("ascii")
    saves = "".join(
        f'<button data-place="{place}" data-name="{drawn.name}" data-format="{kind}">{kind.upper()}</button> '
        for kind in ("svg", "png")
    )
    table = f'<a class="button" download="backflow-{drawn.name}.csv" href="data:text/csv;base64,{data}">CSV</a>'
    figure = f"""<p class="muted">{escape(drawn.alt)}</p>
<div class="bf-said" id="said-{place}"></div><div class="bf-scrub" id="scrub-{place}"></div>
<div class="wide"><div class="chart" id="chart-{place}" role="img" aria-label="{escape(drawn.alt)}"></div></div>
<p class="muted">{escape(drawn.caption)}</p>
<p>{saves}{table}</p>"""
    if drawn.ask:  # seen once it is answered
        return f"""<section>
<div id="ask-{place}"></div>
<div id="answer-{place}" hidden>{figure}</div>
</section>"""
    return f"""<section>
<h2>{escape(drawn.title)}</h2>
{figure}
</section>"""


def script_json(value: object) -> str:
    """JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def theme_variables(palette: Palette) -> str:
    colours = {"paper": palette.paper, "ink": palette.ink, "muted": palette.muted, "focus": palette.of("total")}
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())
