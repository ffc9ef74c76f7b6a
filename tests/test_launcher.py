"""The launcher: what it says, what it installs and when, its port, how it starts the app. No network is needed."""

import ast
import importlib.metadata
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import backflow

ROOT = Path(__file__).parents[1]
LAUNCHER = ROOT / "backflow.py"
MARKER = r"; sys_platform != \"win32\""  # the one condition a pin may have
posix_only = pytest.mark.skipif(os.name == "nt", reason="shell scripts and exec are POSIX")


def launch(*words: str, **extra: str) -> subprocess.CompletedProcess:
    """The launcher as a user runs it, from another folder."""
    environment = {**os.environ, "PYTHONUTF8": "1", **extra}
    command = [sys.executable, str(LAUNCHER), *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, cwd=ROOT.parent)


# ── what it says


def test_help_names_every_command_and_needs_no_environment():
    answer = launch("--help")
    assert answer.returncode == 0
    assert all(word in answer.stdout for word in ("test", "check", "bench", "--port", "--no-browser", "--share"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["tset"], "command = 'tset' is not one of test, check, bench"),
        (["--port", "70000"], "port = 70000 is outside [1, 65535]"),
        (["--port", "0"], "port = 0 is outside [1, 65535]"),
        (["bench", "../app"], "benchmark = '../app' is not one of"),
        (["bench"], "benchmark = '' is not one of"),
    ],
)
def test_a_wrong_word_gets_one_sentence(words, sentence):
    answer = launch(*words)
    assert answer.returncode in (1, 2)
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_old_python_reads_far_enough_to_say_so():
    ast.parse(LAUNCHER.read_text(encoding="utf-8"), feature_version=(3, 7))
    old = f"import runpy, sys; sys.version_info = (3, 8, 10); runpy.run_path({str(LAUNCHER)!r})"
    answer = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True)
    assert answer.returncode == 1
    assert answer.stderr.startswith("Backflow needs Python 3.11 or newer; this is Python")


def test_continuous_integration_runs_the_test_command():
    assert "python3 backflow.py test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


# ── what it installs


@pytest.mark.parametrize("pins", [backflow.APP_PINS, backflow.DEV_PINS])
def test_every_requirement_is_an_exact_pin(pins):
    exact = re.compile(rf"[\w.-]+==[\w.]+({MARKER})?")
    assert [pin for pin in backflow.read_pins(ROOT / pins) if not exact.fullmatch(pin)] == []


@pytest.mark.parametrize("pin", backflow.read_pins(ROOT / backflow.APP_PINS))
def test_these_tests_run_on_the_pinned_versions(pin):
    name, version = pin.partition(";")[0].split("==")
    assert importlib.metadata.version(name).split("+")[0] == version  # "+cpu" names a build, not a version


def test_pins_follow_included_files_and_leave_comments_out(tmp_path):
    (tmp_path / "base.txt").write_text("# why\n\nnumpy==2.0  # because\n", encoding="utf-8")
    (tmp_path / "more.txt").write_text("-r base.txt\nruff==1.0\n", encoding="utf-8")
    assert backflow.read_pins(tmp_path / "more.txt") == ["numpy==2.0", "ruff==1.0"]


@pytest.fixture
def project(tmp_path):
    """A project that needs nothing yet, and the environment object of it; nothing is made on disk."""
    (tmp_path / backflow.APP_PINS).write_text("", encoding="utf-8")
    (tmp_path / backflow.DEV_PINS).write_text(f"-r {backflow.APP_PINS}\n", encoding="utf-8")
    return backflow.Environment(tmp_path)


def test_digest_changes_with_pins_and_python_but_not_with_comments(project, monkeypatch):
    first = project.digest(backflow.APP_PINS)
    (project.root / backflow.APP_PINS).write_text("# nothing\n", encoding="utf-8")
    assert project.digest(backflow.APP_PINS) == first
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert project.digest(backflow.APP_PINS) != first
    monkeypatch.undo()
    (project.root / backflow.APP_PINS).write_text("numpy==2.0\n", encoding="utf-8")
    assert project.digest(backflow.APP_PINS) != first


