"""A view as a link and back: codec, parser, pins."""
