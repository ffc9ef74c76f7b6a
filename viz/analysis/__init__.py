"""Charts: what the pages of measures show. Records of the measures in, figures with their findings out.

Start at `charts.PLATES`, every chart by name with the measure it needs.
"""

from .chart import Chart, Look
from .charts import CHARTS
from .theory import Theory

__all__ = ["CHARTS", "Chart", "Look", "Theory"]
