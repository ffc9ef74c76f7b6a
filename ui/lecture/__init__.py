"""Lecture mode: large type, keys for the steps, a black screen, a clock to think by; and pages inside other pages."""
