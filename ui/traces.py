"""Finished runs, kept and shared by all who look at the same settings."""

from cells import RunSettings, Trace, run

from .cost.budget import seconds_per_step
from .platform import PLATFORM
from .server.byte_cache import ByteCache
from .server.render_lock import RENDER_LOCK

LONG = 0.02  # seconds of a run that others need not wait for
TRACES: ByteCache[Trace] = ByteCache(8e8 * PLATFORM.memory, lambda trace: trace.settings.memory)


def trace_of(settings: RunSettings) -> Trace:
    """One run; a long one is computed beside other pages."""
    return TRACES.of(settings, lambda: _run(settings))


def _run(settings: RunSettings) -> Trace:
    if settings.steps * seconds_per_step(settings) > LONG:
        RENDER_LOCK.step_aside()
    return run(settings)
