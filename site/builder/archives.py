"""Define what Python finds in the browser: packages in one zip, our code in another."""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("cells", "viz", "ui", "lessons", "static", ".streamlit")
NOT_NEEDED = (  # of the packages
    *("streamlit/.agents", "streamlit/static/", "streamlit/testing", "streamlit/hello", "streamlit/vendor/pympler"),
    *("streamlit/web/cli", "numpy/f2py/", "numpy/distutils", "plotly/", "_plotly_utils/", "narwhals/"),
    *("numpy/fft/", "numpy/polynomial/", "numpy/testing/", "numpy/ctypeslib", "numpy/doc/"),
)
PARTS = ("/tests/", "/_tests/")
ENDINGS = (".pyi", ".c", ".h", ".pxd", ".pyx", ".a")


def write_packages(wheels: Iterable[Path], extra: dict[str, bytes], target: Path) -> None:
    """The packages of these wheels, unpacked into one zip, and files beside them."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
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
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        _write(out, "app.py", (ROOT / "app.py").read_bytes())
        for folder in OURS:
            for path in sorted((ROOT / folder).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("plotly-"):
                    _write(out, path.relative_to(ROOT).as_posix(), path.read_bytes())
        for path in sorted(bridge.glob("*.py")):
            _write(out, f"bridge/{path.name}", path.read_bytes())


def _write(out: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Always with the same time, so that equal files make equal zips."""
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    out.writestr(info, content)
