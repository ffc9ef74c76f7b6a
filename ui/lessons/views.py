"""The view of a step: a link of ours, read as the page reads its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cells import RunSettings, Trace
from ui.link.link import read_link
from ui.link.pins import Pin
from ui.views.fields import Values, run_settings

PAGES = Path(__file__).parents[1] / "pages"
FIRST = "flow"  # the page of the bare address
UNSEEN = ("lessons", "train")  # pages that show no run


@dataclass(frozen=True)
class LessonView:
    """A page and all its values; what the link had wrong."""

    page: str
    values: Values
    complaints: tuple[str, ...]

    @property
    def settings(self) -> RunSettings:
        """Return the run that is shown."""
        return run_settings(self.values)

    @property
    def pins(self) -> Sequence[Pin]:
        """Return the runs that the step's view pins."""
        return self.values["pins"]

    def runs(self, trace_of) -> list[Trace]:
        """Return the present run and then the pinned ones, each made by `trace_of(settings)`."""
        return [trace_of(self.settings), *(trace_of(pin.settings) for pin in self.pins)]


@lru_cache(maxsize=256)
def read_view(link: str) -> LessonView:
    """Return the view a link opens; only its last path segment and its query count, so any host may stand before."""
    parts = urlsplit(link.strip())
    page = parts.path.rstrip("/").rsplit("/", 1)[-1] or FIRST
    query = parse_qs(parts.query, keep_blank_values=True)
    values, complaints = read_link(query)
    if page not in page_names():
        known = ", ".join(f"/{name}" for name in page_names())
        complaints = [f"/{page} is no page; there are {known}.", *complaints]
    return LessonView(page, values, tuple(complaints))


def page_names() -> list[str]:
    """Return the pages that show a run, by the names they have in links."""
    return sorted(path.stem for path in PAGES.glob("[!_]*.py") if path.stem not in UNSEEN)


def page_file(page: str) -> str:
    """Return the script of a page, as Streamlit names it."""
    return f"ui/pages/{page}.py"
