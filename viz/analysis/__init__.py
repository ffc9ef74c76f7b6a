"""Plates: what the anatomy pages show. Records of the measures in, figures with their findings out.

Start at `plates.PLATES`, every plate by name with the measure it needs.
"""

from .chart import Chart, Look
from .charts import CHARTS
from .theory import Theory

__all__ = ["CHARTS", "Chart", "Look", "Theory"]