def test_environment_through_its_life(project, monkeypatch, capfd):
    """Made once, left alone while the pins stay, kept when an install fails, made anew when one was cut short."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    project.ensure(backflow.APP_PINS)
    assert project.is_sound()
    assert "Creating the environment" in capfd.readouterr().out

    project.ensure(backflow.APP_PINS)
    assert capfd.readouterr().out == ""

    (project.root / backflow.DEV_PINS).write_text("no-such-package==1.0\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"requirements-dev.txt could not be installed"):
        project.ensure(backflow.DEV_PINS)
    assert project.is_sound()
    assert project.has(backflow.APP_PINS)
    assert not project.has(backflow.DEV_PINS)

    monkeypatch.setattr(backflow, "call", interrupted)
    with pytest.raises(KeyboardInterrupt):
        project.install(backflow.APP_PINS)
    assert not project.is_sound()


def interrupted(*_, **__):
    raise KeyboardInterrupt


def test_environment_is_not_sound_without_a_running_python(project):
    project.python.parent.mkdir(parents=True)
    project.stamp.write_text(project.digest(backflow.APP_PINS), encoding="utf-8")
    assert project.has(backflow.APP_PINS)
    assert not project.is_sound()
    project.python.write_text("not a program", encoding="utf-8")
    project.python.chmod(0o755)
    assert not project.is_sound()


def test_a_python_without_its_venv_parts_gets_advice(project, monkeypatch):
    monkeypatch.setattr(backflow, "call", lambda *_, **__: 1)
    with pytest.raises(SystemExit, match="sudo apt-get install python3-venv"):
        project.ensure(backflow.APP_PINS)


# ── which port


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])
def busy_port(request):
    """A port on which somebody listens, on this machine's own address or on all of them."""
    with socket.socket() as listener:
        listener.bind((request.param, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_busy_default_moves_to_the_next_free_port_and_says_so(busy_port, capsys):
    port = backflow.choose_port(None, default=busy_port)
    assert busy_port < port < busy_port + 100
    assert capsys.readouterr().out == f"Port {busy_port} is busy; Backflow takes {port}.\n"


def test_a_busy_port_that_was_asked_for_is_refused_by_number(busy_port):
    with pytest.raises(SystemExit, match=f"port = {busy_port} is busy"):
        backflow.choose_port(busy_port)


# ── how the app starts


@pytest.fixture
def started(monkeypatch):
    """Starts the app but for the last step; returns Streamlit's words."""
    monkeypatch.setattr(backflow.Environment, "ensure", lambda *_: None)
    monkeypatch.setattr(backflow, "become", lambda command: command)
    monkeypatch.setattr(backflow, "is_free", lambda port: port != 8501)
    return lambda *words: [str(word) for word in backflow.main(list(words))][3:]


def test_start_takes_a_free_port_and_stays_on_this_machine(started):
    assert started() == ["run", str(ROOT / "serve.py"), "--server.port", "8502", "--server.address", "localhost"]


def test_start_passes_on_what_it_does_not_know(started):
    words = started("--port", "8600", "--no-browser", "--share", "--server.fileWatcherType", "auto")
    assert words[2:] == ["--server.port", "8600", "--server.headless", "true", "--server.fileWatcherType", "auto"]


def test_children_get_one_thread_unless_the_user_says_otherwise(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    environment = backflow.child_environment(EXTRA="x")
    assert [environment[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "EXTRA")] == ["1", "4", "x"]


def becoming(program: str) -> subprocess.Popen:
    """A launcher that hands itself over to a Python program."""
    code = f"import backflow, sys; sys.exit(backflow.become([sys.executable, '-u', '-c', {program!r}]))"
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_the_exit_code_of_the_app_is_the_launchers():
    with becoming("raise SystemExit(7)") as process:
        assert process.wait() == 7


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_launcher_reaches_the_app(number):
    program = "import signal as s, sys; [s.signal(n, lambda n, _: sys.exit(n)) for n in (2, 15)]; print(); s.pause()"
    with becoming(program) as process:
        process.stdout.readline()
        process.send_signal(number)
        assert process.wait() == number


@pytest.mark.parametrize("headless", [False, True])
def test_the_app_opens_in_the_readers_browser_once_it_answers(headless, tmp_path):
    seen, look = tmp_path / "seen.txt", tmp_path / "look.py"
    look.write_text(
        "import pathlib, sys, urllib.request as u\n"
        f"pathlib.Path({str(seen)!r}).write_text(f'{{u.urlopen(sys.argv[1]).status}} {{sys.argv[1]}}')",
        encoding="utf-8",
    )
    port = backflow.choose_port(None, default=9300)
    command = [sys.executable, "-m", "streamlit", "run", "serve.py", "--server.port", str(port)]
    command += ["--server.address", "localhost", "--server.headless", str(headless).lower()]
    environment = backflow.child_environment(BROWSER=f"{Path(sys.executable).as_posix()} {look.as_posix()} %s")
    log = tmp_path / "log.txt"
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out) as app:
        try:
            wait_for(lambda: listens(port))
            if headless:
                time.sleep(2)
            else:
                wait_for(lambda: seen.exists() and seen.read_text())
        finally:
            app.terminate()
            app.wait(30)
    assert seen.exists() != headless, log.read_text()
    assert headless or seen.read_text() == f"200 http://localhost:{port}"
    assert log.read_text().split("\n") == [f"Backflow: http://localhost:{port}", ""]


def listens(port):
    try:
        socket.create_connection(("localhost", port), 1).close()
    except OSError:
        return False
    return True


def wait_for(found, patience=60.0):
    end = time.monotonic() + patience
    while not found():
        assert time.monotonic() < end
        time.sleep(0.1)
