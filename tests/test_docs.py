"""The documents say what the code says: equations word for word, and examples that run."""

import inspect
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cells.gru import GRU, ChoGRU
from cells.lstm import LSTM
from cells.phased_lstm import PhasedLSTM
from cells.vanilla import Vanilla
from lab.tasks.base import Task

ROOT = Path(__file__).parents[1]
EQUATIONS, EXTENDING = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("equations.md", "extending.md"))


@pytest.mark.parametrize("cell", [Vanilla, GRU, ChoGRU, LSTM, PhasedLSTM])
def test_every_cells_equations_are_told_as_its_docstring_has_them(cell):
    doc = inspect.getdoc(cell)
    told = doc[doc.index("forward:") :].rstrip()
    assert re.search(r"^backward", told, re.MULTILINE)
    assert told in EQUATIONS


def examples():
    return re.findall(r"```python\n(.*?)```", EXTENDING, re.DOTALL)


def test_the_example_of_a_cell_is_the_one_that_the_tests_take_everywhere():
    assert (ROOT / "tests/toy/cell.py").read_text(encoding="utf-8") == examples()[0]


def test_the_examples_of_a_measure_a_figure_and_a_task_run():
    space = {"__name__": "examples"}
    for code in examples()[1:]:
        exec(compile(code, "docs/extending.md", "exec", dont_inherit=True), space)  # noqa: S102 - our own page
    assert issubclass(space["First"], Task)
    task = space["First"].__new__(space["First"])
    object.__setattr__(task, "settings", SimpleNamespace(length=5))
    drawn = task.draw(np.random.default_rng(0), 3)
    assert np.array_equal(drawn.targets[0], drawn.x[0])


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:cells|viz|ui|lab|tests)/[\w/]+(?:\.py|/))`", EXTENDING))))
def test_every_place_it_names_is_there(path):
    assert (ROOT / path).exists()
