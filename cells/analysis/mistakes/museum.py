"""Every mistake by name: what computes its exhibit from a run."""

from collections.abc import Callable
from dataclasses import dataclass

from cells.trace import Trace

from .exhibit import STEP, UPDATE, Exhibit
from .wrong_networks import averaged, phase_by_fmod
from .wrong_passes import detached, slope_of_argument, without_matrix
from .wrong_readings import closed_gate, coarse, direct_part, floored, state_norm
from .wrong_updates import clipped_too_early


@dataclass(frozen=True)
class Mistake:
    """compute(trace, layer, unit) -> Exhibit, layers from 0 and units from 1; `over` as the exhibit has it."""

    compute: Callable[[Trace, int, int], Exhibit]
    over: str = STEP


MISTAKES = {
    "retain_grad": Mistake(direct_part),
    "state_norm": Mistake(state_norm),
    "detached": Mistake(detached),
    "no_matrix": Mistake(without_matrix),
    "slope": Mistake(slope_of_argument),
    "floor": Mistake(floored),
    "clipping": Mistake(clipped_too_early, UPDATE),
    "mean": Mistake(averaged),
    "float16": Mistake(coarse),
    "closed_gate": Mistake(closed_gate),
    "fmod": Mistake(phase_by_fmod),
}
