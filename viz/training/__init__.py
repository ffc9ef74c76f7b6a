"""Figures of networks that learn: records of a run in, figures over its updates out."""

from .figure import PANEL_TITLES, TRAINING, figure_name, panels_fitting, training_figure, training_panel
from .record import TrainingRecord

__all__ = [
    "PANEL_TITLES",
    "TRAINING",
    "TrainingRecord",
    "figure_name",
    "panels_fitting",
    "training_figure",
    "training_panel",
]
