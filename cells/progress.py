"""How long work tells what share of it is done."""

from collections.abc import Callable

Report = Callable[[float], None]  # told the share done, 0 to 1; may raise to cancel
