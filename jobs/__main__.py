"""`python -m jobs run JOB --home FOLDER --allow FUNCTION …`: the supervisor of one job."""

import argparse
from pathlib import Path

from .priority import lower_supervisor
from .store import AT_WORK, LEASE, Store
from .supervisor import supervise


def main() -> None:
    """Run one job until it is settled; it is started by `launch`, and may be started by hand."""
    parser = argparse.ArgumentParser(prog="python -m jobs", description=__doc__)
    parser.add_argument("command", choices=["run"])
    parser.add_argument("job", help="the job's id")
    parser.add_argument("--home", type=Path, required=True, help="the folder of the store")
    parser.add_argument("--allow", action="append", default=[], help="a function that may run, as module:function")
    parser.add_argument("--lease", type=float, default=LEASE, help="seconds without a sign of life until it is gone")
    options = parser.parse_args()
    lower_supervisor()
    supervise(Store(options.home, tuple(options.allow), options.lease, AT_WORK), options.job)


if __name__ == "__main__":  # workers import this module again when they start
    main()
