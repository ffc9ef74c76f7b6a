"""The error of a measure that has no meaning for a run."""


class DoesNotApply(ValueError):
    """The measure has no meaning for this net or this run; the message says why in one sentence."""
