"""The names by which recurrent modules are found in a file: PyTorch's, and those of our own export."""

import re
from collections.abc import Sequence

MODULE = r"(?:(?P<module>.*)\.)?"
PLACE = r"(?:_l(?P<layer>\d{1,3}))?(?P<way>_reverse)?"
PYTORCH = re.compile(rf"{MODULE}(?P<kind>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr){PLACE}", re.DOTALL)
REWRITTEN = re.compile(rf"{MODULE}weight_[ih]h{PLACE}(?:_g|_v|_u|_orig|_mask|_raw|\..+)", re.DOTALL)
OURS = re.compile(
    rf"{MODULE}layers\.(?P<layer>\d{{1,3}})\.(?P<kind>W_x|W_h|b|b_hn|p_i|p_f|p_o|tau|s|r_on|leak)", re.DOTALL
)
MOST_DIMENSIONS = 2


def is_recurrent(name: str, shape: Sequence[int]) -> bool:
    """Return whether a tensor's name is one of a recurrent module's."""
    patterns = (PYTORCH, REWRITTEN, OURS)
    return len(shape) <= MOST_DIMENSIONS and any(pattern.fullmatch(name) for pattern in patterns)
