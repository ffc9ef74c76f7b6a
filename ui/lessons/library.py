"""The lessons there are: every file of the folder lessons, read again when it has changed."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from .parse import parse
from .record import Lesson

FOLDER = Path(__file__).parents[2] / "lessons"
NONE = "none"


def lesson_files(folder: Path = FOLDER) -> dict[str, Path]:
    """Return the files by the names their lessons have in links, in the order of the folder: 01-one-gradient.md."""
    return {path.stem: path for path in sorted(folder.glob("*.md")) if path.stem.lower() != "readme"}


def label_of(name: str) -> str:
    """Return `Lesson 3` for 03-linear-networks; `Tour` for a file numbered 0, `Lesson` for one without a number."""
    number = re.match(r"\d+", name)
    if not number:
        return "Lesson"
    return f"Lesson {int(number[0])}" if int(number[0]) else "Tour"


def lesson_of(name: str) -> Lesson | None:
    """Return the lesson of this name as its file stands now; None where there is none."""
    path = lesson_files().get(name)
    return _read(path, path.stat().st_mtime_ns) if path else None


@lru_cache(maxsize=128)
def _read(path: Path, _changed: int) -> Lesson:
    return parse(path.stem, path.read_text(encoding="utf-8", errors="replace"))[0]


def lessons() -> list[Lesson]:
    """Return all lessons that have steps, in order."""
    found = (lesson_of(name) for name in lesson_files())
    return [lesson for lesson in found if lesson and lesson.steps]


def next_lesson(name: str) -> Lesson | None:
    """Return the lesson that comes after this one; None after the last."""
    later = [lesson for lesson in lessons() if lesson.name > name]
    return later[0] if later else None


class Titles(Mapping[str, str]):
    """Name -> title of every lesson, and `none`: the choices of a value of the page, always those of the folder."""

    def __getitem__(self, name: str) -> str:
        found = None if name == NONE else lesson_of(name)
        if found is None and name != NONE:
            raise KeyError(name)
        return found.title if found else "no lesson"

    def __iter__(self) -> Iterator[str]:
        return iter([NONE, *lesson_files()])

    def __len__(self) -> int:
        return 1 + len(lesson_files())
