"""Files of weights from elsewhere: read as data, never run, and searched for recurrent modules.

`read_weights` takes the bytes of a .safetensors or .pt file. The first are parsed here; the second are unpickled by
PyTorch's own weights_only reader in a process of its own, with limits of memory and time (`child.py`). Whatever is
wrong with a file is a BadFile with one sentence.
"""

from .errors import BadFile
from .export import to_safetensors
from .files import LARGEST, WeightsFile, read_weights
from .modules import Found, find_modules

__all__ = ["LARGEST", "BadFile", "Found", "WeightsFile", "find_modules", "read_weights", "to_safetensors"]
