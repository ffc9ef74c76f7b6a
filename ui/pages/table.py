"""Table: every cell with every activation and initialiser, and what becomes of the gradient in each."""

from ui.analysis.page import analysis_page
from ui.analysis.selection import Selection
from ui.analysis.table import show_boxes, show_list


def draw(selection: Selection) -> None:
    show_boxes(selection)
    show_list(selection)


analysis_page(draw)
