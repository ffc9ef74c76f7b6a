"""The static site in a browser, beside the native app in the same browser: size, starts, a slider."""

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks._press import browser
from benchmarks._server import APP, Server
from benchmarks._visit import Host, Visit, build_site
from benchmarks.report import record, table

WARM_UP = 3
MAP = "map_size=41&map_y=seed,0,40&steps=50&hidden=32&batch=8"
HEAD = ("Default view, RNN", "site", "native", "site / native", "target")
TARGETS = """Seconds from the address to the live chart, each start in a window of its own; the second start is a
reload from what the site's worker has kept, native a reload. A slider: from the key press to the last chart painted,
median of new values. Native is the same app on a server of this machine, in turns with the site. Bytes are those that
the server sent, gzipped; the targets hold for a calm machine of two cores."""


def main() -> None:
    """Measure, compare, and keep the table in RESULTS.md."""
    parser = argparse.ArgumentParser("bench site", description=__doc__)
    parser.add_argument("--pyodide", type=Path, help="as of `backflow.py site`")
    parser.add_argument("--site", type=Path, help="a folder with the site, built already")
    parser.add_argument("--starts", type=int, default=3, help="first starts of each")
    parser.add_argument("--presses", type=int, default=15, help="key presses of each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        built = options.site or build_site(Path(folder) / "site", options.pyodide)
        record("site", f"{table(HEAD, rows(built, options.starts, options.presses))}\n\n{TARGETS}")


def rows(built: Path, starts: int, presses: int) -> list[tuple]:
    """Return the table: everything is measured on the site and on a native server in turns."""
    with ExitStack() as stack:
        host, server = stack.enter_context(Host(built)), stack.enter_context(Server(APP))
        window = stack.enter_context(browser())
        stack.enter_context(Visit(window, server.url)).start()  # its caches are full from now on
        found = _starts(window, host, server, starts)
        site, native = (stack.enter_context(Visit(window, url)) for url in (host.url, server.url))
        return found + _slider(site, native, presses) + _map(site, native, starts)


def _starts(window, host: Host, server: Server, count: int) -> list[tuple]:
    """First and second starts, each in a window of its own."""
    sizes, pictures, firsts, seconds, natives, reloads = [], [], [], [], [], []
    for _ in range(count):
        with Visit(window, server.url) as visit:
            natives.append(visit.start())
            reloads.append(visit.reload())
        host.sent = 0
        with Visit(window, host.url) as visit:
            firsts.append(visit.start())
            sizes.append(host.sent)
            pictures.append(visit.mark("backflow picture"))
            visit.wait_kept()
            seconds.append(visit.reload())
    return [
        ("first visit, MB", f"{median(sizes) / 1e6:.1f}", "", "", "12"),
        ("the same with what is kept for no network, MB", f"{host.sent / 1e6:.1f}", "", "", ""),
        ("static picture, s", f"{median(pictures):.1f}", "", "", "1.5"),
        _row("first live chart, s", firsts, natives, "7"),
        _row("second start, s", seconds, reloads, "5"),
    ]


def _row(name: str, site: Sequence[float], native: Sequence[float], target: str, digits: int = 1) -> tuple:
    mine, theirs = median(site), median(native)
    return name, f"{mine:.{digits}f}", f"{theirs:.{digits}f}", f"{mine / theirs:.1f}", target


def _slider(site: Visit, native: Visit, presses: int) -> list[tuple]:
    for visit in (site, native):
        visit.start()
    pressed = [(site.press("ArrowRight"), native.press("ArrowRight")) for _ in range(presses)][WARM_UP:]
    mine, theirs = ([press.wait for press in side] for side in zip(*pressed, strict=True))
    return [_row("slider to painted, ms", mine, theirs, "200", 0)]


def _map(site: Visit, native: Visit, rounds: int) -> list[tuple]:
    """A map of 41 × 41 from the key that changes it, and a key of another control while one is computed."""
    for visit in (site, native):
        visit.open_map(MAP)
    whole = [[visit.press("ArrowRight", "steps").wait for visit in (site, native)] for _ in range(rounds)]
    mine, theirs = ([ms / 1000 for ms in side] for side in zip(*whole, strict=True))
    meanwhile = [visit.press_while_computing("steps", "weight_scale") for visit in [site] * rounds]
    moved = [waited for waited in meanwhile if waited is not None]
    told = f"{median(moved):.0f}" if moved else "the map is there at once"
    return [_row("map of 41 × 41, s", mine, theirs, "4"), ("slider meanwhile, ms", told, "", "", "400")]


if __name__ == "__main__":
    main()
