"""Define what is wrong with a file of weights."""


class BadFile(ValueError):
    """A file that cannot be read, in one sentence."""
