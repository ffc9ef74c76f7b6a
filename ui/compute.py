"""The only cached calls. What is cached is read-only and depends on its arguments alone, so sessions may share it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

import viz
from cells import RunSettings, Trace
from cells.analysis import critical_scales, key_numbers, low_precision, verdict
from cells.analysis.gradient.verdict import Verdict
from cells.analysis.jacobian.critical_scales import CriticalScale
from cells.analysis.jacobian.recurrent_matrix import KeyNumbers
from viz.flow_figure import Drawn

from .cost.budget import seconds_of_figure
from .link.pins import described
from .platform import PLATFORM
from .server import memory
from .server.byte_cache import ByteCache
from .server.render_lock import RENDER_LOCK
from .traces import LONG, TRACES, trace_of
from .views.page import PageView

# repr keeps the class of the options in the key; Streamlit's own hash of a dataclass drops it.
HASHES: dict[Any, Callable] = {RunSettings: repr, PageView: repr}
FINDINGS = 500  # small ones: some numbers and a sentence
BODIES: ByteCache[tuple[bytes, int]] = ByteCache(4e7 * PLATFORM.memory, lambda body: len(body[0]))
CURVES: ByteCache[tuple[viz.Curve, ...]] = ByteCache(1e7, memory.size_of)


def runs_of(settings: RunSettings, view: PageView) -> list[RunSettings]:
    """Return the runs that a page of these settings has yet to make: its own, and what it is compared with."""
    wanted = [settings, *other_losses(settings, view), *(pin.settings for pin in view.pins)]
    return [run for run in dict.fromkeys(wanted) if run not in TRACES]


def runs_of_body(settings: RunSettings, view: PageView, theme: str) -> list[RunSettings]:
    """Return the same of the main figure, which is kept longer than its runs."""
    known = not view.scrub and (settings, view, theme) in BODIES
    return [] if known else runs_of(settings, view)


@st.cache_resource(max_entries=FINDINGS, show_spinner=False, hash_funcs=HASHES)
def summary_of(settings: RunSettings, layer: int | None) -> tuple[Verdict, KeyNumbers]:
    """Return the verdict and the numbers beside it."""
    trace = trace_of(settings)
    _make_way(settings)
    return verdict(trace, layer), key_numbers(trace, layer)


@st.cache_resource(max_entries=FINDINGS, show_spinner=False, hash_funcs=HASHES)
def critical_scales_of(settings: RunSettings) -> tuple[CriticalScale, ...]:
    """Return the critical weight scales of a setting."""
    return critical_scales(settings)


@st.cache_resource(max_entries=FINDINGS, show_spinner=False, hash_funcs=HASHES)
def fitting(settings: RunSettings) -> tuple[str, ...]:
    """Return the names of the figures that show something of this run."""
    trace = trace_of(settings)
    return tuple(name for name, kind in viz.FIGURES.items() if kind.fits(trace))


def body_of(settings: RunSettings, view: PageView, theme: str) -> tuple[bytes, int]:
    """Return the main figure as the browser takes it, and its height in px."""
    still = replace(view, scrub=())
    return BODIES.of((settings, still, theme), lambda: _body_of(settings, still, theme))


def _make_way(settings: RunSettings) -> None:
    """Let other pages go on where what is drawn of this run takes long, although the run itself is there."""
    if seconds_of_figure(settings) > LONG:
        RENDER_LOCK.slow_down()


def _body_of(settings: RunSettings, view: PageView, theme: str) -> tuple[bytes, int]:
    _make_way(settings)
    drawn = drawn_of("flow", settings, view, theme)
    return chart_body(drawn.figure, drawn), drawn.figure["layout"]["height"]


def drawn_of(name: str, settings: RunSettings, view: PageView, theme: str) -> Drawn:
    """Return a figure by name, with the comparisons the view asks for."""
    trace = trace_of(settings)
    looked_at = figure_view(settings, view, theme)
    return viz.FIGURES[name].draw(trace, looked_at, comparisons(trace, view, looked_at))


def chart_body(figure: dict, drawn: Drawn, save: bool = False) -> bytes:
    """Return a figure with its words, as JSON for the chart component."""
    body = {"figure": figure, "alt": drawn.alt, "name": f"backflow-{drawn.name}", "save": save}
    body |= {"scrub": drawn.scrub} if drawn.scrub else {}
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def figure_view(settings: RunSettings, view: PageView, theme: str) -> viz.View:
    """Return the view as the figures take it."""
    also = tuple(name for name in ("gradient_units", "state_units") if getattr(view, name))
    return viz.View(theme=theme, also=also, layer=layer_of(settings, view), gates=view.gates)


def layer_of(settings: RunSettings, view: PageView) -> int | None:
    """Return the layer shown, 0 the lowest; None is the top one."""
    return view.layer - 1 if 0 < view.layer <= settings.layers else None


def comparisons(trace: Trace, view: PageView, looked_at: viz.View) -> list[viz.Curve]:
    """Return curves of other runs and formats that the view asks for."""
    others = [trace_of(other) for other in other_losses(trace.settings, view)]
    extra = [viz.loss_curve(other, looked_at) for other in others]
    return extra + low_precision_curves(trace, looked_at) + pin_curves(trace.settings, view)


def other_losses(settings: RunSettings, view: PageView) -> list[RunSettings]:
    """Return the same run under the loss modes that are to be drawn beside its own."""
    others = [mode for mode in ("last", "all") if mode != settings.loss]
    return [settings.replace(loss=mode) for mode in others] if view.both_losses else []


def low_precision_curves(trace: Trace, looked_at: viz.View) -> list[viz.Curve]:
    """Return what a coarser number format would show, where one is chosen."""
    precision = trace.settings.precision
    return [] if precision == "float64" else [viz.low_precision_curve(low_precision(trace, precision, looked_at.layer))]


def pin_curves(settings: RunSettings, view: PageView) -> list[viz.Curve]:
    """Return the curves of all pins, over a run of these settings."""
    found = []
    for place, pin in enumerate(view.pins):
        curves = run_curves_of(pin.settings, layer_of(pin.settings, view))
        found += viz.pinned(curves, viz.Pinned(place, pin.name, described(pin)), settings.steps)
    return found


def run_curves_of(settings: RunSettings, layer: int | None) -> tuple[viz.Curve, ...]:
    """Return what a run shows over another one."""
    return CURVES.of((settings, layer), lambda: viz.run_curves(trace_of(settings), viz.View(layer=layer)))
