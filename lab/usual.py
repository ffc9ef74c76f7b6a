"""The usual settings of each task, where they are not the defaults of LabSettings."""

from typing import Any

USUAL: dict[str, dict[str, Any]] = {
    "names": {"length": 16, "batch": 16},
    "name_length": {"length": 16, "batch": 16},
    "surnames": {"length": 40},
    "copy_memory": {"length": 20},
    "characters": {"length": 30, "batch": 32},
    "words": {"length": 20, "batch": 20, "embedding": 100},
}
