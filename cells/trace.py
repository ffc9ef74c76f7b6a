"""Trace: what one forward and backward pass leaves behind. Arrays are read-only, so a trace can be shared."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .arrays import Array
from .layer_trace import LayerRecord, LayerTrace, arrays_in, frozen
from .scaled import Scaled
from .settings import RunSettings
from .truncation import walls

if TYPE_CHECKING:
    from .network import Network


class Trace:
    """One run. `layer(l)` is a layer, 0 the lowest; the trace's own states, gates and gradients are the top layer's."""

    def __init__(
        self,
        settings: RunSettings | None,
        network: "Network",
        layers: tuple[LayerRecord, ...],
        reverse: tuple[LayerRecord, ...] = (),
    ) -> None:
        self.settings: Any = settings  # None where the network was made by hand
        self.network = network
        self.layers = tuple(LayerTrace(record) for record in layers)
        self.reverse: Trace | None = None  # the other direction of a bidirectional net, in its own time
        if network.reverse is not None:
            self.reverse = Trace(settings, network.reverse, reverse)
            self.reverse.reverse = self
        for array in _arrays_given(network):
            array.flags.writeable = False

    def layer(self, index: int, reverse: bool = False) -> LayerTrace:
        """Layer `index`, 0 the lowest; ValueError outside the net.

        In a bidirectional net `reverse` gives the direction that reads the last input first, in its own time: its state
        t is the one after it has read x_{T+1-t}.
        """
        if reverse and self.reverse is None:
            raise ValueError("reverse = True: the network is not bidirectional")
        if not 0 <= index < len(self.layers):
            raise ValueError(f"layer = {index} is outside [0, {len(self.layers) - 1}]")
        return self.reverse.layers[index] if reverse and self.reverse else self.layers[index]

    def index_of(self, layer: int | None) -> int:
        """Return the layer's index, 0 the lowest; None means the top one."""
        return len(self.layers) - 1 if layer is None else layer

    @property
    def top(self) -> LayerTrace:
        """Return the trace of the top layer."""
        return self.layers[-1]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ("layers", "reverse"):
            raise AttributeError(name)
        return getattr(self.layers[-1], name)

    @property
    def loss_weights(self) -> Array:
        """w_t (T,): the weight of each step in L_b = Σ_t w_t ℓ_t."""
        return self.network.weights

    @property
    def walls(self) -> tuple[int, ...]:
        """Return the steps w behind which truncation cuts the way back: nothing comes to them from step w + 1."""
        return tuple(walls(self.network.truncation, len(self.network.x)))

    @cached_property
    def losses(self) -> Array:
        """L, the batch mean of L_b, one value a setting where there are several; inf where it left float64."""
        attached = self.network.attached
        with np.errstate(all="ignore"):
            step_losses = self._step_losses(self._read_out(attached), attached)
            weights = self.loss_weights[attached][..., None]
            weighted = np.multiply(weights, step_losses, where=weights > 0, out=np.zeros_like(step_losses))
            total = weighted.sum(axis=(0, -1)) / self.network.divisor + self._final_loss
            return frozen(np.asarray(total if self.network.reverse is None else total + self._other.losses))

    @cached_property
    def step_losses(self) -> Array:
        """(T, B), every step's ℓ whether attached or not."""
        with np.errstate(all="ignore"):
            return frozen(self._step_losses(self.scaled_outputs, slice(None)))

    @property
    def _other(self) -> "Trace":
        """Return the reverse direction of a bidirectional net."""
        assert self.reverse is not None
        return self.reverse

    @property
    def _final_loss(self) -> float:
        """Return what the final states add to L where it reads them by themselves: Σ ∂L/∂s_T ⊙ s_T."""
        pairs = ((layer.states, final) for layer, final in zip(self.layers, self.network.finals, strict=True))
        terms = ((states[part][-1] * rows).sum() for states, final in pairs for part, rows in final.items())
        return sum(terms, 0.0) / self.network.divisor

    def _step_losses(self, outputs: Scaled, steps: Any) -> Array:
        return self.network.loss.value(outputs, self.targets[steps])

    @property
    def loss(self) -> float:
        """Return the batch mean of L_b; inf where it left float64."""
        return float(self.losses)

    @property
    def inputs(self) -> Array:
        """Return x (T, B, I)."""
        return self.network.x

    @property
    def targets(self) -> Array:
        """Return y (T, B, O)."""
        return self.network.targets

    @property
    def times(self) -> Array:
        """Return the timestamp of every step and sample, (T, B)."""
        return self.network.times

    @cached_property
    def scaled_outputs(self) -> Scaled:
        """Return outputs with their exponents."""
        with np.errstate(all="ignore"):
            outputs = self._read_out(slice(None))
        for array in arrays_in(outputs):
            array.flags.writeable = False
        return outputs

    def _read_out(self, steps: Any) -> Scaled:
        return self.network.read_out(self.top.scaled_states["h"].at(slice(1, None)).at(steps))

    @cached_property
    def outputs(self) -> Array:
        """ŷ (T, B, O); in a bidirectional net both directions' side by side."""
        own = self.scaled_outputs.plain()
        if self.network.reverse is not None:
            own = np.concatenate([own, self._other.scaled_outputs.plain()[::-1]], axis=-1)
        return frozen(own)

    @cached_property
    def input_grads(self) -> Array:
        """Return dL_b/dx (T, B, I)."""
        own = self.layers[0].input_grads
        return own if self.reverse is None else frozen(own + self.reverse.layers[0].input_grads[::-1])

    @cached_property
    def start_grads(self) -> Mapping[str, Array]:
        """dL_b/d of the initial states of all layers, (L, B, H) a part; (2L, B, H), both directions in turn, if two."""
        sides = [self.layers] if self.reverse is None else [self.layers, self.reverse.layers]
        layers = [layer for pair in zip(*sides, strict=True) for layer in pair]
        return {part: frozen(np.stack([layer.start_grads[part] for layer in layers])) for part in self.top.start_grads}


def _arrays_given(network: "Network") -> list[Array]:
    """Return what the run was given, beside the parameters of its layers."""
    starts = [array for start in (*network.start, *network.final) for array in start.values()]
    return [network.x, network.targets, network.times, network.weights, *network.readout.values(), *starts]
