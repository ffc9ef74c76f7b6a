"""Makes Backflow's environment and starts it; needs nothing but Python 3.11 or newer.

python backflow.py                start the app (--port N, --no-browser, --share; the rest goes to Streamlit)
python backflow.py test           lint, types and every test; with arguments: pytest alone, with them
python backflow.py check          lint and types alone
python backflow.py bench NAME     one benchmark of the folder benchmarks
python backflow.py lab ...        train: run RECIPE, list, show RUN, export RUN (lab --help tells more)
python backflow.py site [FOLDER]  the app as static files that compute in the reader's browser (--serve shows them)
python backflow.py lessons check FILE   what is wrong with a lesson, in a sentence a line (no FILE: with all of them)
"""

# The syntax stays that of Python 3.6, so that an old Python can still read far enough to say what is missing.
import argparse
import contextlib
import hashlib
import importlib
import importlib.util
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(f"Backflow needs Python 3.11 or newer; this is Python {platform.python_version()} ({sys.executable}).")

ROOT = Path(__file__).resolve().parent
INSTALLED = ROOT.name == "backflow_app"  # by pip, which puts the project's folders side by side in one of that name
NAMES = {  # what `import backflow` offers, and where it comes from
    **dict.fromkeys(("CELLS", "RunSettings", "run", "sweep"), "cells"),
    **dict.fromkeys(
        ("from_keras", "probe", "torch_grads", "to_torch", "trace_torch", "trace_weights"), "cells.torch_bridge"
    ),
    **dict.fromkeys(("save", "show"), "viz"),
}
APP_PINS, DEV_PINS = "requirements.txt", "requirements-dev.txt"
PORT = 8501
FILES = (65536, 24576, 10240, 4096)  # open files to ask for where the system names no end, the most first
MOST_PROCESSES = 4  # for the tests: the browser's, which one of them runs in turn, last as long as the rest on three
THREAD_LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
ONE_ARENA = "MALLOC_ARENA_MAX"  # glibc gives every thread a store of its own, from which freed memory does not return
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge")
MAC_BROWSERS = ("Google Chrome", "Chromium", "Microsoft Edge")
WINDOWS_BROWSERS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
ASK_PLAYWRIGHT = "import playwright.sync_api as p\nwith p.sync_playwright() as w: print(w.chromium.executable_path)"

NO_VENV = """Python could not create the environment .venv.
On Debian and Ubuntu its parts come separately: sudo apt-get install python3-venv
Elsewhere a Python from python.org, Homebrew or conda has them."""
NO_BROWSER = """The browser tests need Chromium, Chrome or Edge, and none was found or could be installed.
Install one of them, or name its program in the environment variable BACKFLOW_BROWSER."""
NO_APP = """The app needs {missing}, which came without it: install Backflow with its extra "app",
  pip install "backflow[app] @ ADDRESS"    where ADDRESS is what you installed Backflow from"""
OTHER_PACKAGE = "Backflow's package {name} is hidden by another one of that name: {path}"


def __getattr__(name: str) -> Any:
    """run, sweep, trace_torch, probe, show and the rest of NAMES, loaded when they are first asked for."""
    if name not in NAMES:
        raise AttributeError("module 'backflow' has no attribute {!r}".format(name))  # noqa: UP032
    found = getattr(own_package(NAMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list:
    return sorted({*globals(), *NAMES})


def own_package(name: str) -> types.ModuleType:
    """Return the package beside this file, whatever of its name the current folder holds."""
    sys.path.insert(0, str(ROOT))
    try:
        package = importlib.import_module(name)
    finally:
        sys.path.remove(str(ROOT))
    if ROOT not in Path(package.__file__ or "").resolve().parents:
        raise ImportError(OTHER_PACKAGE.format(name=name, path=package.__file__))
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))  # what is imported later, inside a function, is found there too
    return package


def say(sentence: str) -> None:
    print(sentence, flush=True)  # flushed, so that it stands before what a child process prints


