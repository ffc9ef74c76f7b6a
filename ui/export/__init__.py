"""Exports: the figures that a page offers, and the dialog that saves them."""
