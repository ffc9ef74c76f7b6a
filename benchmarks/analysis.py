"""The measures of the pages of measures against the plain ways to get the same numbers, on one core.

    python backflow.py bench analysis [repeats]

Every number of ours is compared with that of the plain way before the times are.
"""

import os
import sys

from backflow import THREAD_LIMITS
from benchmarks.report import record, table

HEAD = ("T = 200, H = 64, B = 16, one core", "ours, s", "target, s", "plain way, s", "plain / ours", "difference")
PLAIN = """Seconds of the processor, the net's own run included. The plain ways: for the credit matrix one backward pass
of the engine for each of the T losses; for the Lyapunov exponents the Jacobian of every step as a matrix and a QR after
each; for the long Jacobian PyTorch's `torch.autograd.functional.jacobian` through the unrolled net, and its singular
values where they have not underflown. Difference: the largest between ours and theirs, in decades (credit and long
Jacobian) or nats a step (exponents)."""


def main() -> None:
    """Measure, compare, and keep the table in RESULTS.md."""
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))  # before NumPy is loaded
    from benchmarks._plain_ways import rows

    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    record("analysis", f"{table(HEAD, rows(repeats))}\n\n{PLAIN}", ("numpy", "torch"))


if __name__ == "__main__":
    main()
