"""`python -m lab …`: see command.py."""

import sys

from .command import main

if __name__ == "__main__":  # workers import this module again when they start
    sys.exit(main(sys.argv[1:]))
