"""Phase diagrams: a map and what theory says of it in, a figure with its finding out.

Start at `figure.phase_diagram`; how each quantity is coloured and worded stands in `kinds.KINDS`.
"""

from .figure import PHASE, caption_of, phase_diagram
from .record import Shown

__all__ = ["PHASE", "Shown", "caption_of", "phase_diagram"]
