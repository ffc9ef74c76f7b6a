"""The training lab: networks that learn, with the gradient's way through time at every update.

    from lab import LabSettings, train
    run = train(LabSettings(task="palindrome", cell="lstm", length=10, hidden=128, updates=3000, seed=0))
    run.history["loss"]        # one entry an update; lab.history.COLUMNS lists the columns
    run.metrics["accuracy"]    # on the test data
    run.flow                   # (updates, T): log10 of the batch mean of ‖dL_b/dh_t‖, top layer; run.flows has all
    run.model                  # the network, a torch.nn.Module

Where to look:

    settings    LabSettings: a task, a network, how it is trained     tasks/      what is to be learned, one file each
    recurrence  our loops as one node of PyTorch's graph              counterpart the same by nn.*'s own kernels
    model       embedding, recurrent layers, readout                  scoring     losses, accuracy, perplexity
    training    Training: a run as an iterator of events              checkpoint  a run as bytes, and back
    sampling/   what a network writes                                 recipes/    runs that show one thing
    history     columns and flow                                      halt, cures a value that is not finite, and why

A page or a job steps through `Training(settings).events()`, which yields Update, Sample and End; `checkpoint.pack` and
`checkpoint.unpack` leave off and go on at any update, bit for bit. LabSettings, TASKS and RECIPES load without PyTorch.
"""

from typing import TYPE_CHECKING, Any

from .recipes import RECIPES
from .settings import LabSettings
from .tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .outcome import Run

__all__ = ["RECIPES", "TASKS", "LabSettings", "train"]


def train(settings: LabSettings, on_event: "Callable[[Any], None] | None" = None) -> "Run":
    """Train to the end and return the run; `on_event` sees every event as it comes. Loads PyTorch."""
    from .outcome import train as run_to_the_end

    return run_to_the_end(settings, on_event)
