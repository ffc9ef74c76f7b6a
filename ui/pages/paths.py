"""Paths & saturation: which ways the gradient takes, and where the nonlinearities let nothing through."""

from ui.anatomy.opened import Opened, anatomy_page
from ui.anatomy.show import show_plate


def draw(opened: Opened) -> None:
    show_plate("paths", opened)


anatomy_page(draw)
