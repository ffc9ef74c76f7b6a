"""The names by which recurrent modules are found in a file: PyTorch's, and those of our own export."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MODULE = r"(?:(?P<module>.*)\.)?"
PLACE = r"(?:_l(?P<layer>\d{1,3}))?(?P<way>_reverse)?"
PYTORCH = re.compile(rf"{MODULE}(?P<kind>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr){PLACE}", re.DOTALL)
REWRITTEN = re.compile(rf"{MODULE}weight_[ih]h{PLACE}(?:_g|_v|_u|_orig|_mask|_raw|\..+)", re.DOTALL)
OURS = re.compile(
    rf"{MODULE}layers\.(?P<layer>\d{{1,3}})\.(?P<kind>W_x|W_h|b|b_hn|p_i|p_f|p_o|tau|s|r_on|leak)", re.DOTALL
)
LINEAR = re.compile(rf"{MODULE}(?P<kind>weight|bias)", re.DOTALL)
OUR_READOUT = re.compile(rf"{MODULE}readout\.(?P<kind>W_y|b_y)", re.DOTALL)
MOST_OUTPUTS = 64  # of a layer that may read a network out: as many as a signal may ask for
MOST_DIMENSIONS = 2
DEEPEST = 8  # dicts within dicts


def is_recurrent(name: str, shape: Sequence[int]) -> bool:
    """Return whether a tensor's name is one of a recurrent module's."""
    patterns = (PYTORCH, REWRITTEN, OURS, OUR_READOUT)
    return len(shape) <= MOST_DIMENSIONS and any(pattern.fullmatch(name) for pattern in patterns)


def may_read_out(name: str, shape: Sequence[int]) -> bool:
    """Return whether a tensor may be one of a layer that reads a recurrent module out."""
    sizes = 1 <= len(shape) <= MOST_DIMENSIONS and shape[0] <= MOST_OUTPUTS
    return sizes and LINEAR.fullmatch(name) is not None


def named(value: Any, kind: type, name: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield every value of a kind in nested dicts, by its names joined with dots.

    A checkpoint may hold its state_dict inside.
    """
    if isinstance(value, kind):
        yield name, value
    elif isinstance(value, Mapping) and depth < DEEPEST:
        for key, inner in value.items():
            yield from named(inner, kind, f"{name}.{key}" if name else str(key), depth + 1)
