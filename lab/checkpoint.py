"""A run as bytes and back: one safetensors file with the parameters, the optimiser, the history and the place in it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save

from cells.arrays import Array
from cells.knobs import BadValue

from .record import FORMAT, progress_from, read_payload, rungs_of
from .settings import LabSettings
from .training import Training


def pack(training: Training) -> bytes:
    """Return all that the run needs to go on, and all that it has recorded."""
    arrays = dict(_arrays(training)) | {f"history/{n}": a for n, a in training.history.arrays().items()}
    facts = {
        "format": FORMAT,
        "settings": training.settings.as_json(),
        "progress": asdict(training.progress),
        "schedule": _plain(training.schedule.state_dict()),
        "groups": [_plain(group) for group in training.optimiser.state_dict()["param_groups"]],
    }
    kept = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
    return save(kept, metadata={"run": json.dumps(facts)})


def unpack(payload: bytes, settings: LabSettings | None = None) -> Training:
    """Return the run that was packed; BadValue where it is none, or one of other settings than those given."""
    facts, arrays = read_payload(payload)
    own = LabSettings.from_json(facts["settings"])
    if settings is not None and settings != own:
        raise BadValue(_difference(own, settings), "checkpoint")
    training = Training(own)
    try:
        _fill(training, facts, arrays)
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        raise BadValue(f"the checkpoint does not fit its own settings ({error})", "checkpoint") from error
    return training


def _difference(own: LabSettings, asked: LabSettings) -> str:
    fields = [name for name in vars(own) if getattr(own, name) != getattr(asked, name)]
    name = "task" if "task" in fields else fields[0]
    return f"the checkpoint is of a run with {name} = {getattr(own, name)!r}, not {getattr(asked, name)!r}"


def _arrays(training: Training) -> Iterator[tuple[str, Array]]:
    yield "theta", training.theta.vector.detach().numpy()
    yield "good", training.good.numpy()
    if training.best is not None:
        yield "best", training.best.numpy()
    if training.confusion is not None:
        yield "confusion", training.confusion
    yield from ((f"ladder/{update}", weights) for update, weights in training.ladder.rungs.items())
    for index, state in training.optimiser.state_dict()["state"].items():
        for name, value in state.items():
            if value is not None:
                yield f"optimiser/{index}/{name}", torch.as_tensor(value).numpy()
    for layer, parts in enumerate(training.carried or ()):
        yield from ((f"carried/{layer}/{k}", part.numpy()) for k, part in enumerate(parts))


def _fill(training: Training, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    training.theta.put(torch.from_numpy(arrays["theta"]))
    training.good = torch.from_numpy(arrays["good"].copy())
    training.best = torch.from_numpy(arrays["best"].copy()) if "best" in arrays else None
    state: dict[int, dict[str, Any]] = {}
    for name, value in _tensors(arrays, "optimiser/").items():
        index, key = name.split("/")
        state.setdefault(int(index), {})[key] = value
    training.optimiser.load_state_dict({"state": state, "param_groups": facts["groups"]})
    training.schedule.load_state_dict(facts["schedule"])
    training.carried = _carried(arrays)
    training.history.restore({n.removeprefix("history/"): a for n, a in arrays.items() if n.startswith("history/")})
    training.confusion = arrays.get("confusion")
    training.ladder.restore(rungs_of(arrays))
    training.progress = progress_from(facts["progress"])


def _tensors(arrays: Mapping[str, Array], prefix: str) -> dict[str, torch.Tensor]:
    """Those under a prefix, in the order of their numbers."""
    names = sorted((name for name in arrays if name.startswith(prefix)), key=_by_number)
    return {name.removeprefix(prefix): torch.from_numpy(arrays[name].copy()) for name in names}


def _by_number(name: str) -> tuple:
    return tuple(int(part) if part.isdigit() else part for part in name.split("/"))


def _carried(arrays: Mapping[str, Array]) -> Any:
    layers: dict[int, list[torch.Tensor]] = {}
    for name, part in _tensors(arrays, "carried/").items():
        layers.setdefault(int(name.split("/")[0]), []).append(part)
    return tuple(map(tuple, layers.values())) or None


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what JSON holds of a state dict."""
    return {name: value for name, value in values.items() if isinstance(value, (int, float, str, bool, list, tuple))}
