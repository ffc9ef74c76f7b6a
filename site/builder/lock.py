"""The files of others that the site is made of: named with sha256 in lock.json, looked for, fetched, checked."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from .node import npm

LOCK = Path(__file__).parents[1] / "lock.json"
PATIENCE = 60.0  # seconds without a word of the host
ANY_PYTHON = ["--only-binary", ":all:", "--platform", "any", "--implementation", "py", "--abi", "none"]


class Missing(Exception):
    """A file of the lock that cannot be had, or is not the one that the lock names; the message says what to bring."""


@dataclass(frozen=True)
class Lock:
    """Pyodide's release, the wheels of pure Python and the packages of JavaScript beside it, as names with sha256."""

    version: str
    url: str
    info: dict[str, str]
    runtime: dict[str, str]
    wheels: dict[str, str]
    npm: dict[str, str] = field(default_factory=dict)

    @property
    def numpy(self) -> str:
        """Return the name of NumPy's wheel."""
        return next(name for name in self.runtime if name.startswith("numpy-"))


def read_lock(path: Path = LOCK) -> Lock:
    """Return the lock of the repository."""
    told = json.loads(path.read_text(encoding="utf-8"))
    pyodide = told["pyodide"]
    return Lock(pyodide["version"], pyodide["url"], pyodide["info"], pyodide["files"], told["wheels"], told["npm"])


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def gather(lock: Lock, kept: Path, brought: Path | None = None) -> dict[str, Path]:
    """Return every file of the lock by name: from the folder that was brought, from what is kept, or fetched and kept.

    Missing names the first file that cannot be had, or differs from the lock in the folder that was brought.
    """
    kept.mkdir(parents=True, exist_ok=True)
    wanted = lock.runtime | lock.wheels | lock.npm
    found = {name: place for name, sha in wanted.items() if (place := _placed(name, sha, kept, brought))}
    for name in lock.runtime.keys() - found.keys():
        found[name] = _fetch_runtime(lock, name, kept, brought)
    if absent := sorted(lock.wheels.keys() - found.keys()):
        found |= _fetch_wheels(lock, absent, kept)
    for name in lock.npm.keys() - found.keys():
        found |= _fetch_npm(lock, name, kept)
    return found


def _placed(name: str, sha: str, kept: Path, brought: Path | None) -> Path | None:
    if brought and (brought / name).is_file():
        if digest(brought / name) != sha:
            raise Missing(f"{brought / name} is not the file that {LOCK.name} names: its sha256 is another one.")
        return brought / name
    place = kept / name
    return place if place.is_file() and digest(place) == sha else None


def _fetch_runtime(lock: Lock, name: str, kept: Path, brought: Path | None) -> Path:
    if brought:
        raise Missing(f"{brought} has no {name}: --pyodide takes a folder with all of {', '.join(lock.runtime)}.")
    try:
        with urlopen(lock.url + name, timeout=PATIENCE) as answer:  # https, and checked below
            (kept / name).write_bytes(answer.read())
    except (URLError, OSError) as error:
        raise Missing(
            f"{lock.url}{name} cannot be reached ({getattr(error, 'reason', error)}): bring a folder with "
            f"{', '.join(lock.runtime)} of Pyodide {lock.version}, and name it with --pyodide."
        ) from None
    return _checked(kept / name, lock.runtime[name])


def _fetch_wheels(lock: Lock, names: Iterable[str], kept: Path) -> dict[str, Path]:
    pins = ["==".join(name.split("-")[:2]) for name in names]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *ANY_PYTHON, "--dest", str(kept), *pins]
    if subprocess.run(command).returncode:
        raise Missing(f"pip could not download {', '.join(pins)}: bring their wheels in the folder of --pyodide.")
    return {name: _checked(kept / name, lock.wheels[name]) for name in names}


def _fetch_npm(lock: Lock, name: str, kept: Path) -> dict[str, Path]:
    """Return the package, or nothing where there is no Node: the site can do without, and is larger then."""
    if (command := npm()) is None:
        return {}
    package, _, version = name.removesuffix(".tgz").rpartition("-")
    pin = f"{package}@{version}"
    if subprocess.run([*command, "pack", "--silent", pin], cwd=kept, stdout=subprocess.DEVNULL).returncode:
        raise Missing(f"npm could not download {pin}: bring {name} in the folder of --pyodide.")
    return {name: _checked(kept / name, lock.npm[name])}


def _checked(path: Path, sha: str) -> Path:
    if not path.is_file() or digest(path) != sha:
        path.unlink(missing_ok=True)
        raise Missing(f"{path.name} came with another sha256 than {LOCK.name} names, and was thrown away.")
    return path
