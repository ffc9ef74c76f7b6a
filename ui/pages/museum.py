"""Failure museum: real mistakes, the wrong curve beside the right one, how to see each and how to mend it."""

from ui.museum.page import museum_page

museum_page()