def read_pins(path: Path) -> list[str]:
    """Lists the requirements in `path` and in the files it includes with -r, without comments."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    pins = []
    for line in filter(None, lines):
        pins += read_pins(path.parent / line[2:].strip()) if line.startswith("-r") else [line]
    return pins


def child_environment(**extra: str) -> dict[str, str]:
    """The environment of every child: one BLAS thread, so that sessions do not fight, and one store of free memory.

    What the user has set stays.
    """
    return {**dict.fromkeys((*THREAD_LIMITS, ONE_ARENA), "1"), "PYTHONUTF8": "1", **os.environ, **extra}


def call(command: list, **extra: str) -> int:
    """Runs `command` in the project's folder with the children's environment; returns its exit code."""
    return subprocess.run([str(word) for word in command], cwd=ROOT, env=child_environment(**extra)).returncode


class Environment:
    """The virtual environment beside the project, with a stamp of what is known to be installed in it.

    The stamp is away while pip works: an install that was cut short leaves none, and the next start begins afresh.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.stamp = self.folder / "backflow-installed.txt"

    def digest(self, pins: str) -> str:
        """SHA-256 of the pins and of the Python they are for."""
        python = f"{platform.machine()} {platform.python_implementation()} {sys.version_info[:2]}"
        return hashlib.sha256("\n".join([python, *read_pins(self.root / pins)]).encode()).hexdigest()

    def has(self, pins: str) -> bool:
        """Return whether exactly these pins were installed to the end."""
        return self.stamp.exists() and self.digest(pins) in self.stamp.read_text(encoding="utf-8").split()

    def is_sound(self) -> bool:
        """Return whether some install came to its end and the interpreter runs, with pip, in the launcher's
        Python version.
        """
        if not (self.stamp.exists() and self.python.exists()):
            return False
        question = [str(self.python), "-c", "import pip, sys; print(sys.version_info[:2])"]
        try:
            answer = subprocess.run(question, capture_output=True, text=True, timeout=60)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return answer.returncode == 0 and answer.stdout.strip() == str(sys.version_info[:2])

    def create(self) -> None:
        """Makes it anew, empty but for pip; leaves the program with advice where Python cannot."""
        say(f"Creating the environment {self.folder.name} for Python {platform.python_version()}")
        base = getattr(sys, "_base_executable", None) or sys.executable  # not itself, should it run from .venv
        if call([base, "-m", "venv", "--clear", self.folder]):
            sys.exit(NO_VENV)

    def install(self, pins: str) -> None:
        """Installs the pins; a plain failure, such as no network, leaves an environment that was good as it was."""
        before = self.stamp.read_text(encoding="utf-8") if self.stamp.exists() else ""
        self.stamp.unlink(missing_ok=True)
        say(f"Installing the packages of {pins} (the first time takes minutes)")
        command = [self.python, "-m", "pip", "install", "--disable-pip-version-check", "-r", self.root / pins]
        quiet = [] if sys.stdout.isatty() else ["--quiet", "--progress-bar", "off"]
        failed = call(command + quiet, PIP_USER="0")
        known = before if failed else "\n".join(self.digest(name) for name in {APP_PINS, pins})
        if known:
            self.stamp.write_text(known, encoding="utf-8")
        if failed:
            sys.exit(f"The packages of {pins} could not be installed; pip's own words stand above.")

    def ensure(self, pins: str) -> None:
        """Brings it to a state in which exactly these pins are installed; does nothing where it is already."""
        if not self.is_sound():
            self.create()
        if not self.has(pins):
            self.install(pins)


def ready(pins: str) -> Path:
    """Return the Python of the project's environment, once these pins are installed in it.

    This one, if pip installed us.
    """
    if INSTALLED:
        return installed_python(pins)
    environment = Environment(ROOT)
    environment.ensure(pins)
    return environment.python


