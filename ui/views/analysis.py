"""The view of the pages of measures: a step, a loss, a unit, a sample. All of it is part of the link."""

from dataclasses import dataclass

from cells import RunSettings
from cells.knobs import BadValue, Knobs, choice, knob

from .exhibits import EXHIBITS
from .questions import QUESTIONS

STEPS, UNITS, SAMPLES = 20_000, 4096, 4096


@dataclass(frozen=True)
class AnalysisView(Knobs):
    """Steps count from 1, and 0 stands for the last one; units and samples count from 1."""

    at: int = knob(0, 0, STEPS, "Step t", "The step that is opened.", group="analysis", page_high=1000)
    loss_at: int = knob(0, 0, STEPS, "Loss of step s", "A row of the credit matrix.", group="analysis", page_high=1000)
    unit: int = knob(1, 1, UNITS, "Unit", "Whose values stand in the equations.", group="analysis", page_high=256)
    sample: int = knob(1, 1, SAMPLES, "Sample", "Which sequence of the batch.", group="analysis", page_high=256)
    shares_of: str = choice(
        "W_h",
        {"W_h": "W_h", "W_x": "W_x", "b": "b", "own": "the cell's own"},
        "Shares of",
        "Own parameters: peepholes, clocks, the GRU's second bias.",
        group="analysis",
    )
    spread_of: str = choice(
        "slope",
        {"slope": "slopes σ'", "pre-activation": "pre-activations", "gate": "gates"},
        "Distribution of",
        group="analysis",
    )
    numbers: str = choice(
        "norms", {"norms": "norms", "unit": "one unit", "all": "all units"}, "Numbers as", group="analysis"
    )
    order: str = choice(
        "period",
        {"period": "period", "phase": "phase"},
        "Sort units by",
        "Period τ, or phase φ at the first sample.",
        group="gate",
    )
    clock_tau: float = knob(20.0, 1.0, 500.0, "Period τ", "Time from one opening to the next.", group="gate")
    clock_s: float = knob(0.0, 0.0, 500.0, "Shift s", "When the first opening begins.", group="gate")
    clock_r_on: float = knob(0.25, 0.001, 1.0, "Open ratio r_on", "Share of τ that is open.", group="gate")
    clock_leak: float = knob(0.001, 0.0, 1.0, "Leak α", "k = αφ while closed.", group="gate")
    seeds: int = knob(50, 20, 200, "Number of seeds", "How often the same net is drawn: seeds 0, 1, 2, …", group="fan")
    rows: str = choice(
        "all",
        {"all": "all", "vanishing": "vanishing", "stable": "stable", "exploding": "exploding", "broken": "the others"},
        "Listed",
        group="table",
    )
    rows_by: str = choice(
        "menu", {"menu": "order of the menus", "keeps": "what a step back keeps"}, "Listed by", group="table"
    )
    exhibit: str = choice("retain_grad", {e.name: e.title for e in EXHIBITS}, "Exhibit", group="museum")
    node: int = knob(0, 0, 64, "Position in the graph", "0 shows everything.", group="analysis")
    question: str = choice(
        "none", {"none": "no question", **{q.name: q.label for q in QUESTIONS}}, "Question", group="analysis"
    )


LIMITS = {"at": "steps", "loss_at": "steps", "unit": "hidden", "sample": "batch"}


def check_view(view: AnalysisView, settings: RunSettings) -> None:
    """BadValue where the view points beyond the run: a step after the last, a unit that is not there."""
    for name, limit in LIMITS.items():
        value, most = getattr(view, name), getattr(settings, limit)
        if value > most:
            low = AnalysisView.__dataclass_fields__[name].metadata["knob"].low
            raise BadValue(f"{name} = {value} is outside [{low}, {most}], the {limit} of this run", name, most)
