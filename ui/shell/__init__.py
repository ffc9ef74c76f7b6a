"""The surroundings of every page's body: actions, notices, widgets, slots in the sidebar."""
