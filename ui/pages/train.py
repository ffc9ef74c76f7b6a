"""Train: watch the gradient flow while a network learns."""

from ui.train.page import draw

draw()
