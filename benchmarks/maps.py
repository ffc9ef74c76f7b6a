"""Phase diagrams of 41 × 41 points: batched passes on two cores, against a loop of autograd runs.

python backflow.py bench maps [rounds]
"""

import os
import sys

from backflow import THREAD_LIMITS
from benchmarks.report import record, table

HEAD = (
    *("41 × 41 at T = 50, H = 32, B = 8", "ours, s", "fastest, s", "target, s"),
    *("autograd, ms a point", "autograd, s", "autograd / ours", "target", "differs by"),
)
WAYS = """Wall-clock medians of rounds in which both take turns, three runs at a time after one that is not counted;
`fastest` is the best run of ours. Ours: every point of the map, its weights and inputs drawn, two passes at a time,
each on one thread. Autograd: PyTorch's own cell, made, filled with the same weights and unrolled over the steps in
float64, the gradient kept at every h_t, one point after the other on one thread; timed on {sample} points spread over
the map, without drawing weights and inputs, and multiplied by 1681. Both end with the gradient ratio of every point.
Differs by: the largest difference of the ratio at those points, in decades."""


def main() -> None:
    """Measure, compare, and keep the table in RESULTS.md."""
    os.environ.update(dict.fromkeys(THREAD_LIMITS, "1"))  # before NumPy is loaded
    from benchmarks._map_ways import SAMPLE, rows

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    record("maps", f"{table(HEAD, rows(rounds))}\n\n{WAYS.format(sample=SAMPLE)}", ("numpy", "torch"))


if __name__ == "__main__":
    main()
