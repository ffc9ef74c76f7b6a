"""The settings of a halted run with the first change that would have prevented it; no PyTorch is loaded."""

import re

from cells.words import number

from .record import Cure, Halt
from .settings import LabSettings

SCALE = re.compile(r"weight scale ([0-9.]+)\)")
PARTS = (10, 100)


def cure_of(halt: Halt | None) -> Cure | None:
    """Return the first change that was tried and helps."""
    return next((cure for cure in halt.cures if cure.prevents), None) if halt else None


def cured(settings: LabSettings, cure: Cure) -> LabSettings:
    """Return the run with that change, by the words in which it is told."""
    if cure.change.startswith("clipping by norm"):
        return settings.replace(clip=1.0)
    for part in PARTS:
        if cure.change == f"a learning rate of {number(settings.rate / part)}":
            return settings.replace(rate=settings.rate / part)
    scale = SCALE.search(cure.change)
    if scale is None:
        raise ValueError(f"cure = {cure.change!r} is none that is known")
    return settings.replace(weight_scale=float(scale[1]))
