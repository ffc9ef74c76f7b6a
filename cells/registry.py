"""The registry of all cells, by name."""

from .gru import GRU
from .lstm import LSTM
from .phased_lstm import PhasedLSTM
from .vanilla import Vanilla

CELLS = {cell.name: cell for cell in (Vanilla, GRU, LSTM, PhasedLSTM)}
