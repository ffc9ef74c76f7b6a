"""A run as files: tables as CSV, weights as safetensors under the names of nn.*, a report as HTML."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

import jobs
from cells.arrays import Array

from . import runs
from .counterpart import has_counterpart, torch_weights
from .model import RecurrentNet
from .outcome import Run
from .report import report_of
from .verdicts import ended

NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def export_runs(here: jobs.Store, places: Sequence[runs.Place], to: str | Path) -> Path:
    """Write a folder for each run, and one report of all; returns the folder of the job. JobError names what fails."""
    folder = Path(to) / places[0].job[:8]
    try:
        found = {place.label: ended(here, place) for place in places}
        for label, run in found.items():
            _export_run(run, folder / _plain_name(label))
        (folder / "report.html").write_text(report_of(here.job(places[0].job)["name"], found), encoding="utf-8")
    except OSError as error:
        raise jobs.JobError(f"to = {str(to)!r} cannot be written ({error.strerror})") from error
    return folder


def _plain_name(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", label).strip("-") or "run"


def _export_run(run: Run, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write_columns(folder / "history.csv", run.history)
    for name, rows in run.flows.items():
        _write_flow(folder / f"flow_{name}.csv", rows)
    settings = json.dumps(run.settings.as_json(), indent=1, ensure_ascii=False)
    (folder / "settings.json").write_text(settings, encoding="utf-8")
    for name, tensors in weights_of(run.model).items():
        save_file(
            {key: value.detach().clone().contiguous() for key, value in tensors.items()}, folder / f"{name}.safetensors"
        )


def _write_columns(path: Path, columns: dict[str, Array]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))


def _write_flow(path: Path, rows: Array) -> None:
    """log10 of the batch mean of ‖dL_b/d(part)_t‖: a row an update, a column a step."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["update", *range(1, rows.shape[1] + 1)])
        table.writerows([update, *row] for update, row in enumerate(rows.tolist(), 1))


def weights_of(net: RecurrentNet) -> dict[str, dict[str, Any]]:
    """File name -> tensors: the layers as nn.RNN, nn.GRU or nn.LSTM load them, the readout as nn.Linear, the embedding.

    Where PyTorch has no such cell the layers stand under our own names.
    """
    files = {"readout": {"weight": net.readout.get_parameter("W_y").T, "bias": net.readout.get_parameter("b_y")}}
    if net.embedding is not None:
        files["embedding"] = {"weight": net.embedding}
    return {net.cell.name: _layers(net)} | files


def _layers(net: RecurrentNet) -> dict[str, torch.Tensor]:
    if not has_counterpart(net.cell):
        return dict(net.layers.named_parameters()) | dict(net.layers.named_buffers())
    found = {}
    for k, layer in enumerate(net.layers):
        weights = torch_weights(net.cell, dict(layer.named_parameters()))
        found |= {f"{name}_l{k}": value for name, value in zip(NAMES, weights, strict=True)}
    return found
