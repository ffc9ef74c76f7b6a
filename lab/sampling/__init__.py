"""Write with a trained network: drawn letter by letter, greedily, or by beam search.

With a prompt, to a length.
"""

from lab.manner import Manner

from .beam import beam_search
from .conditional import write_to_length
from .writing import write, write_many, write_sample

__all__ = ["Manner", "beam_search", "write", "write_many", "write_sample", "write_to_length"]
