"""Recurrent cells and exact backpropagation through time, in NumPy alone.

Start at `engine.run`: RunSettings in, Trace out. Each cell has a file of its own; `base.py` is the contract they keep.
"""

from .engine import run
from .grid import SweepGrid
from .memory import keep_freed_memory
from .registry import CELLS
from .settings import RunSettings
from .sweeping import sweep
from .trace import Trace

__all__ = ["CELLS", "RunSettings", "SweepGrid", "Trace", "run", "sweep"]

keep_freed_memory()
