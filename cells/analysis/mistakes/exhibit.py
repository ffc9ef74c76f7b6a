"""The exhibit of a mistake: wrong numbers beside the right ones, of the same run."""

from dataclasses import dataclass

from cells.arrays import Array

GRADIENT = "‖dL/dh_t‖"
STEP, UPDATE = "step", "update"


@dataclass(frozen=True, eq=False)
class Exhibit:
    """Numbers of a wrong formula beside those of the right one, as log10, at the counts 1, 2, … of `over`.

    wrong, right   (N, B), one curve a sample; (N, 1) where there is one for all
    shown          the wrong quantity by name       quantity   what it is taken for
    over           `step` of the run, or `update` of the weights
    """

    wrong: Array
    right: Array
    shown: str
    quantity: str = GRADIENT
    over: str = STEP
