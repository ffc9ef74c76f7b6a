"""The time gate of a Phased LSTM: its clock over real time, and what it does to the gradient."""
