"""Records of what is looked at, and the fields a link carries: the bottom of the page's code."""
