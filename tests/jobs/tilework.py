"""Functions of tiles for the tests; some of them write down what they did."""

import os
import time
import uuid
from pathlib import Path

import numpy as np


def square(tile):
    """The plainest tile."""
    return {"square": np.arange(4.0) * tile["n"] ** 2}


def slow_square(tile, context):
    """`parts` naps of 0.05 s, reporting each; notes every start and end, and signs the result with a random mark."""
    _note(context, f"start {tile['n']}")
    for part in range(context.settings["parts"]):
        if context.stop_requested():
            return None
        time.sleep(0.05)
        context.report(part / context.settings["parts"])
    _note(context, f"end {tile['n']}")
    return {"square": np.arange(4.0) * tile["n"] ** 2, "mark": np.frombuffer(uuid.uuid4().bytes, dtype=np.uint8)}


def gated(tile, context):
    """Ends once the file named in the settings exists, or on a stop if the settings say that it obeys."""
    _note(context, f"start {tile['n']}")
    while not Path(context.settings["gate"]).exists():
        if context.settings["obeys"] and context.stop_requested():
            return None
        time.sleep(0.02)
    return square(tile)


def picky(tile, context):
    """Fails on tile 2 until the file named in the settings exists."""
    if tile["n"] == 2 and not Path(context.settings["cure"]).exists():
        raise ValueError("2 is not to my taste")
    return square(tile)


def deadly(tile):
    """Takes its process down on tile 1."""
    if tile["n"] == 1:
        os._exit(9)
    return square(tile)


def wordy(tile):
    """Returns what no tile may return."""
    return {"text": np.array(["a"])} if tile["n"] else [1, 2]


def _note(context, line):
    with Path(context.settings["notes"]).open("a", encoding="utf-8") as file:  # one short line: written whole
        file.write(f"{line} {os.getpid()}\n")
