"""The launcher's test command: which browser it takes, how it comes by one, whose exit code it returns."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import backflow

PYTHON = Path(sys.executable)
NO_PLAYWRIGHT = "print('')"
posix_only = pytest.mark.skipif(os.name == "nt", reason="the programs of these tests are shell scripts")


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """An empty folder that is the whole PATH; call it with a name and an exit code to put a program there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BACKFLOW_BROWSER", raising=False)
    monkeypatch.setattr(backflow, "ASK_PLAYWRIGHT", NO_PLAYWRIGHT)
    for names in ("MAC_BROWSERS", "WINDOWS_BROWSERS"):
        monkeypatch.setattr(backflow, names, ())

    def add(name: str, code: int = 0) -> str:
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        program.chmod(0o755)
        return str(program)

    return add


@posix_only
def test_a_browser_on_the_path_is_found(programs):
    assert backflow.find_browser(PYTHON) is None
    chrome = programs("google-chrome")
    assert backflow.find_browser(PYTHON) == chrome


@posix_only
def test_a_stub_that_only_advertises_a_package_is_passed_over(programs):
    programs("chromium-browser", code=1)
    assert backflow.find_browser(PYTHON) is None
    edge = programs("microsoft-edge")
    assert backflow.find_browser(PYTHON) == edge


@posix_only
def test_the_browser_that_playwright_installed_is_the_last_resort(programs, tmp_path, monkeypatch):
    (tmp_path / "cache").mkdir()
    own = programs("cache/chrome")
    monkeypatch.setattr(backflow, "ASK_PLAYWRIGHT", f"print({own!r})")
    assert backflow.find_browser(PYTHON) == own
    chrome = programs("google-chrome")
    assert backflow.find_browser(PYTHON) == chrome


@posix_only
def test_the_named_browser_comes_first(programs, monkeypatch):
    programs("chromium")
    named = programs("my-browser")
    monkeypatch.setenv("BACKFLOW_BROWSER", "my-browser")
    assert backflow.find_browser(PYTHON) == named


def test_a_named_browser_that_is_not_there_is_refused_by_name(programs, monkeypatch):
    monkeypatch.setenv("BACKFLOW_BROWSER", "no-such-browser")
    with pytest.raises(SystemExit, match="BACKFLOW_BROWSER = 'no-such-browser' is not a program"):
        backflow.find_browser(PYTHON)


def test_windows_and_macos_folders_are_looked_into(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    places = [Path(place) for place in backflow.browser_places(PYTHON)]
    assert tmp_path / "Google/Chrome/Application/chrome.exe" in places
    assert Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome") in places


def test_playwright_is_asked_for_a_path_in_its_own_words():
    asked = subprocess.run([PYTHON, "-c", backflow.ASK_PLAYWRIGHT], capture_output=True, text=True)
    assert asked.returncode == 0
    assert "chrom" in asked.stdout.lower()


@pytest.fixture
def attempts(monkeypatch):
    """What was tried to come by a browser, as the words after the program; each search takes the next answer."""
    tried, answers = [], []
    monkeypatch.setattr(backflow, "call", lambda command, **_: tried.append(" ".join(map(str, command[1:]))))
    monkeypatch.setattr(backflow, "find_browser", lambda _: answers.pop(0))
    monkeypatch.setattr(backflow.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    return tried, answers


def test_nothing_is_installed_where_a_browser_is(attempts):
    tried, answers = attempts
    answers += ["/bin/chromium"]
    assert backflow.ensure_browser(PYTHON) == "/bin/chromium"
    assert tried == []


def test_root_on_debian_falls_back_to_the_system_package(attempts):
    tried, answers = attempts
    answers += [None, None, "/bin/chromium"]
    assert backflow.ensure_browser(PYTHON) == "/bin/chromium"
    assert tried == ["-m playwright install chromium", "update", "install -y --no-install-recommends chromium"]


def test_others_are_not_asked_for_the_system_package_and_get_advice(attempts, monkeypatch):
    tried, answers = attempts
    answers += [None, None]
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(SystemExit, match="name its program in the environment variable BACKFLOW_BROWSER"):
        backflow.ensure_browser(PYTHON)
    assert tried == ["-m playwright install chromium"]


@pytest.mark.parametrize(
    ("codes", "verdict", "closing"),
    [([0, 0], 0, ""), ([0, 5], 5, "Failed: part 1\n"), ([3, 0, 4], 3, "Failed: part 0, part 2\n")],
)
def test_every_part_runs_and_the_first_failure_gives_the_exit_code(codes, verdict, closing, capfd):
    program = "import sys; print('ran'); sys.exit({})"
    parts = {f"part {n}": [PYTHON, "-c", program.format(code)] for n, code in enumerate(codes)}
    assert backflow.run_parts(parts) == verdict
    out = capfd.readouterr().out
    assert out.count("ran\n") == len(codes)
    assert out.endswith("ran\n" + closing)


@pytest.fixture
def tested(monkeypatch):
    """Runs the test command but for its parts; returns their names and pytest's words."""
    monkeypatch.setattr(backflow.Environment, "ensure", lambda *_: None)
    monkeypatch.setattr(backflow, "ensure_browser", lambda _: "/bin/chromium")
    monkeypatch.setattr(backflow, "run_parts", lambda parts, **extra: (list(parts), parts["pytest"][3:], extra))
    return lambda *words: backflow.main(["test", *words])


def test_test_checks_everything_and_names_the_browser_to_the_tests(tested):
    parts = ["ruff check", "ruff format", "types", "pytest"]
    assert tested() == (parts, backflow.in_parallel(), {"BACKFLOW_BROWSER": "/bin/chromium"})


@pytest.mark.parametrize(("cores", "processes"), [(None, "2"), (1, "2"), (2, "3"), (3, "4"), (64, "4")])
def test_all_tests_are_shared_out_among_the_cores(cores, processes, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    words = backflow.in_parallel()
    assert words[:2] == ["-n", processes]
    asked = subprocess.run([PYTHON, "-m", "pytest", *words, "--version"], capture_output=True, cwd=backflow.ROOT)
    assert asked.returncode == 0


def test_test_with_arguments_is_pytest_with_them(tested):
    assert tested("-m", "slow")[:2] == (["pytest"], ["-m", "slow"])
