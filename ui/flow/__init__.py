"""The main page: verdict header, compare bar, scrubber, pins."""
