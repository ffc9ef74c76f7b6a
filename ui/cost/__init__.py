"""Estimate what a run, a measure, a map or a scrubbed range will take, and refuse what is too much before it begins."""
