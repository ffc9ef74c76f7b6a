"""Table: every cell with every activation and initialiser, and what becomes of the gradient in each."""

from ui.anatomy.opened import Opened
from ui.anatomy.page import anatomy_page
from ui.anatomy.table import show_list, show_table


def draw(opened: Opened) -> None:
    show_table(opened)
    show_list(opened)


anatomy_page(draw)
