"""Texts: the ones that come with the lab, and what a user brings, read strictly."""

from functools import cache
from pathlib import Path

from cells.knobs import BadValue

DATA = Path(__file__).with_name("data")
LARGEST = 20_000_000  # bytes of a file that is read at all
CONTROLS = {*map(chr, range(32))} - {"\n", "\r", "\t", "\f"}


@cache
def shipped(name: str) -> str:
    """Return one of the texts beside this file: "elements", "titles", "pride_and_prejudice"."""
    return (DATA / f"{name}.txt").read_text(encoding="utf-8")


def read_text(path: str | Path) -> str:
    """Return the text of a user's file; BadValue says what is wrong with it, and at which byte."""
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > LARGEST:
            told = f"text: {path.name} has {size / 1e6:.0f} MB; at most {LARGEST / 1e6:.0f} MB are read"
            raise BadValue(told, "text")
        return decode(path.read_bytes())
    except OSError as error:
        raise BadValue(f"text: {path} cannot be read ({error.strerror})", "text") from error


def decode(data: bytes) -> str:
    """Return bytes as text, its line ends made alike; BadValue unless it is UTF-8 without control characters."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = data[error.start]
        advice = "save it as UTF-8 (it may be Latin-1)" if b"\0" not in data[:4096] else "it is no text"
        raise BadValue(f"text: byte {error.start + 1} is 0x{byte:02x}, which is no UTF-8; {advice}", "text") from None
    bad = next((place for place, letter in enumerate(text) if letter in CONTROLS), None)
    if bad is not None:
        raise BadValue(f"text: character {bad + 1} is the control character {text[bad]!r}; it is no text", "text")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
