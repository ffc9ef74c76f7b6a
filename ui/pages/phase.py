"""Phase diagram: what becomes of the gradient over any two knobs, and where the present setting stands."""

from ui.maps.page import draw, show_jobs
from ui.maps.pickers import map_row
from ui.maps.presets import map_presets
from ui.shell.run_page import run_page

run_page(draw, starts=map_presets, tools=map_row, runs=lambda settings, view: ())
show_jobs()
