"""Figures of networks that learn: records of a run in, figures over its updates out."""

from .by_length import BY_LENGTH, LengthPoint, LengthRecord, by_length_figure
from .confusion import CONFUSION, ConfusionRecord, confusion_figure
from .figure import PANEL_TITLES, TRAINING, figure_name, panels_fitting, training_figure, training_panel
from .multiples import MULTIPLES, MultiplesRecord, multiples_figure, quantities_of
from .record import TrainingRecord
from .replay import REPLAY, can_replay, replay_figure, updates_shown
from .writing import WRITING, WritingRecord, writing_figure

__all__ = [
    "BY_LENGTH",
    "CONFUSION",
    "MULTIPLES",
    "PANEL_TITLES",
    "REPLAY",
    "TRAINING",
    "WRITING",
    "ConfusionRecord",
    "LengthPoint",
    "LengthRecord",
    "MultiplesRecord",
    "TrainingRecord",
    "WritingRecord",
    "by_length_figure",
    "can_replay",
    "confusion_figure",
    "figure_name",
    "multiples_figure",
    "panels_fitting",
    "quantities_of",
    "replay_figure",
    "training_figure",
    "training_panel",
    "updates_shown",
    "writing_figure",
]
