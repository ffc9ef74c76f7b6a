"""Plates: what the anatomy pages show. Records of the measures in, figures with their findings out.

Start at `plates.PLATES`, every plate by name with the measure it needs.
"""

from .lyapunov import Theory
from .plate import Look, Plate
from .plates import PLATES

__all__ = ["PLATES", "Look", "Plate", "Theory"]
