"""Keep what a run frees for the next one.

A run takes megabytes and gives them back as a whole; glibc then returns them to the system, which hands out fresh,
zeroed pages for the next run. On a virtual machine those can cost as much as the arithmetic itself.
"""

import ctypes

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # glibc's mallopt(3)
KEPT = 128 * 2**20  # bytes of free memory that stay with the process
WITHIN = 32 * 2**20  # blocks up to this size come from what was kept; glibc allows no more


def keep_freed_memory() -> bool:
    """Ask the C library to; False where it is not glibc and knows no such thing."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(MMAP_THRESHOLD, WITHIN)) and bool(mallopt(TRIM_THRESHOLD, KEPT))
