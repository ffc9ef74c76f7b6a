"""The failure museum: the exhibits to choose from, and the one that is open."""
