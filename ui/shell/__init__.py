"""Define what surrounds the body of every page: actions, notices, widgets, slots in the sidebar."""
