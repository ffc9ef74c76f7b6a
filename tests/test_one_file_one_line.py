"""A cell is one file and one line: a stranger's cell works everywhere, and nobody asks for a cell by name."""

import ast
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from cells import CELLS
from cells.clocked import ClockKnobs

ROOT = Path(__file__).parents[1]
LAYERS = ("cells", "viz", "ui", "jobs", "lab")
OWN_FILES = {"vanilla", "gru", "lstm", "phased_lstm", "clock", "clocked", "gate", "registry"}  # of the cells, in cells/
ABOUT = (  # content about certain cells: buttons, questions, recipes, what PyTorch's modules compute
    "lab/counterpart.py",
    "lab/recipes/",
    "lab/settings.py",
    "lab/weights/modules.py",
    "ui/cost/map_plan.py",  # the knobs a map begins with
    "ui/shell/presets.py",
    "ui/maps/presets.py",
    "ui/flow/pairs.py",
    "ui/views/questions.py",
    "ui/views/exhibits.py",
    "cells/torch_bridge/",
)
LETTERS = {gate.name for cell in CELLS.values() for gate in cell.gates}
PLOTLY = {"z", "r", "n"}  # keys of Plotly's and of SQL's
OPTIONS = {f.name for cell in CELLS.values() for f in fields(cell.Options)} - {f.name for f in fields(ClockKnobs)}
OPTIONS -= {"output"}  # a word of many meanings
CLASSES = {"Vanilla", "GRU", "ChoGRU", "LSTM", "PhasedLSTM", "OpenPhasedLSTM"}
DEFAULT = "rnn"  # the cell that the settings begin with


def asked(tree):
    """Every place of a module that asks for a cell's letter, class or option by name, or for a cell."""
    for node in ast.walk(tree):
        yield from SEEN.get(type(node), lambda node: ())(node)


def texts(nodes):
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def compared(node):
    """Both sides of a comparison, a list's entries one by one."""
    for side in (node.left, *node.comparators):
        yield from getattr(side, "elts", [side])


def in_list(nodes):
    """Options by name, and two letters or more: a list of gates."""
    words = texts(nodes)
    return [*words & OPTIONS, *(words & LETTERS if len(words & LETTERS) > 1 else ())]


SEEN = {
    ast.Import: lambda node: [alias.name for alias in node.names if alias.name in CLASSES],
    ast.ImportFrom: lambda node: [alias.name for alias in node.names if alias.name in CLASSES],
    ast.Attribute: lambda node: [node.attr] if node.attr in OPTIONS else [],
    ast.Compare: lambda node: texts(compared(node)) & (LETTERS | OPTIONS | set(CELLS)),
    ast.Subscript: lambda node: texts([node.slice]) & ((LETTERS | OPTIONS) - PLOTLY),
    ast.Call: lambda node: texts(node.args) & ((LETTERS | OPTIONS | set(CELLS)) - PLOTLY),
    ast.Dict: lambda node: in_list(node.keys),
    ast.Tuple: lambda node: in_list(node.elts),
    ast.List: lambda node: in_list(node.elts),
    ast.Set: lambda node: in_list(node.elts),
}


def sources():
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            own = path.parent.name == "cells" and path.stem in OWN_FILES
            if not own and not name.startswith(ABOUT):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def test_nothing_outside_a_cells_file_asks_for_its_letters_class_or_options():
    found = {(name, word) for name, tree in sources() for word in asked(tree)}
    assert found - {("cells/settings.py", DEFAULT)} == set()


@pytest.mark.parametrize(
    "line",
    [
        'has = "k" in gates',
        'gate = layer.gates["f"]',
        'NAMES = {"f": "forget", "i": "input"}',
        'CANDIDATES = ("g", "o")',
        'if cell == "lstm": pass',
        'skip = getattr(options, "residual", False)',
        "peep = cell.options.peepholes",
        "from cells.vanilla import Vanilla",
        'colour = palette.of("k")',
    ],
)
def test_the_law_sees_who_asks(line):
    assert list(asked(ast.parse(line)))


# ── a stranger's cell


def toy(*words, expected=1):
    """pytest in a process of its own where the toy is registered."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.toy.plugin", *words]
    env = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert int(done.stdout.split(" passed")[0].split()[-1]) >= expected, done.stdout[-300:]


def test_a_strangers_cell_is_everywhere_and_needs_each_of_its_declarations():
    toy("tests/toy/check_toy.py", expected=17)


GRADIENTS = ("tests/cells/test_gradients.py", "tests/analysis/test_paths.py", "tests/analysis/test_one_step.py")


def test_the_gradients_of_a_strangers_cell_are_tested_as_all_are():
    toy(*GRADIENTS, "-k", "toy and (tanh or 1 or 2)", expected=8)


@pytest.mark.slow
def test_every_law_over_all_cells_holds_for_a_strangers():
    toy("tests/cells", "tests/analysis", "-k", "toy", expected=100)


@pytest.mark.slow
def test_every_page_draws_a_strangers_cell():
    toy("tests/ui/test_pages.py", "-k", "every_page_draws_every_cell and toy", expected=9)
