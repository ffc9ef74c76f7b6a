"""Builds Backflow as static files that any host can serve, and that compute in the reader's browser."""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "site"), str(ROOT)]

from builder.lock import Missing  # noqa: E402
from builder.serve import serve  # noqa: E402
from builder.site import build  # noqa: E402

PORT = 8700


def main() -> int | str:
    """Return the exit code, or one sentence where a file cannot be had."""
    parser = argparse.ArgumentParser("backflow.py site", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "site-build", help="default: site-build")
    parser.add_argument(
        "--pyodide", type=Path, help="a folder with the files that site/lock.json names, in place of the net"
    )
    parser.add_argument("--serve", action="store_true", help="then show it on this machine, until Ctrl-C")
    parser.add_argument("--port", type=int, default=PORT, help=f"of --serve (default: {PORT})")
    options = parser.parse_args()
    try:
        build(options.folder, options.pyodide)
    except Missing as error:
        return str(error)
    print(f"The site lies in {options.folder}.", flush=True)
    return serve(options.folder, options.port) if options.serve else 0


if __name__ == "__main__":
    sys.exit(main())
