"""Tasks, one file each: what a network is to learn. NumPy alone; a batch depends on settings and update number only."""

from .adding import Adding
from .average import Average
from .base import TEST, VALIDATION, Batch, Task
from .characters import Characters
from .copy_memory import CopyMemory
from .frequency import Frequency
from .language import Language
from .name_length import NameLength
from .names import Names
from .palindrome import Palindrome
from .parity import Parity
from .recall import Recall
from .surnames import Surnames
from .words import Words

TASKS: dict[str, type[Task]] = {
    task.name: task
    for task in (
        Average,
        Palindrome,
        Recall,
        Adding,
        CopyMemory,
        Parity,
        Frequency,
        Names,
        NameLength,
        Characters,
        Words,
        Surnames,
    )
}

__all__ = ["TASKS", "TEST", "VALIDATION", "Batch", "Language", "Task"]
