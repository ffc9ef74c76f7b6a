"""Networks of one's own as traces: PyTorch's modules, Keras's weights, and arrays under our names.

Only this package of `cells` knows PyTorch, and it loads it when a module is given, not before.
"""

from .export import to_torch, torch_grads
from .keras import from_keras
from .modules import trace_torch
from .probing import probe
from .weights import trace_weights

__all__ = ["from_keras", "probe", "to_torch", "torch_grads", "trace_torch", "trace_weights"]
