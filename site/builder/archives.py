"""Archives that Python finds in the browser: its library, packages in one archive, our code in another."""

import lzma
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("cells", "viz", "ui", "lessons", "static", ".streamlit")
NOT_NEEDED = (  # of the packages
    *("streamlit/.agents", "streamlit/static/", "streamlit/testing", "streamlit/hello", "streamlit/vendor/pympler"),
    *("streamlit/web/cli", "numpy/f2py/", "numpy/distutils", "plotly/", "_plotly_utils/", "narwhals/"),
    *("numpy/fft/", "numpy/polynomial/", "numpy/testing/", "numpy/ctypeslib", "numpy/doc/", "numpy/random/_examples/"),
    *("numpy/conftest", "numpy/linalg/lapack_lite", "numpy/ma/testutils", "numpy/typing/mypy_plugin"),
    *("anyio/_backends/_trio", "anyio/pytest_plugin", "starlette/testclient", "click/testing", "click/_winconsole"),
    *("packaging/licenses/", "packaging/pylock"),
)
LIBRARY_NOT_NEEDED = (  # of Python's own: what talks to hosts, terminals and other processes, finds faults, tests
    *("_pyrepl/", "bdb", "cProfile", "cmd.py", "code.py", "doctest", "idlelib/", "pdb", "profile", "pstats", "pydoc"),
    *("pyclbr", "rlcompleter", "site-packages/", "tabnanny", "trace.py", "unittest/", "venv/", "zipapp"),
    *("ftplib", "http/cookiejar", "http/server", "imaplib", "mailbox", "nntplib", "poplib", "smtplib", "telnetlib"),
    *("wsgiref/", "xmlrpc/", "asyncio/windows_", "asyncio/proactor_", "concurrent/interpreters", "ctypes/macholib/"),
    *("multiprocessing/managers", "multiprocessing/pool", "multiprocessing/popen_", "multiprocessing/shared_memory"),
    *("_aix_support", "_android_support", "_apple_support", "_ios_support", "_osx_support", "_pydecimal", "_pyio"),
    *("compileall", "curses/", "dbm/", "ensurepip/", "lib2to3/", "logging/handlers", "netrc", "optparse"),
    *("pickletools", "pyodide/console", "sqlite3/", "tkinter/", "tomllib/mypy", "turtle", "xml/"),
    *("_pydatetime", "argparse", "configparser", "filecmp", "fileinput", "modulefinder", "plistlib", "pty.py"),
    *("py_compile", "runpy", "shelve", "socketserver", "statistics", "symtable", "tarfile", "tracemalloc", "wave"),
)
ENCODINGS = "encodings/"
ENCODINGS_NEEDED = (
    *("__init__", "aliases", "ascii", "cp1252", "cp437", "idna", "latin_1", "punycode", "raw_", "unicode_", "utf_"),
)
PRESET = 9  # of xz: the smallest
PARTS = ("/tests/", "/_tests/")
ENDINGS = (".pyi", ".c", ".h", ".pxd", ".pyx", ".a")


def write_packages(wheels: Iterable[Path], extra: dict[str, bytes], target: Path) -> None:
    """The packages of these wheels, unpacked into one zip, and files beside them."""
    with zipfile.ZipFile(target, "w") as out:
        for wheel in wheels:
            for name, content in _files_of(wheel):
                _write(out, name, content)
        for name, content in extra.items():
            _write(out, name, content)


def _files_of(wheel: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if _is_needed(name):
                yield name, archive.read(name)


def _is_needed(name: str) -> bool:
    if name.endswith("/") or name.startswith(NOT_NEEDED) or ".data/" in name or any(part in name for part in PARTS):
        return False
    return not name.endswith(ENDINGS) and _is_metadata_needed(name)


def _is_metadata_needed(name: str) -> bool:
    return ".dist-info/" not in name or name.endswith("/METADATA")


def write_app(bridge: Path, target: Path) -> None:
    """Our code, and the bridge beside it."""
    with zipfile.ZipFile(target, "w") as out:
        _write(out, "app.py", (ROOT / "app.py").read_bytes())
        for folder in OURS:
            for path in sorted((ROOT / folder).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("plotly-"):
                    _write(out, path.relative_to(ROOT).as_posix(), path.read_bytes())
        for path in sorted(bridge.glob("*.py")):
            _write(out, f"bridge/{path.name}", path.read_bytes())


def write_library(source: Path, target: Path) -> None:
    """Python's own library from Pyodide's archive, without what a page never asks for."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name in archive.namelist():
            if _is_of_library(name):
                _write(out, name, archive.read(name))


def _is_of_library(name: str) -> bool:
    if name.endswith("/") or name.startswith(LIBRARY_NOT_NEEDED):
        return False
    return not name.startswith(ENCODINGS) or name.removeprefix(ENCODINGS).startswith(ENCODINGS_NEEDED)


def _write(out: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Always with the same time, so that equal files make equal zips."""
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.compress_type = out.compression
    out.writestr(info, content)


def pack(path: Path) -> None:
    """Pack a zip of plain files as a whole: a third smaller than with every file packed alone."""
    path.with_name(f"{path.name}.xz").write_bytes(lzma.compress(path.read_bytes(), preset=PRESET))
    path.unlink()
