"""Write with the networks of a job: one by itself, or two stages, of which the first says how long a text will be."""

from collections.abc import Sequence
from dataclasses import replace

import jobs
from cells.knobs import BadValue

from .checkpoint import unpack
from .model import RecurrentNet
from .runs import Place, payload_of
from .sampling import Manner, write, write_to_length
from .tasks import Language
from .tasks.language import can_write
from .tasks.name_length import NameLength
from .training import Training


def texts_of(here: jobs.Store, places: Sequence[Place], count: int, prompt: str, manner: Manner) -> list[str]:
    """Return so many texts after a prompt, in two stages where the job has both; BadValue where nothing here writes."""
    trained = [unpack(payload) for payload in (payload_of(here, place) for place in places) if payload]
    writers = [(one.net, one.task) for one in trained if can_write(one.task)]
    if not writers:
        raise BadValue(
            "run has no network that writes: runs of names, characters and words do, once they have begun", "run"
        )
    net, task = next((writer for writer in writers if _told(writer[1])), writers[0])
    manners = [replace(manner, seed=manner.seed + k) for k in range(count)]
    if not _told(task):
        return [write(net, task, prompt, each) for each in manners]
    first = _first_stage(trained)
    return [write_to_length(first, (net, task), prompt, each) for each in manners]


def _told(task: Language) -> bool:
    return getattr(task.options, "told_length", False)


def _first_stage(trained: Sequence[Training]) -> tuple[RecurrentNet, NameLength]:
    """Return the network that predicts a length, with its task."""
    found = [(one.net, one.task) for one in trained if isinstance(one.task, NameLength)]
    if not found:
        raise BadValue(
            "run has a network that is told the length and none that predicts it: see the recipe lengths", "run"
        )
    return found[0]
