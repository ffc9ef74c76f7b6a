"""The parts that all sessions of a server share: work in the background, the render lock, caches counted in bytes."""
