"""The page Train: choose a run, watch the gradient while the network learns, and take the network elsewhere."""
