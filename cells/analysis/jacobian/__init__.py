"""Jacobians of the state, their products over many steps, and the recurrent matrix behind them."""
