"""The budget of one run on a page that many share; larger runs are refused before anything is allocated."""

from collections.abc import Iterable, Sequence

from cells import RunSettings
from cells.knobs import BadValue
from ui.platform import PLATFORM
from ui.views.page import PageView

SECONDS = 1.5  # the most one change of a control may take
MEGABYTES = 600.0 * PLATFORM.memory
HEAVY = 6e7  # bytes from which runs wait for each other
SCRUB_SECONDS, SCRUB_MEGABYTES = 5.0, 12.0  # of one scrubber: all its runs and figures; what goes to the browser
A_LINE, A_NUMBER, SORTED = 1e-6, 5.4, 2.5e-8  # seconds a point of a line; bytes a number; seconds a number in a band
LINES, LENS = 25, 8  # lines and band edges of a figure; a walk back in another format, in runs


def check_budget(settings: RunSettings) -> None:
    """Raise BadValue, with the nearest number of steps or samples that fits, where a run would freeze the page."""
    s = settings
    a_step = seconds_per_step(s)
    seconds, megabytes = s.steps * a_step, s.memory / 1e6
    room = (MEGABYTES * 1e6 - s.weights_memory) / (s.steps * s.memory_per_step)
    fits = min(SECONDS / seconds, room)
    if fits >= 1:
        return
    steps, batch = int(s.steps * fits), int(s.batch * fits)
    cost = (
        f"would take about {seconds:.1f} s and {megabytes:.0f} MB; this page allows {SECONDS:g} s and {MEGABYTES:g} MB"
    )
    if steps >= 2:
        raise BadValue(f"steps = {s.steps} {cost}: at most {steps} steps fit", "steps", steps)
    if batch >= 1:
        raise BadValue(f"batch = {s.batch} {cost}: at most {batch} sequences fit", "batch", batch)
    raise BadValue(f"hidden = {s.hidden} {cost}", "hidden", 32)


def seconds_per_step(s: RunSettings) -> float:
    """Estimated time of one step, forward and backward: memory to move and products to form."""
    blocks = len(s.cell_class.pre_activations)
    products = 6 * s.batch * s.layers * s.hidden * s.hidden * blocks
    return s.memory_per_step / PLATFORM.bytes_a_second + products / PLATFORM.products_a_second


def is_heavy(runs: Iterable[RunSettings]) -> bool:
    """Return whether these runs take so much memory that only a few such may be under way at once."""
    return sum(one.memory for one in runs) > HEAVY


def scrub_share(points: Sequence[RunSettings], view: PageView) -> float:
    """Return what a scrubber over these runs would take of what it may take; 1 is all of it."""
    seconds = sum(seconds_of_figure(point) for point in points)
    megabytes = sum(_bytes_of_frame(point, view) for point in points) / 1e6
    return max(seconds / SCRUB_SECONDS, megabytes / SCRUB_MEGABYTES)


def seconds_of_figure(s: RunSettings) -> float:
    """Estimated time of all that is drawn of a run, the walk back in another number format among it."""
    walks = LENS if s.precision != "float64" else 1
    in_bands = s.steps * s.batch * s.hidden * len(s.cell_class.gates)
    return s.steps * (walks * seconds_per_step(s) + LINES * A_LINE) + in_bands * SORTED


def _bytes_of_frame(s: RunSettings, view: PageView) -> float:
    parts, gates = len(s.cell_class.state_names), len(s.cell_class.gates)
    maps = parts * (view.gradient_units + view.state_units) + gates * (view.gates == "units")
    maps += s.cell_class.time_gate is not None
    return A_NUMBER * s.steps * (LINES + maps * min(s.hidden, 256))
