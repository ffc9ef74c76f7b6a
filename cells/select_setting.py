"""One setting out of a trace that holds many side by side, as a trace of its own: views, no copies."""

from collections.abc import Mapping

from .activations import ACTIVATIONS
from .arrays import Array
from .backward import UpstreamGrad
from .masked import with_mask_of
from .network import Network
from .registry import CELLS
from .scaled import Scaled
from .settings import RunSettings
from .trace import LayerRecord, Trace


def select_setting(trace: Trace, place: int, settings: RunSettings) -> Trace:
    """Return the run at `place` of the axis of settings; its arrays live as long as the whole trace does."""
    network = _network(trace.network, place, settings)
    layers = tuple(_layer(layer.record, network, place) for layer in trace.layers)
    return Trace(settings, network, layers)


def _network(many: Network, place: int, settings: RunSettings) -> Network:
    return Network(
        cell=with_mask_of(many.cell, CELLS[settings.cell].build(settings.options, ACTIVATIONS[settings.activation])),
        layers=tuple(_each(params, place) for params in many.layers),
        readout=_each(many.readout, place),
        start=tuple(_each(start, place) for start in many.start),
        x=many.x[:, place],
        targets=many.targets[:, place],
        times=many.times[:, place],
        weights=many.weights[:, place],
        loss=many.loss,
        divisor=many.divisor,
        truncation=many.truncation,
    )


def _layer(record: LayerRecord, network: Network, place: int) -> LayerRecord:
    rows = record.direct.rows
    return LayerRecord(
        cell=network.cell,
        params=_each(record.params, place),
        tape={name: values[:, place] for name, values in record.tape.items()},
        input=_scaled(record.input, place),
        grads={part: _scaled(grad, place) for part, grad in record.grads.items()},
        delta=_scaled(record.delta, place),
        direct=UpstreamGrad(record.direct.steps, _scaled(rows, place)),
        divisor=record.divisor,
        truncation=record.truncation,
    )


def _each(arrays: Mapping[str, Array], place: int) -> dict[str, Array]:
    """Arrays with the axis of settings in front."""
    return {name: values[place] for name, values in arrays.items()}


def _scaled(many: Scaled, place: int) -> Scaled:
    """Arrays (T, G, …) with the axis of settings behind time."""
    return Scaled(many.mantissa[:, place], None if many.exponent is None else many.exponent[:, place])
