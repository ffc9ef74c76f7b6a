"""How the sources speak: docstrings begin with what is done, and function bodies stay small."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("cells", "viz", "ui", "jobs", "lab", "site")
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
EVASIVE = ("What ", "Define what ", "Define how ", "Hold what ", "Hold how ")
MOST_LINES = 12  # of nine bodies in ten


def sources() -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def docstrings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the first line of everything that has a docstring."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, NAMED) and (said := ast.get_docstring(node)):
            yield getattr(node, "name", "the module"), said.split("\n")[0]


def evasive(text: str) -> list[str]:
    """Names whose docstring begins with What, bare or behind an empty verb: it tells no deed and no thing."""
    return [name for name, said in docstrings(text) if said.startswith(EVASIVE)]


def body_lines(text: str) -> list[int]:
    """Lines of every function's body, its docstring left out."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[ast.get_docstring(node) is not None :] or node.body
            found.append((node.end_lineno or 0) - first[0].lineno + 1)
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_docstrings_say_what_is_done(folder):
    files = sorted((ROOT / folder).rglob("*.py"))
    assert {str(path): names for path in files if (names := evasive(path.read_text(encoding="utf-8")))} == {}


def test_the_check_sees_an_evasive_docstring():
    text = '"""Charts."""\ndef f():\n    """What it is."""\n\n\nclass A:\n    """Hold it."""\n'
    assert evasive(text) == ["f"]
    assert evasive('class B:\n    """Hold what it is."""\n') == ["B"]


def test_nine_bodies_in_ten_are_small():
    lines = sorted(size for path in sources() for size in body_lines(path.read_text(encoding="utf-8")))
    assert lines[int(0.9 * len(lines))] <= MOST_LINES
    assert body_lines('def f():\n    """Do it."""\n    a = 1\n    return a\n') == [2]