def installed_python(pins: str) -> Path:
    """Return this Python, if it has what the app needs; what only a checkout can do is refused."""
    if pins != APP_PINS:
        sys.exit("Tests and benchmarks belong to a checkout of Backflow; this is an installed one.")
    names = [re.split("[=;]", pin)[0] for pin in read_pins(ROOT / pins) if "sys_platform" not in pin]
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(NO_APP.format(missing=", ".join(missing)))
    return Path(sys.executable)


def is_free(port: int) -> bool:
    """Return whether nobody listens on the port, on this machine's own address or on all of them."""
    with socket.socket() as probe:
        probe.settimeout(0.3)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as probe:
        if os.name != "nt":  # a port that was just left counts as free; on Windows the option would share a used one
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def choose_port(wanted: int | None, default: int = PORT) -> int:
    """Return the wanted port; without a wish the first free one from the default on."""
    if wanted is not None:
        if not 1 <= wanted <= 65535:
            sys.exit(f"port = {wanted} is outside [1, 65535]")
        if not is_free(wanted):
            sys.exit(f"port = {wanted} is busy; name another, or none and the next free one is taken.")
        return wanted
    last = min(default + 100, 65535)
    port = next(filter(is_free, range(default, last + 1)), None)
    if port is None:
        sys.exit(f"port: none of {default} to {last} is free; name one with --port.")
    if port != default:
        say(f"Port {default} is busy; Backflow takes {port}.")
    return port


