"""The declaration of a gate, from which everything that shows one takes its label and colour."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """A gate, or the candidate among them, as the pages show it: `Gate("f", "forget f", "forget")`."""

    name: str  # its letter, in parameters (W_hf), tapes and exports
    label: str  # beside its line
    colour: str  # a role of the palette, viz/theme.py
