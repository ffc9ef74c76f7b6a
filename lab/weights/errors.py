"""The error of a file of weights that cannot be read."""


class BadFile(ValueError):
    """A file that cannot be read, in one sentence."""
