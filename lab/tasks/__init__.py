"""Tasks, one file each: what a network is to learn. NumPy alone; a batch depends on settings and update number only."""

from .adding import Adding
from .average import Average
from .base import TEST, VALIDATION, Batch, Task
from .palindrome import Palindrome

TASKS: dict[str, type[Task]] = {task.name: task for task in (Palindrome, Average, Adding)}

__all__ = ["TASKS", "TEST", "VALIDATION", "Batch", "Task"]
