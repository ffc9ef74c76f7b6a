"""The whole site, from the lock to the list of its files."""

import hashlib
import json
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import IO, cast

from .archives import ROOT, pack, write_app, write_library, write_packages
from .frontend import write_frontend, write_pages
from .lock import Lock, Missing, gather, read_lock
from .node import node
from .picture import write_pictures

SITE = Path(__file__).parents[1]
KEPT = ROOT / ".site-cache"
PLOTLY = "plotly/package_data/plotly.min.js"
CARTESIAN = "package/plotly-cartesian.min.js"  # Plotly.js with every kind of trace that we draw, a third of its size
FILES = "files.json"  # path to sha256 of everything, by which a page tells what is missing or altered
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
LIBRARY = "python_stdlib.zip"
PACKED = ("numpy.zip", "packages.zip", "app.zip")
NO_NODE = """No Node was found: the site is 2 MB larger, and starts some seconds later, since Python is compiled in the
reader's browser and Plotly.js comes whole."""


def build(folder: Path, brought: Path | None = None) -> None:
    """Build the site; Missing names a file that cannot be had, or a folder that holds something else.

    It is put together beside the folder and takes its place in the end: a build that fails leaves the old site.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / FILES).exists():
        raise Missing(f"{folder} holds something that is no site of ours: name another folder, or empty it.")
    lock = read_lock()
    found = gather(lock, KEPT, brought)
    coming = folder.with_name(f"{folder.name}.coming")
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir(parents=True)
    _write(lock, found, coming)
    shutil.rmtree(folder, ignore_errors=True)
    coming.rename(folder)


def _write(lock: Lock, found: dict[str, Path], folder: Path) -> None:
    pages = sorted(path.stem for path in (ROOT / "ui/pages").glob("[!_]*.py"))
    write_pages(write_frontend(_wheel(found, "streamlit"), folder), pages, folder)
    _write_python(lock, found, folder)
    _write_static(found, folder)
    _write_scripts(lock, folder)
    _write_start(folder)
    _write_list(folder)


def _wheel(found: dict[str, Path], package: str) -> Path:
    return next(path for name, path in found.items() if name.startswith(f"{package}-"))


def _write_python(lock: Lock, found: dict[str, Path], folder: Path) -> None:
    target = folder / "python"
    target.mkdir()
    for name in RUNTIME:
        shutil.copyfile(found[name], target / name)
    shutil.copyfile(found[LIBRARY], target / LIBRARY)  # whole, for the Python that compiles
    write_library(found[LIBRARY], target / f"{LIBRARY}.part")
    write_packages([found[lock.numpy]], {}, target / "numpy.zip")
    wheels = [found[name] for name in lock.wheels if not name.startswith("plotly-")]
    write_packages(wheels, _stand_ins(lock), target / "packages.zip")
    write_app(SITE / "bridge", target / "app.zip")
    _compile(lock, target)
    (target / f"{LIBRARY}.part").replace(target / LIBRARY)
    for name in PACKED:
        pack(target / name)


def _compile(lock: Lock, folder: Path) -> None:
    """Bytecode in place of sources, where there is a Node to run the site's Python in."""
    program = node()
    if program is None:
        print(NO_NODE)
        return
    version = ".".join(lock.info["python"].split(".")[:2])
    packages = f"/lib/python{version}/site-packages"
    places = {"numpy.zip": packages, "packages.zip": packages, "app.zip": "/app"}
    places[f"{LIBRARY}.part"] = f"/lib/python{version.replace('.', '')}.zip"
    archives = [f"{folder / name}={place}" for name, place in places.items()]
    compiler = SITE / "builder/bytecode.py"
    command = [program, SITE / "compile.mjs", folder.resolve(), json.dumps(lock.info), compiler, *archives]
    subprocess.run(command, check=True)


def _stand_ins(lock: Lock) -> dict[str, bytes]:
    """Return a page that Streamlit's server reads when it starts, and the version of Plotly.js."""
    version = next(name for name in lock.wheels if name.startswith("plotly-")).split("-")[1]
    told = f"Metadata-Version: 2.1\nName: plotly\nVersion: {version}\n"
    return {"streamlit/static/index.html": b"<head></head>", f"plotly-{version}.dist-info/METADATA": told.encode()}


def _write_static(found: dict[str, Path], folder: Path) -> None:
    target = folder / "app/static"
    target.mkdir(parents=True)
    wheel = _wheel(found, "plotly")
    (target / f"plotly-{wheel.name.split('-')[1]}.min.js").write_bytes(_plotly_js(found))
    shutil.copyfile(ROOT / "static/icon.png", folder / "favicon.png")


def _plotly_js(found: dict[str, Path]) -> bytes:
    """Return the small Plotly.js; the whole one where the small one could not be had."""
    small = next((path for name, path in found.items() if name.startswith("plotly.js-cartesian-")), None)
    if small is None:
        with zipfile.ZipFile(_wheel(found, "plotly")) as archive:
            return archive.read(PLOTLY)
    with tarfile.open(small) as archive:
        return cast(IO[bytes], archive.extractfile(CARTESIAN)).read()


def _write_scripts(lock: Lock, folder: Path) -> None:
    plotly = next((folder / "app/static").glob("plotly-*.min.js")).relative_to(folder).as_posix()
    for path in sorted((SITE / "web").glob("*.*s")):
        text = path.read_text(encoding="utf-8").replace("PLOTLY_FILE", plotly)
        text = text.replace("PYODIDE_INFO", json.dumps(lock.info))
        (folder / path.name).write_text(text, encoding="utf-8")


def _write_start(folder: Path) -> None:
    """The start screen's figure, and the page's own style for the words above it."""
    write_pictures(folder)
    with (folder / "start.css").open("a", encoding="utf-8") as style:
        style.write((ROOT / "ui/page.css").read_text(encoding="utf-8"))


def _write_list(folder: Path) -> None:
    """All files but the service worker, which is named after the list."""
    worker = folder / "sw.js"
    text = worker.read_text(encoding="utf-8")
    worker.unlink()
    told = json.dumps(_digests(folder), indent=0)
    (folder / FILES).write_text(told, encoding="utf-8")
    version = hashlib.sha256(told.encode()).hexdigest()[:16]
    worker.write_text(text.replace("SITE_VERSION", version), encoding="utf-8")


def _digests(folder: Path) -> dict[str, str]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
