"""Lessons: texts of the folder lessons, read, checked against the engine, and shown beside the page they are about."""