def raise_file_limit() -> int:
    """Lets this process and what it becomes open as many files as it may, and returns how many; 0 on Windows.

    Every reader holds four. macOS allows 256 to begin with, and takes no more than the kernel's own number.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return 0
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, *FILES):
        with contextlib.suppress(ValueError, OSError):
            if soft != resource.RLIM_INFINITY and (wanted == resource.RLIM_INFINITY or wanted > soft):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
                break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def become(command: list) -> int:
    """Hands this process over to `command`, so that Ctrl-C and kill reach it; Windows waits for a child instead."""
    os.chdir(ROOT)
    raise_file_limit()
    words = [str(word) for word in command]
    if os.name != "nt":
        os.execve(words[0], words, child_environment())
    with subprocess.Popen(words, env=child_environment()) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue  # the child got the same Ctrl-C and is closing


def start(words: list[str]) -> int:
    """Starts the app; what this parser does not know goes on to Streamlit."""
    parser = argparse.ArgumentParser("backflow.py", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, help=f"port to listen on (default: the first free one from {PORT} on)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    parser.add_argument("--share", action="store_true", help="let other machines of the network open the app")
    options, others = parser.parse_known_args(words)
    if words and not words[0].startswith("-"):
        parser.error(f"command = {words[0]!r} is not one of {', '.join(COMMANDS)}")
    port = choose_port(options.port)
    command = [ready(APP_PINS), "-m", "streamlit", "run", ROOT / "serve.py", "--server.port", port]
    command += [] if options.share else ["--server.address", "localhost"]
    command += ["--server.headless", "true"] if options.no_browser else []
    return become(command + others)


def browser_places(python: Path) -> Iterator[str]:
    """Yield where Linux, macOS, Windows and Playwright, asked last, keep Chromium, Chrome and Edge."""
    yield from filter(None, map(shutil.which, BROWSERS))
    for folder in (Path("/Applications"), Path.home() / "Applications"):
        yield from (str(folder / f"{name}.app/Contents/MacOS/{name}") for name in MAC_BROWSERS)
    for variable in filter(os.environ.get, ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")):
        yield from (str(Path(os.environ[variable], name)) for name in WINDOWS_BROWSERS)
    yield subprocess.run([str(python), "-c", ASK_PLAYWRIGHT], capture_output=True, text=True).stdout.strip()


def is_browser(program: str) -> bool:
    """Return whether the program is there and tells its version (a stub that only advertises a package does not)."""
    if os.name == "nt" or not Path(program).is_file():
        return Path(program).is_file()  # Chrome for Windows opens a window instead of telling its version
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find_browser(python: Path) -> str | None:
    """Return the program of a Chromium: BACKFLOW_BROWSER's, the system's, or the one Playwright has installed."""
    named = os.environ.get("BACKFLOW_BROWSER")
    if named:
        return shutil.which(named) or sys.exit(f"BACKFLOW_BROWSER = {named!r} is not a program on this machine.")
    return next(filter(is_browser, browser_places(python)), None)


def ways_to_a_browser(python: Path) -> Iterator[list[list]]:
    """Yield the commands that may bring a Chromium, gentlest first.

    System packages only for root on Debian and its kin.
    """
    yield [[python, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and getattr(os, "geteuid", lambda: 1)() == 0:
        yield [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]]
        yield [[python, "-m", "playwright", "install-deps", "chromium"]]


def ensure_browser(python: Path) -> str:
    """Finds a Chromium or installs one; leaves the program with advice where neither works."""
    browser = find_browser(python)
    for commands in ways_to_a_browser(python):
        if browser:
            return browser
        say("No Chromium found; trying: " + "; ".join(" ".join(map(str, command)) for command in commands))
        for command in commands:
            call(command, DEBIAN_FRONTEND="noninteractive")
        browser = find_browser(python)
    return browser or sys.exit(NO_BROWSER)


def run_parts(parts: dict[str, list], **extra: str) -> int:
    """Runs every part, whatever the earlier ones gave; returns the first exit code that is not 0."""
    codes = {}
    for name, command in parts.items():
        say(f"── {name}")
        codes[name] = call(command, **extra)
    failed = [name for name, code in codes.items() if code]
    if failed:
        say("Failed: " + ", ".join(failed))
    return codes[failed[0]] if failed else 0


def lint_parts(python: Path) -> dict[str, list]:
    """Return the checks that only read the sources."""
    return {
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "."],
        "types": [python, "-m", "basedpyright", "--pythonpath", python],
    }


def check(_: list[str]) -> int:
    """Lint, format and types."""
    return run_parts(lint_parts(ready(DEV_PINS)))


def in_parallel() -> list[str]:
    """Return words for pytest that share the tests out among the cores, and one process more.

    Many tests wait for other processes; what waits lets another go on.
    """
    processes = min((os.cpu_count() or 1) + 1, MOST_PROCESSES)
    return ["-n", str(processes), "--no-loadscope-reorder"]


def test(words: list[str]) -> int:
    """Every check and every test; with arguments pytest alone, for a quick look at some."""
    python = ready(DEV_PINS)
    parts = {} if words else lint_parts(python)
    parts["pytest"] = [python, "-m", "pytest", *(words or in_parallel())]
    return run_parts(parts, BACKFLOW_BROWSER=ensure_browser(python))


def bench(words: list[str]) -> int:
    """Runs benchmarks/NAME.py; its arguments follow the name."""
    names = sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py"))
    if not words or words[0] not in names:
        sys.exit(f"benchmark = {words[0] if words else ''!r} is not one of {', '.join(names)}")
    python = ready(DEV_PINS)
    return call([python, "-m", f"benchmarks.{words[0]}", *words[1:]], BACKFLOW_BROWSER=find_browser(python) or "")


def lessons(words: list[str]) -> int:
    """Checks the lessons' texts against the engine, or lists what they may quote; files are named from here."""
    named = [str(Path(word).resolve()) if Path(word).exists() else word for word in words]
    return call([ready(APP_PINS), "-m", "ui.lessons", *named])


def lab(words: list[str]) -> int:
    """The training lab's own command line."""
    return become([ready(APP_PINS), "-m", "lab", *words])


def site(words: list[str]) -> int:
    """Builds the app as static files; with --serve it shows them on this machine until Ctrl-C."""
    return call([ready(APP_PINS), ROOT / "site/build.py", *words])


COMMANDS = {"test": test, "check": check, "bench": bench, "lab": lab, "lessons": lessons, "site": site}


def main(words: list[str]) -> int:
    """Runs the command that the first word names, or starts the app."""
    command = COMMANDS.get(words[0]) if words else None
    try:
        return command(words[1:]) if command else start(words)
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def command() -> None:
    """The command `backflow` of an installed Backflow."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    command()
