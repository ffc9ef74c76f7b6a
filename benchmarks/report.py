"""RESULTS.md: one section for each benchmark, rewritten by its last run. As a command: prints what is there."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = "# Benchmarks\n\nEach section is what its command printed last: `python backflow.py bench NAME`.\n"
PACKAGES = ("numpy", "streamlit", "plotly")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table, its columns padded so that it can be read as it is; all but the first aligned right."""
    cells = [list(head), *(list(map(str, row)) for row in rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines = [cells[0], rule, *cells[1:]]
    padded = [[_pad(text, width, i) for i, (text, width) in enumerate(zip(row, widths, strict=True))] for row in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in padded)


def _pad(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column == 0 else text.rjust(width)


def record(name: str, body: str, packages: Sequence[str] = PACKAGES) -> None:
    """Print a benchmark's result and make it its section of RESULTS.md."""
    print(body)
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    sections = sections_of(old) | {name: f"{conditions(packages)}\n\n{body.strip()}"}
    parts = [f"## {name}\n\n{sections[name]}\n" for name in sorted(sections)]
    RESULTS.write_text("\n".join([TITLE, *parts]), encoding="utf-8")


def sections_of(text: str) -> dict[str, str]:
    """Return the sections of a results file, name to text."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {name.strip(): body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def conditions(packages: Sequence[str] = PACKAGES) -> str:
    """Machine, versions and day, in one line."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    machine = f"{processor()}, {os.cpu_count()} cores, {busy()}{platform.system()}"
    return f"{machine}, Python {platform.python_version()}, {versions}; {datetime.now(UTC).date().isoformat()}"


def processor() -> str:
    """Return the processor's name."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


def busy() -> str:
    """Return what else the machine was doing, where the system tells it."""
    return f"load average {os.getloadavg()[0]:.1f}, " if hasattr(os, "getloadavg") else ""


if __name__ == "__main__":
    print(RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "No benchmark was run yet.")
