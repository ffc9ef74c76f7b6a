"""The backward pass against independent oracles: complex steps, difference quotients, autograd."""
