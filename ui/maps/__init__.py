"""The phase diagram's page: what is to be mapped, how it is computed, and where larger maps run."""
