"""Phase diagrams: one number of a run over two of its knobs.

`MapPlan` says what is computed, `phase_map` computes it in batched passes, `tiles` row by row as a job,
`critical_lines` draws what theory expects, `reading` says what there is to see. A new quantity is one entry of
`QUANTITIES`.
"""

from .critical import CriticalLine, critical_lines
from .map_summary import Distance, Edge, FateShares
from .phase import PhaseMap, measure, phase_map
from .plan import LARGEST, Axis, MapPlan, mappable
from .quantity import QUANTITIES, Quantity

__all__ = [
    "LARGEST",
    "QUANTITIES",
    "Axis",
    "CriticalLine",
    "Distance",
    "Edge",
    "FateShares",
    "MapPlan",
    "PhaseMap",
    "Quantity",
    "critical_lines",
    "mappable",
    "measure",
    "phase_map",
]
