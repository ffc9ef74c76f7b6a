"""Random values of the page, valid ones of every field; and links that no page ever wrote."""

import math
from random import Random

from cells import CELLS
from ui.link.link import mend, write_link
from ui.views.fields import DEFAULTS, FIELDS, high_of, knob_of

SMALL = {"steps": 60, "hidden": 12, "batch": 5, "inputs": 3, "impulse_step": 60}
LARGE = {"steps": 1000, "hidden": 256, "batch": 256, "inputs": 64, "impulse_step": 1000}
ALL_SHOWN = {"lecture": False}  # every control is there to be turned
TEXTS = (
    *("", " ", "0", "-1", "1e9", "1e999", "-0", "+5", "07", "5.0", "1_000", "0x10", "nan", "inf", "-inf", "None"),
    *("True", "on", "ON", "on ", "rnn", "lstm", "RNN", "own", "chosen", "٣", "１２", "½", "²", "1,2", "1;2", "1;2,3"),
    *("1,,2", "1,2;", "0.1,0.2;x", "a" * 5000, "9" * 400, "1e-400", "\x00", "\n", "\u202e7", "💥", "%00", "%%%"),
    *("<script>alert(1)</script>", "![x](http://example.org/x.png)", "[x](javascript:alert(1))", "$x^2$", ":red[x]"),
    *("'; DROP TABLE runs; --", "../../etc/passwd", "{{7*7}}", "__import__('os')", "99999999999999999999", "2.5.1"),
)
NAMES = (
    "",
    "complaints",
    "drawn",
    "next",
    "__class__",
    "options",
    "Steps",
    "steps ",
    "ste\u200bps",
    "x" * 300,
    "![](y)",
)


def values_of(rng: Random, sizes: dict[str, int] | None = None, **fixed) -> dict:
    """One value for every field, all of them valid and going together; lengths up to `sizes`."""
    sizes = sizes or SMALL
    values = {name: _value(rng, name, sizes) for name in DEFAULTS} | ALL_SHOWN | fixed
    values["loss_steps"] = tuple(sorted(rng.sample(range(1, values["steps"] + 1), min(values["steps"], 3))))
    width = rng.choice((1, 1, 3))
    values["own"] = tuple(
        tuple(round(rng.gauss(0, 1), 3) for _ in range(width)) for _ in range(min(values["steps"], 40))
    )
    values["timestamps"] = tuple(sorted({round(rng.uniform(-9, 99), 3) for _ in range(min(values["steps"], 40) + 2)}))
    mend(values)
    return values


def _value(rng: Random, name: str, sizes: dict[str, int]):
    default = DEFAULTS[name]
    if isinstance(default, tuple) or default is None or name == "ask":  # a view that asks shows nothing yet
        return default
    if isinstance(default, bool):
        return rng.random() < 0.5
    if isinstance(default, str):
        return rng.choice(list(knob_of(name).choices))
    return _number(rng, name, type(default), min(high_of(name), sizes.get(name, math.inf)))


def _number(rng: Random, name: str, kind: type, high: float):
    """An end of the range, the default, or anything between: small numbers as often as large ones."""
    low = knob_of(name).low
    between = low + math.exp(rng.uniform(math.log(1e-3), math.log1p(high - low))) if rng.random() < 0.5 else None
    chosen = rng.choice((low, high, DEFAULTS[name], rng.uniform(low, high), *([between] * 6 if between else ())))
    return kind(min(max(chosen, low), high))


def hostile_query(rng: Random) -> dict[str, list[str]]:
    """The query of a link made by someone who means no good, or by a bad copy of a good one."""
    good = write_link(values_of(rng, LARGE))
    query = {name: [text] for name, text in rng.sample(sorted(good.items()), min(len(good), rng.randrange(6)))}
    for _ in range(rng.randrange(1, 8)):
        name = rng.choice([*FIELDS, *FIELDS, *NAMES, *CELLS])
        query[name] = [_text(rng, name) for _ in range(rng.choice((1, 1, 1, 2)))]
    return query


def _text(rng: Random, name: str) -> str:
    """A text as bad as any, or one that is almost right."""
    if rng.random() < 0.6 or name not in FIELDS:
        return rng.choice(TEXTS)
    knob = FIELDS[name].metadata.get("knob")
    if knob is None or knob.choices:
        return ",".join(str(rng.randrange(-3, 2000)) for _ in range(rng.randrange(1, 400)))
    return str(rng.choice((knob.low, knob.high, 10 * (knob.high or 1), -1e9, 1e15, 10**30)))
