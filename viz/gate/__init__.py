"""Figures of the Phased LSTM's gate room: when the gates open, and what the gradient makes of it."""
