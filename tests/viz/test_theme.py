"""Colours mean one thing each, can be told apart by everyone, and stand out from the page."""

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from viz.theme import PALETTES, TEMPLATES, channels, fade, stops, template

PANELS = (
    ("total", "direct", "dc"),
    ("total", "skip", "time_gate"),
    ("h", "c"),
    ("input", "forget", "output", "candidate"),
    ("reset", "update", "new"),
    ("total", "direct", "recurrent"),
    ("skip", "recurrent", "direct"),
    ("total", "predicted", "bound", "exact", "direct"),
    *((role, "draw") for role in ("total", "dc", "h", "c")),
    ("vanishing", "stable", "exploding"),
)
GATES = ("forget", "input", "output", "candidate", "reset", "update", "new", "time_gate")
PINS = tuple(f"pin{number}" for number in range(1, 7))  # drawn over each of the others, told apart by dashes, too
UNDER_PINS = (("total", "direct", "dc"), *((role,) for role in ("h", "c", *GATES)))
LENSES = ("total", "float32", "bfloat16", "float16")  # told apart by dashes, too
VISION = {  # linear RGB as seen by others, Machado, Oliveira and Fernandes 2009
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.793617785, -0.0040720468],
        [1.9779984951, -2.428592205, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.808675766],
    ]
)


def linear(colour):
    """#rrggbb as linear light."""
    rgb = np.array(channels(colour)) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def distance(one, other, vision):
    """In OKLab, times 100."""
    seen = [np.clip(VISION[vision] @ linear(colour), 0, 1) for colour in (one, other)]
    a, b = (TO_OKLAB @ np.cbrt(TO_LMS @ rgb) for rgb in seen)
    return 100 * np.linalg.norm(a - b)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("panel", PANELS, ids=" ".join)
def test_everyone_can_tell_the_lines_of_a_panel_apart(theme, vision, panel):
    roles = PALETTES[theme].roles
    for one, other in itertools.combinations(panel, 2):
        assert distance(roles[one], roles[other], vision) > 10, (one, other)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("vision", VISION)
def test_formats_differ_from_the_truth_and_from_each_other(theme, vision):
    roles = PALETTES[theme].roles
    for one, other in itertools.combinations(LENSES, 2):
        assert distance(roles[one], roles[other], vision) > 5, (one, other)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("under", UNDER_PINS, ids=" ".join)
def test_pins_differ_from_each_other_and_from_what_they_lie_over(theme, vision, under):
    roles = PALETTES[theme].roles
    pairs = [*itertools.combinations(PINS, 2), *itertools.product(PINS, under)]
    least = 6 if len(under) > 1 else 4
    assert min(distance(roles[one], roles[other], vision) for one, other in pairs) > least


def test_the_measure_of_distance_can_fail():
    assert distance("#c81e3a", "#4d7c0f", "deuteranopia") < 5 < distance("#c81e3a", "#4d7c0f", "full")


@pytest.mark.parametrize("theme", PALETTES)
def test_every_meaning_has_a_colour_of_its_own_that_can_be_read_on_the_page(theme):
    palette = PALETTES[theme]
    assert len(set(palette.roles.values())) == len(palette.roles)
    for name, colour in {**palette.roles, "ink": palette.ink, "muted": palette.muted}.items():
        assert contrast(colour, palette.paper) >= 4.5, name


def test_both_themes_know_the_same_meanings():
    assert PALETTES["light"].roles.keys() == PALETTES["dark"].roles.keys()


@pytest.mark.parametrize("theme", PALETTES)
def test_the_flow_scale_runs_one_way_from_faint_to_strong(theme):
    palette = PALETTES[theme]
    strength = [contrast(colour, palette.paper) for colour in palette.flow]
    assert strength == sorted(strength)
    assert strength[0] > 1.1
    assert strength[-1] > 10


@pytest.mark.parametrize("theme", PALETTES)
def test_the_page_has_the_ground_the_palette_reckons_with(theme):
    config = tomllib.loads((Path(__file__).parents[2] / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert config["theme"][theme]["backgroundColor"] == PALETTES[theme].paper
    assert config["theme"][theme]["textColor"] == PALETTES[theme].ink


@pytest.mark.parametrize("theme", TEMPLATES)
def test_plotly_accepts_the_template_and_its_paper_is_transparent(theme):
    made = template(theme).layout
    assert made.paper_bgcolor == "rgba(0,0,0,0)"
    assert made.font.size >= 15
    assert made.xaxis.tickfont.size >= 14


def test_fading_keeps_the_colour():
    assert fade("#1662ec", 0.14) == "rgba(22,98,236,0.14)"


def test_stops_span_the_scale():
    assert stops(["#000000", "#808080", "#ffffff"]) == [[0.0, "#000000"], [0.5, "#808080"], [1.0, "#ffffff"]]
