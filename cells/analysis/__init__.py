"""Read what a run tells: pure functions of settings and traces, records out.

Functions that take RunSettings run them; those that take a Trace read a run that is there. `layer` counts from 0, the
lowest, and means the top one where it is left out. Where a measure has no meaning it raises DoesNotApply, in words.
"""

from cells.log_mean import log10_mean

from .errors import DoesNotApply
from .gradcheck.check import GradientCheck, check_gradients, check_trace_gradients
from .gradcheck.oracles import Check
from .gradient.credit import Credit, credit, credit_matrix
from .gradient.direct_and_recurrent import DirectAndRecurrent, direct_and_recurrent
from .gradient.grads_at_step import GradsAtStep, ParameterGradient, grads_at_step
from .gradient.low_precision import LowPrecision, low_precision
from .gradient.saturation import Distribution, distributions
from .gradient.softmax import Softmax, softmax_at
from .gradient.step_shares import StepShares, shares, step_shares
from .gradient.theory import Prediction, closed_form, eigenvalue_slope, lyapunov_slope, measured_credit, pascanu_bound
from .gradient.verdict import Verdict, verdict
from .gradient.way_back import Curve
from .jacobian.critical_scales import CriticalScale, critical_scales
from .jacobian.long_jacobian import LongJacobian, long_jacobian, long_jacobians
from .jacobian.lyapunov import Lyapunov, lyapunov, lyapunov_exponents
from .jacobian.recurrent_matrix import KeyNumbers, key_numbers
from .jacobian.step_jacobian import StepJacobian, step_jacobian, step_jacobians
from .step_graph.one_step import Graph, GraphEdge, GraphNode, graph
from .step_graph.parameter_counts import Counts, parameter_counts
from .step_graph.paths import PathSplit, path_split, path_vectors, paths

__all__ = [
    "Check",
    "Counts",
    "Credit",
    "CriticalScale",
    "Curve",
    "DirectAndRecurrent",
    "Distribution",
    "DoesNotApply",
    "GradientCheck",
    "GradsAtStep",
    "Graph",
    "GraphEdge",
    "GraphNode",
    "KeyNumbers",
    "LongJacobian",
    "LowPrecision",
    "Lyapunov",
    "ParameterGradient",
    "PathSplit",
    "Prediction",
    "Softmax",
    "StepJacobian",
    "StepShares",
    "Verdict",
    "check_gradients",
    "check_trace_gradients",
    "closed_form",
    "credit",
    "credit_matrix",
    "critical_scales",
    "direct_and_recurrent",
    "distributions",
    "eigenvalue_slope",
    "grads_at_step",
    "graph",
    "key_numbers",
    "log10_mean",
    "long_jacobian",
    "long_jacobians",
    "low_precision",
    "lyapunov",
    "lyapunov_exponents",
    "lyapunov_slope",
    "measured_credit",
    "parameter_counts",
    "pascanu_bound",
    "path_split",
    "path_vectors",
    "paths",
    "shares",
    "softmax_at",
    "step_jacobian",
    "step_jacobians",
    "step_shares",
    "verdict",
]
