"""Runs as one HTML page that needs nothing else: settings, measures, curves and the gradient's way through time."""

import math
from collections.abc import Iterable, Mapping
from html import escape

import numpy as np

from cells.arrays import Array
from cells.words import number

from .outcome import Run

WIDTH, HEIGHT, MARGIN = 560, 180, 44  # of a picture, px
POINTS, ROWS, COLUMNS = 400, 60, 80  # what a picture shows at most
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1a1c20}
table{border-collapse:collapse}td,th{padding:.15rem .8rem .15rem 0;text-align:left;vertical-align:top}
svg{max-width:100%}figure{margin:1rem 0}figcaption{color:#5a6068;font-size:13px}pre{white-space:pre-wrap}"""
CURVES = {
    "loss": ("loss", "validation_loss"),
    "accuracy": ("accuracy", "validation_accuracy"),
    "gradient norm, before and after clipping": ("grad_norm", "clipped_norm"),
}
COLOURS, HUES = ("#2a6fb0", "#d1662a"), ("blue", "orange")
LOGARITHMIC = ("loss", "gradient norm, before and after clipping")


def report_of(title: str, runs: Mapping[str, Run]) -> str:
    """Return the report as one HTML page."""
    body = "".join(_section(label, run) for label, run in runs.items())
    head = f"<meta charset='utf-8'><title>{escape(title)}</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body><h1>{escape(title)}</h1>{body}</body></html>\n"


def _section(label: str, run: Run) -> str:
    told = [f"<h2>{escape(label)}</h2>", _table(measures(run)), *_pictures(run)]
    if run.halt:
        told.insert(1, f"<p>{escape(run.halt.sentence)}</p>")
    samples = "\n".join(f"{update}: {text}" for update, text in run.samples)
    told += [f"<h3>What it wrote</h3><pre>{escape(samples)}</pre>"] if samples else []
    changed = {name: value for name, value in run.settings.as_json().items() if name != "text"}
    return "".join([*told, f"<details><summary>Settings</summary>{_table(changed)}</details>"])


def measures(run: Run) -> dict[str, str]:
    """Return what is told in numbers."""
    bit = float(np.mean(run.history["clip_bit"])) if len(run.history["loss"]) else math.nan
    found = {f"{name} (test)": number(value) for name, value in run.metrics.items()}
    return found | {"updates": str(len(run.history["loss"])), "ended by": run.reason, "clipping bit in": f"{bit:.1%}"}


def _table(values: Mapping[str, object]) -> str:
    rows = "".join(f"<tr><th>{escape(n)}</th><td>{escape(str(v))}</td></tr>" for n, v in values.items())
    return f"<table>{rows}</table>"


def _pictures(run: Run) -> Iterable[str]:
    for title, names in CURVES.items():
        columns = {name: run.history[name] for name in names if np.isfinite(run.history[name]).any()}
        if columns:
            told = ", ".join(f"{name} in {hue}" for name, hue in zip(columns, HUES, strict=False))
            yield _figure(_curves(columns, title in LOGARITHMIC), f"{title}: {told}; updates from left to right")
    if run.flows:
        yield _figure(*_heat(run.flow))


def _figure(picture: str, caption: str) -> str:
    return f"<figure>{picture}<figcaption>{escape(caption)}</figcaption></figure>"


def _curves(columns: Mapping[str, Array], logarithmic: bool) -> str:
    """Return lines over the updates, with the least and the largest value beside them."""
    values = {name: np.log10(np.maximum(c, 1e-300)) if logarithmic else c for name, c in columns.items()}
    known = np.concatenate([v[np.isfinite(v)] for v in values.values()])
    low, high = float(known.min()), float(known.max())
    lines = [_line(v, low, high, colour) for v, colour in zip(values.values(), COLOURS, strict=False)]
    ends = [number(10**end if logarithmic else end) for end in (low, high)]
    labels = f"<text x='0' y='{HEIGHT - 4}'>{ends[0]}</text><text x='0' y='14'>{ends[1]}</text>"
    return f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' font-size='11'>{labels}{''.join(lines)}</svg>"


def _line(values: Array, low: float, high: float, colour: str) -> str:
    places = np.flatnonzero(np.isfinite(values))
    places = places[np.linspace(0, len(places) - 1, min(len(places), POINTS)).astype(int)]
    x = MARGIN + (WIDTH - MARGIN) * places / max(1, len(values) - 1)
    y = HEIGHT - 6 - (HEIGHT - 12) * (values[places] - low) / ((high - low) or 1.0)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return f"<polyline fill='none' stroke='{colour}' stroke-width='1.3' points='{points}'/>"


def _heat(flow: Array) -> tuple[str, str]:
    """Return the flow as tiles, dark where the gradient is large, grey where there is none; and what it shows."""
    picked = flow[np.linspace(0, len(flow) - 1, min(len(flow), COLUMNS)).astype(int)]
    picked = picked[:, np.linspace(0, flow.shape[1] - 1, min(flow.shape[1], ROWS)).astype(int)]
    known = picked[np.isfinite(picked)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    w, h = (WIDTH - MARGIN) / len(picked), HEIGHT / picked.shape[1]
    tiles = [
        f"<rect x='{MARGIN + i * w:.1f}' y='{HEIGHT - (k + 1) * h:.1f}' width='{w + 0.3:.1f}' height='{h + 0.3:.1f}' "
        f"fill='{_shade(value, low, high)}'/>"
        for i, row in enumerate(picked.tolist())
        for k, value in enumerate(row)
    ]
    last = f"<text x='0' y='14'>step {flow.shape[1]}</text><text x='0' y='{HEIGHT - 4}'>step 1</text>"
    told = f"mean ‖dL/dh_t‖ of the top layer, from {number(10**low)} (light) to {number(10**high)} (dark)"
    picture = f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' font-size='11'>{last}{''.join(tiles)}</svg>"
    return picture, f"{told}; updates from left to right"


def _shade(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return "#d8dade"
    light = 94 - 66 * (value - low) / ((high - low) or 1.0)
    return f"hsl(212 60% {light:.0f}%)"
