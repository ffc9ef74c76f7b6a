"""Define what a measure says where it has no meaning."""


class DoesNotApply(ValueError):
    """The measure has no meaning for this net or this run; the message says why in one sentence."""
