"""Truncated backpropagation through time: where the way back is cut, as `detach()` cuts it in a training loop.

With truncation = K the sequence is read in windows of K steps, counted from step 1: 1 … K, K + 1 … 2K, and so on; the
last window is shorter where K does not divide T. Between two windows stands a wall: the states of every layer go on as
numbers, so that the forward pass is the same with any K, and as nothing else. On the way back dL/dh_w (and dL/dc_w) of
a window's last step w is what its own output gives; nothing of what happens at step w + 1 or later reaches it.

A loss at step s therefore reaches back to the first step of its own window, 1 to K steps in all. With the loss on step
T alone only the last window has a gradient; with the loss on every step each window has its own, and dL/dW is their
sum. The initial state belongs to the first window. Layers above one another are not cut apart. (Williams & Peng 1990)
"""


def window_of(step: int, truncation: int, steps: int) -> range:
    """Return the steps, counted from 1, that step `step` shares a window with."""
    if not truncation:
        return range(1, steps + 1)
    first = (step - 1) // truncation * truncation + 1
    return range(first, min(first + truncation, steps + 1))


def walls(truncation: int, steps: int) -> range:
    """Return the steps w behind which a wall stands: nothing comes back to them from step w + 1."""
    return range(truncation, steps, truncation) if truncation else range(0)
