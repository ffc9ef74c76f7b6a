"""Files that the app serves under app/static: Plotly.js, and the scripts of our components.

A component sends its script at every rerun, and a page has many charts; a file is asked for once.
"""

import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path

from .platform import PLATFORM

STATIC = Path(__file__).parents[1] / "static"  # Streamlit serves this folder under app/static
FETCH = Path(__file__).with_name("fetch_script.js")


def plotly_file() -> str:
    """Return the name of Plotly.js below app/static; copied there from the plotly package once for each version."""
    package = distribution("plotly")  # its Python is never loaded
    name = f"plotly-{package.version}.min.js"
    source = str(package.locate_file("plotly/package_data/plotly.min.js"))
    _put(name, lambda part: shutil.copyfile(source, part))
    return name


def script_of(name: str, js: str) -> str:
    """Return a component's script that fetches `js` from a file, named after what is in it.

    The script itself is returned inside a browser, where nothing is sent anywhere, and where no file can be written.
    """
    file = f"script-{name}-{sha256(js.encode()).hexdigest()[:12]}.js"
    try:
        _put(file, lambda part: part.write_text(js, encoding="utf-8", newline="\n"))
    except OSError:
        return js
    return FETCH.read_text(encoding="utf-8").replace("SCRIPT_FILE", file) if PLATFORM.packages else js


def _put(name: str, write: Callable[[Path], object]) -> None:
    """Write a file as a whole, unless it is there."""
    target = STATIC / name
    if PLATFORM.packages and not target.exists():
        part = STATIC / f"{name}.{os.getpid()}.part"
        write(part)
        part.replace(target)
