"""PyTorch's nn.RNN, nn.GRU, nn.LSTM and their single cells as traces."""

from typing import TYPE_CHECKING, Any

from cells.engine import solve
from cells.trace import Trace

from .answers import answer_of
from .call import Arguments, Sizes, read_call
from .compare import refuse_if_changing, refuse_if_other
from .counterparts import Kind
from .kinds import kind_of, original
from .networks import module_network
from .watch import has_own_forward

if TYPE_CHECKING:
    from torch import nn


def trace_torch(  # noqa: PLR0913 - PyTorch's own arguments, in their order
    module: "nn.Module", x: Any, d_out: Any, hx: Any = None, d_hx: Any = None, lengths: Any = None, mask: Any = None
) -> Trace:
    """Run a recurrent module of PyTorch forward and backward, in float64 whatever its own type.

    module   an nn.RNN, nn.GRU, nn.LSTM, or an nn.RNNCell, nn.GRUCell, nn.LSTMCell that is called step by step
    x        (T, B, I), or as the module takes it: (B, T, I) with batch_first, (T, I) unbatched, a PackedSequence
    d_out    dL/d output, of the output's shape; None where the loss reads the final states alone
    hx       the initial states as the module takes them: h_0, or (h_0, c_0) for an LSTM; 0 where left out
    d_hx     dL/d of the final states in the same form, either of a pair may be None
    lengths  (B,) as pack_padded_sequence takes them: beyond its end a sequence's state stands still
    mask     (T, B), time first: where it is 0 the step is left out and the state is copied, as Keras does

    Time comes first in the trace, and an unbatched x has a batch of 1. L is the loss of the whole batch: `param_grads`
    are dL/dW, as PyTorch's `.grad` would be, only named and ordered as ours (`torch_grads` has them under PyTorch's
    names). The trace has no settings. The module is called with the same x, and what the trace computes is compared
    with what it gives: ValueError says by how much they differ, or names what cannot be read, and why.
    """
    module = original(module)
    kind = kind_of(module)
    call = read_call(Arguments(x, d_out, hx, d_hx, lengths, mask), sizes_of(kind))
    whole = call.without_mask()  # which is how a module of PyTorch steps
    answer = answer_of(module, kind, whole)
    if has_own_forward(module):
        refuse_if_changing(answer, answer_of(module, kind, whole))
    trace = solve(module_network(kind, answer.weights, call))
    refuse_if_other(
        trace if call.mask is None else solve(module_network(kind, answer.weights, whole)), answer, module, whole
    )
    return trace


def sizes_of(kind: Kind) -> Sizes:
    """Return what a call of the module must fit."""
    return Sizes(
        inputs=kind.inputs,
        hidden=kind.hidden,
        rows=0 if kind.is_cell else kind.layers * kind.directions,
        directions=kind.directions,
        parts=kind.counterpart.build().state_names,
        batch_first=kind.batch_first,
    )
