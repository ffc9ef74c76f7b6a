"""Predict, then reveal: a view that asks before it shows, with the answer computed from the run."""
