"""Finished runs, kept and shared by all who look at the same settings."""

from cells import RunSettings, Trace, run

from .cost.budget import seconds_per_step
from .server.byte_cache import ByteCache
from .server.memory import BUDGET
from .server.render_lock import RENDER_LOCK

LONG = 0.02  # seconds of a run that others need not wait for
TRACES: ByteCache[Trace] = ByteCache(BUDGET / 4, lambda trace: trace.settings.memory)


def trace_of(settings: RunSettings) -> Trace:
    """Return one run; a long one is computed beside other pages."""
    return TRACES.of(settings, lambda: _run(settings))


def _run(settings: RunSettings) -> Trace:
    if settings.steps * seconds_per_step(settings) > LONG:
        RENDER_LOCK.slow_down()
    return run(settings)
