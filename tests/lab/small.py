"""Small settings of every task, for tests that run over all of them."""

from lab import TASKS, LabSettings

SMALL = {"hidden": 8, "batch": 4, "length": 6, "updates": 8, "evaluate_every": 3}
OWN = {
    "copy_memory": {"task_options": {"count": 2}},
    "names": {"length": 14},
    "name_length": {"length": 14},
    "surnames": {"length": 40},
}  # what a task needs beside that


def settings_of(task="palindrome", **fields):
    """Small settings of one task."""
    return LabSettings(**({"task": task} | SMALL | OWN.get(task, {}) | fields))


assert set(OWN) <= set(TASKS)
