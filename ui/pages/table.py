"""Table: every cell with every activation and initialiser, and what becomes of the gradient in each."""

from ui.anatomy.opened import Opened
from ui.anatomy.page import anatomy_page
from ui.anatomy.table import show_boxes, show_list


def draw(opened: Opened) -> None:
    show_boxes(opened)
    show_list(opened)


anatomy_page(draw)
