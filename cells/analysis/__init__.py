"""What a run tells: pure functions of settings and traces, records out.

Functions that take RunSettings run them; those that take a Trace read a run that is there. `layer` counts from 0, the
lowest, and means the top one where it is left out. Where a measure has no meaning it raises DoesNotApply, in words.
"""

from .batch import mean_log10
from .counts import Counts, parameter_counts
from .credit import Credit, credit, credit_matrix
from .exercise import Exercise, ParameterGradient, exercise
from .graph import Graph, GraphEdge, GraphNode, graph
from .jacobians import LongJacobian, StepJacobian, long_jacobian, long_jacobians, step_jacobian, step_jacobians
from .lens import Lens, lens
from .lyapunov import Lyapunov, lyapunov, lyapunov_exponents
from .marks import Mark, critical_scales
from .metrics import Metrics, metrics
from .oracles import Check
from .parts import Parts, parts
from .paths import PathSplit, path_split, path_vectors, paths
from .saturation import Distribution, distributions
from .scope import DoesNotApply
from .shares import Shares, shares, step_shares
from .softmax import Softmax, softmax_at
from .theory import Prediction, closed_form, eigenvalue_slope, lyapunov_slope, measured_credit, pascanu_bound
from .trust import Trust, trust, trust_trace
from .verdict import Curve, Verdict, verdict

__all__ = [
    "Check",
    "Counts",
    "Credit",
    "Curve",
    "Distribution",
    "DoesNotApply",
    "Exercise",
    "Graph",
    "GraphEdge",
    "GraphNode",
    "Lens",
    "LongJacobian",
    "Lyapunov",
    "Mark",
    "Metrics",
    "ParameterGradient",
    "Parts",
    "PathSplit",
    "Prediction",
    "Shares",
    "Softmax",
    "StepJacobian",
    "Trust",
    "Verdict",
    "closed_form",
    "credit",
    "credit_matrix",
    "critical_scales",
    "distributions",
    "eigenvalue_slope",
    "exercise",
    "graph",
    "lens",
    "long_jacobian",
    "long_jacobians",
    "lyapunov",
    "lyapunov_exponents",
    "lyapunov_slope",
    "mean_log10",
    "measured_credit",
    "metrics",
    "parameter_counts",
    "parts",
    "pascanu_bound",
    "path_split",
    "path_vectors",
    "paths",
    "shares",
    "softmax_at",
    "step_jacobian",
    "step_jacobians",
    "step_shares",
    "trust",
    "trust_trace",
    "verdict",
]
