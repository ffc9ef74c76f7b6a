"""Every setting behind a figure, in one line of words."""

from collections.abc import Collection, Iterator
from typing import Any

from cells.knobs import knobs_of
from cells.settings import RunSettings

from . import words
from .panel import Scene

SHOWN_STEPS = 20
SHOWN_DIGITS = 12  # of a file's SHA-256
SIZES = {"cell", "hidden", "layers", "inputs"}  # of a network that was brought: worth saying, though not chosen


def caption(scene: Scene) -> str:
    """Return all settings by their labels, the cell's own knobs last, and which layer is shown."""
    settings, layers = scene.trace.settings, len(scene.trace.layers)
    parts = list(_sizes(scene) if settings is None else setting_words(settings))
    parts += dict.fromkeys(curve.note for curve in scene.extra if curve.note)
    if layers > 1:
        shown = layers if scene.view.layer is None else scene.view.layer + 1
        parts.append(f"Layer shown: {shown}")
    return " · ".join(parts)


def setting_words(settings: RunSettings, without: Collection[str] = ()) -> Iterator[str]:
    """`label: value` of every setting but those named."""
    without = {*without, *(settings.idle - SIZES)}
    yield from _knobs(settings, without)
    yield from _lists(settings)
    yield from _knobs(settings.options, without)


def _sizes(scene: Scene) -> Iterator[str]:
    """Yield what is known of a network that was not made from settings."""
    yield f"Network with weights of its own: {scene.layer.cell.label}"
    yield f"Sequence length T: {scene.steps}"
    yield f"Batch B: {scene.batch}"
    yield f"Hidden units H: {scene.layer.states['h'].shape[-1]}"
    yield f"Layers: {len(scene.trace.layers)}"


def _knobs(record: Any, without: Collection[str]) -> Iterator[str]:
    for name, field in knobs_of(record).items():
        knob, value = field.metadata["knob"], getattr(record, name)
        if name not in without:
            yield f"{knob.label}: {_word(value, knob.choices)}"


def _lists(settings: RunSettings) -> Iterator[str]:
    """Yield settings that are lists: the steps chosen for the loss, and what the user brought."""
    if settings.loss == "chosen":
        steps = settings.loss_steps
        shown = ", ".join(map(str, steps[:SHOWN_STEPS]))
        yield f"Loss at steps: {shown}" + (f", … ({len(steps)} in all)" if len(steps) > SHOWN_STEPS else "")
    if settings.network is not None:
        yield f"Weights: {_brought(settings.network)}"
    if settings.signal == "own" and settings.recording is not None:
        yield f"Own sequences: {_brought(settings.recording)}"
    elif settings.signal == "own":
        yield f"Own sequence: {len(settings.own)} steps"
    if settings.recorded_times is not None:
        yield "Own timestamps: those of the sequences"
    for name, times in settings.options.own_lists().items():
        if times:
            yield f"Own {name}: {len(times)}, from {words.exact(times[0])} to {words.exact(times[-1])}"


def _brought(found: Any) -> str:
    """Return what was brought, and the beginning of its file's SHA-256."""
    digits = found.key.partition(":")[0][:SHOWN_DIGITS]
    return f"{found.source}, SHA-256 {digits}…" if digits else found.source


def _word(value: Any, choices: Any) -> str:
    if choices:
        return str(choices[value])
    if isinstance(value, bool):
        return "on" if value else "off"
    return words.exact(value)
