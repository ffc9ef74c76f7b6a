"""Backflow installed by pip: a wheel that brings everything, names and a command that work in any folder."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import backflow

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAMES = ("run", "sweep", "RunSettings", "trace_torch", "trace_weights", "from_keras", "probe", "show", "save")
USE = """
import backflow, os
trace = backflow.run(backflow.RunSettings(cell="gru", steps=5))
params = backflow.from_keras([[[1.0] * 4], [[0.5] * 4], [0.0] * 4], "lstm")
own = backflow.trace_weights("lstm", params, [[[1.0]]] * 3, [[[1.0]]] * 3)
print(trace.grads["h"].shape, own.grads["c"].shape, backflow.save(trace, "flow.html").stat().st_size > 10**6)
print(backflow.__file__)
try:
    backflow.trace_torch(None, None, None)
except ImportError as error:
    print(error)
"""


def files_of(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_an_installed_backflow_needs_numpy_and_plotly_alone():
    needed = {line.split(">")[0] for line in PROJECT["project"]["dependencies"]}
    assert needed == {"numpy", "plotly"}
    assert PROJECT["project"]["scripts"] == {"backflow": "backflow:command"}
    extras = PROJECT["tool"]["setuptools"]["dynamic"]["optional-dependencies"]
    assert extras == {"app": {"file": ["requirements.txt"]}}


@pytest.mark.parametrize("name", NAMES)
def test_a_checkout_offers_the_same_names(name):
    assert callable(getattr(backflow, name)) and name in dir(backflow)


def test_no_name_of_the_launcher_stands_in_the_way_of_one_that_is_offered():
    code = "import backflow; print([name for name in backflow.NAMES if name in vars(backflow)])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_a_package_of_the_user_s_that_bears_one_of_our_names_does_not_hide_ours(tmp_path):
    (tmp_path / "cells.py").write_text("run = None", encoding="utf-8")
    code = f"import sys; sys.path.append({str(ROOT)!r}); import backflow; print(backflow.run.__module__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "cells.engine"


def test_a_name_that_is_none_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'backflow' has no attribute 'rum'"):
        _ = backflow.rum


@pytest.mark.slow
def test_a_wheel_in_a_bare_environment_has_the_names_and_the_command(tmp_path):
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", str(ROOT), "--no-deps", "-w", str(tmp_path)], check=True, cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    brought = files_of(wheel)
    folders = ("cells", "viz", "ui", "jobs", "lab", "lessons", "static", ".streamlit")
    ours = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    missing = {
        f"backflow_app/{name}" for name in ours.split("\n") if name and not name.endswith(".gitignore")
    } - brought
    assert missing == set() and not any(name.startswith("backflow_app/tests") for name in brought)
    bare, elsewhere = tmp_path / "bare", tmp_path / "elsewhere"
    elsewhere.mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(bare)], check=True)
    bin_ = bare / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([bin_ / "python", "-m", "pip", "install", "-q", str(wheel)], check=True, cwd=elsewhere)
    done = subprocess.run([bin_ / "python", "-c", USE], capture_output=True, text=True, cwd=elsewhere, check=True)
    first, place, sentence = done.stdout.strip().split("\n")
    assert first == "(6, 16, 32) (4, 1, 1) True" or first.endswith("(4, 1, 1) True")
    assert str(bare) in place
    assert sentence == "modules of PyTorch need PyTorch, which is not installed here: pip install torch"
    app = subprocess.run([bin_ / "backflow"], capture_output=True, text=True, cwd=elsewhere, check=False)
    assert app.returncode and "The app needs streamlit" in app.stderr
    tests = subprocess.run([bin_ / "backflow", "test"], capture_output=True, text=True, cwd=elsewhere, check=False)
    assert tests.returncode and "belong to a checkout" in tests.stderr
