"""One way to draw a figure again, which keeps what the reader has zoomed to."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_script_draws_past_the_zoom():
    scripts = [path for folder in ("viz", "ui") for kind in ("*.js", "*.html") for path in (ROOT / folder).rglob(kind)]
    drawing = {path.name for path in scripts if "Plotly.react(" in path.read_text(encoding="utf-8")}
    others = {path.name for path in scripts if "Plotly.newPlot(" in path.read_text(encoding="utf-8")}
    assert (drawing, others) == ({"zoom.js", "notebook.html"}, set())  # a notebook's figure has no knobs
    asking = {path.name for path in scripts if "backflowZoom.draw(" in path.read_text(encoding="utf-8")}
    assert asking == {"chart.js", "explorer.js", "offline.html"}
