"""How a network writes: from the likeliest symbol alone to every symbol by chance."""

from dataclasses import dataclass

from cells.knobs import Knobs, knob, switch

TEMPERATURE_HELP = "Divides the logits: below 1 the likely gets likelier. (Some multiply; theirs is 1 over ours.)"


@dataclass(frozen=True)
class Manner(Knobs):
    """How the next symbol is chosen, and when writing stops."""

    temperature: float = knob(1.0, 0.01, 10.0, "Temperature", TEMPERATURE_HELP, group="sampling")
    greedy: bool = switch(False, "Greedy", "Always the likeliest symbol.", group="sampling")
    top_k: int = knob(0, 0, 20_000, "Top k", "Only the k likeliest symbols may come; 0 lets all.", group="sampling")
    beam: int = knob(0, 0, 64, "Beam width", "Above 0: beam search in place of drawing.", group="sampling")
    length_penalty: float = knob(
        0.7, 0.0, 2.0, "Length penalty α", "A finished text counts log p / length^α.", group="sampling"
    )
    length: int = knob(200, 1, 10_000, "Longest text", "Symbols after which it stops in any case.", group="sampling")
    seed: int = knob(0, 0, 2**32 - 1, "Seed of the draw", group="sampling")
