"""`python backflow.py lessons check FILE …` says what is wrong with lessons, `lessons numbers` what they may quote."""

import sys
from pathlib import Path

from cells.analysis.numbers import NUMBERS

from .check import check_file
from .library import lesson_files

USAGE = """lessons check [FILE …]   what is wrong with lessons, all of them by default
lessons numbers          the numbers a lesson may quote"""


def main(words: list[str]) -> int:
    """Run the command the words name; returns 1 where a file has mistakes."""
    if words[:1] == ["check"]:
        return _check([Path(word) for word in words[1:]] or list(lesson_files().values()))
    if words == ["numbers"]:
        _say("\n".join(f"{each.name}{_indices(each.indices)}: {each.meaning}" for each in NUMBERS.values()))
        return 0
    _say(USAGE)
    return 2


def _indices(names: tuple[str, ...]) -> str:
    return f"[{', '.join(names)}]" if names else ""


def _check(paths: list[Path]) -> int:
    wrong = 0
    for path in paths:
        found = check_file(path)
        wrong += bool(found)
        _say("\n".join(f"{path.name}: {sentence}" for sentence in found or ["every claim holds."]))
    return int(wrong > 0)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
