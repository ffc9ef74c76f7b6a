"""Keep what a run frees for the next one.

A run takes megabytes and gives them back as a whole; glibc then returns them to the system, which hands out fresh,
zeroed pages for the next run. On a virtual machine those can cost as much as the arithmetic itself.
"""

import ctypes

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # glibc's mallopt(3)
KEPT = 128 * 2**20  # bytes of free memory that stay with the process
WITHIN = 32 * 2**20  # blocks up to this size come from what was kept; glibc allows no more


def keep_freed_memory() -> bool:
    """Ask the C library to; False where it is not glibc and knows no such thing."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    # One store for all threads: what is freed in a thread's own is lost to the others, and never goes back.
    options = {ARENA_MAX: 1, MMAP_THRESHOLD: WITHIN, TRIM_THRESHOLD: KEPT}
    done = [mallopt(option, value) for option, value in options.items()]
    return all(done)
