"""The colour of a gradient: where it lies between the largest and the smallest of the run, on the flow scale."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .curves import Array
from .extent import Extent
from .rails import LOG_KINDS
from .theme import Palette, channels

LEAST_DECADES = 4.0  # the colours span at least that, so that an even gradient looks even


@dataclass(frozen=True, eq=False)
class Shades:
    """log10 gradients (T,) as colours."""

    logs: Array
    palette: Palette
    limits: Extent

    @cached_property
    def shares(self) -> Array:
        """Return where on the scale each lies, 0..1; NaN where it is no finite number."""
        low, high = self.limits
        return (np.where(np.isfinite(self.logs), self.logs, np.nan) - low) / (high - low)

    def tints(self) -> list[str]:
        """Return a colour each: of the scale, the paper's where exactly 0, the mark's where overflow or NaN."""
        zero, *others = LOG_KINDS
        tints = [tint(self.palette.flow, share) for share in np.nan_to_num(self.shares).tolist()]
        special = [(zero, self.palette.paper), *((kind, self.palette.of(kind.name)) for kind in others)]
        for kind, colour in special:
            for place in np.flatnonzero(kind.holds(self.logs)):
                tints[place] = colour
        return tints

    def inks(self) -> list[str]:
        """Colours of text that can be read on the tints."""
        dark_end = self.palette.paper
        return [dark_end if share > 0.5 else self.palette.ink for share in self.shares.tolist()]


def decades(span: Extent | None) -> Extent:
    """Return the decades the colours span: down from the largest, at least LEAST_DECADES."""
    low, high = span or (0.0, 0.0)
    return min(low, high - LEAST_DECADES), high


def tint(colours: tuple[str, ...], share: float) -> str:
    """Return the colour at `share` (0..1) of a scale."""
    place = min(max(share, 0.0), 1.0) * (len(colours) - 1)
    below = min(int(place), len(colours) - 2)
    pairs = zip(channels(colours[below]), channels(colours[below + 1]), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * (place - below)):02x}" for a, b in pairs)
