"""What one run may cost on a page that many share; larger runs are refused before anything is allocated."""

from cells import RunSettings
from cells.knobs import BadValue

SECONDS = 1.5  # the most one change of a control may take
BYTES_A_SECOND, PRODUCTS_A_SECOND = 1.5e9, 1.5e10  # what one core was seen to do, rounded down
MEGABYTES = 600.0


def check_budget(settings: RunSettings) -> None:
    """Raise BadValue, with the nearest number of steps or samples that fits, where a run would freeze the page."""
    s = settings
    a_step = seconds_per_step(s)
    seconds, megabytes = s.steps * a_step, s.steps * s.memory_per_step / 1e6
    share = max(seconds / SECONDS, megabytes / MEGABYTES)
    if share <= 1:
        return
    steps, batch = int(s.steps / share), int(s.batch / share)
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
    blocks = len(s.cell_class.sums)
    products = 6 * s.batch * s.layers * s.hidden * s.hidden * blocks
    return s.memory_per_step / BYTES_A_SECOND + products / PRODUCTS_A_SECOND
