"""Writing to a length: a first network says how long the text will be, a second one writes exactly that."""

import numpy as np

from lab.manner import Manner
from lab.model import RecurrentNet
from lab.tasks import Language
from lab.tasks.name_length import NameLength

from .draw import choose
from .writing import write_many


def predict_length(net: RecurrentNet, task: NameLength, prompt: str, manner: Manner) -> int:
    """Letters of the whole name, as the first network draws it from the prompt; at least one more than the prompt."""
    batch = task.asked(prompt)
    x = net.embed(batch.x, task.inputs)
    logits = net.read_out(net(x, np.ones(batch.x.shape[:2])).h[-1]).detach().numpy().copy()
    logits[:, : len(prompt) + 1] = -np.inf
    return int(choose(logits, manner, np.random.default_rng(manner.seed))[0])


def write_to_length(
    lengths: tuple[RecurrentNet, NameLength], writer: tuple[RecurrentNet, Language], prompt: str, manner: Manner
) -> str:
    """Return a name whose length the first network predicts and the second one, which is told it, keeps.

    The end is barred until then, so that the length is kept to the letter.
    """
    length = predict_length(*lengths, prompt, manner)
    net, task = writer
    return write_many(net, task, 1, manner, prompt, exactly=length)[0]
