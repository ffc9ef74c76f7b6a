"""The values of the page: each declared once, meaning one thing, with a default that works."""

import pytest

from cells import CELLS, RunSettings
from cells.knobs import knobs_of
from ui.shell.widgets import _step
from ui.views.fields import BROUGHT, DEFAULTS, FIELDS, LISTS, high_of, knob_of, own_knobs, page_view, run_settings

NUMBERS = [name for name, field in FIELDS.items() if type(field.default) in (int, float)]


def test_every_knob_of_a_run_and_of_every_cell_is_a_field():
    assert set(knobs_of(RunSettings)) <= set(FIELDS)
    assert all(set(own_knobs(cell)) <= set(FIELDS) for cell in CELLS)


def test_a_name_means_the_same_wherever_it_stands():
    for cell in CELLS.values():
        for name, field in knobs_of(cell.Options).items():
            ours, theirs = knob_of(name), field.metadata["knob"]
            assert (ours.low, ours.high, ours.page_high, ours.choices) == (
                theirs.low,
                theirs.high,
                theirs.page_high,
                theirs.choices,
            )
            assert type(field.default) is type(DEFAULTS[name]), name
            assert field.default == DEFAULTS[name], name


@pytest.mark.parametrize("cell", CELLS)
def test_the_defaults_are_those_of_the_engine(cell):
    assert run_settings(DEFAULTS | {"cell": cell}) == RunSettings(cell=cell)
    page_view(DEFAULTS)


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in (*LISTS, *BROUGHT)])
def test_every_field_has_a_label_and_its_default_in_range(name):
    knob, default = knob_of(name), DEFAULTS[name]
    assert knob.label.strip()
    if knob.choices:
        assert default in knob.choices
        assert all(label.strip() for label in knob.choices.values())
        assert len(set(knob.choices.values())) == len(knob.choices), "two choices look the same"


@pytest.mark.parametrize("name", NUMBERS)
def test_the_range_of_the_page_lies_in_the_range_of_the_engine(name):
    knob = knob_of(name)
    assert knob.low <= DEFAULTS[name] <= high_of(name) <= knob.high


@pytest.mark.parametrize(
    ("low", "high", "step"), [(0.0, 4.0, 0.01), (1.0, 500.0, 1.0), (0.001, 1.0, 0.001), (-4.0, 6.0, 0.1)]
)
def test_a_slider_stops_at_short_numbers(low, high, step):
    assert _step(low, high) == pytest.approx(step)
