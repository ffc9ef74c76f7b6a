"""Figures of networks that learn: records of a run in, figures over its updates out."""

from .figure import PANEL_TITLES, TRAINING, figure_name, panels_fitting, training_figure, training_panel
from .record import TrainingRecord
from .replay import REPLAY, can_replay, replay_figure, updates_shown
from .writing import WRITING, WritingRecord, writing_figure

__all__ = [
    "PANEL_TITLES",
    "REPLAY",
    "TRAINING",
    "WRITING",
    "TrainingRecord",
    "WritingRecord",
    "can_replay",
    "figure_name",
    "panels_fitting",
    "replay_figure",
    "training_figure",
    "training_panel",
    "updates_shown",
    "writing_figure",
]
