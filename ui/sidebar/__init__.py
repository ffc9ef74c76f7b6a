"""The controls beside every page, and what the reader brings: an input sequence, timestamps."""
