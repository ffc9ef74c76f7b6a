"""The selection of a page of measures: valid settings, and what of their run is looked at."""

from dataclasses import dataclass

from cells import RunSettings
from cells.analysis.jacobian.recurrent_matrix import cell_of
from cells.analysis.step_graph.paths import paths_of
from ui import compute, state
from ui.frame import theme
from ui.views.analysis import AnalysisView
from ui.views.fields import analysis_view
from ui.views.page import PageView
from viz.analysis import Look


@dataclass(frozen=True)
class Selection:
    """Valid settings, and the view with its 0s and its overhang resolved."""

    settings: RunSettings
    view: PageView
    analysis: AnalysisView
    theme: str

    @property
    def look(self) -> Look:
        """Return steps, unit and sample as they are shown: the last one stands for 0 and for what lies beyond it."""
        s, v = self.settings, self.analysis
        return Look(
            step=min(v.at or s.steps, s.steps),
            loss_step=min(v.loss_at or s.steps, s.steps),
            unit=min(v.unit, s.hidden),
            sample=min(v.sample, s.batch),
            shares_of=v.shares_of,
            spread_of=v.spread_of,
            numbers=v.numbers,
            node=v.node,
            seeds=v.seeds,
            order=v.order,
            exhibit=v.exhibit,
            clock=(v.clock_tau, v.clock_s, v.clock_r_on, v.clock_leak),
        )

    @property
    def layer(self) -> int:
        """Return the layer shown, 0 the lowest."""
        shown = compute.layer_of(self.settings, self.view)
        return self.settings.layers - 1 if shown is None else shown

    @property
    def has_straight_way(self) -> bool:
        """Return whether the state is added to, by a skip or by gates: a way back past every matrix."""
        return any(path.straight for path in paths_of(cell_of(self.settings)).values())


def select_run(settings: RunSettings, view: PageView) -> Selection:
    """Return what the page's values open of these settings."""
    return Selection(settings, view, analysis_view(state.drawn()), theme())
