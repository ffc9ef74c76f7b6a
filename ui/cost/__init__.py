"""Define what a run, a measure, a map or a scrubbed range will take, and what is refused before it begins."""
