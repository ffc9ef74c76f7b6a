"""The pages of measures in a real browser: a click on a row, the stepper, the badge, work that is given up."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser.visit import PATIENCE
from ui.shell.page_titles import TITLES

PAGES = {
    "credit": ("credit", "credit_row", "parts", "shares", "cancellation"),
    "jacobians": ("prediction", "jacobian", "eigenvalues", "singular_values", "long_jacobian", "lyapunov"),
    "paths": ("paths", "saturation"),
    "fan": ("fan", "draws"),
    "table": ("combinations",),
    "equations": ("graph", "exercise"),
}


def plot(page, name):
    """The chart of a chart."""
    return page.page.locator(f".st-key-chart-{name} .bf-plot")


@pytest.fixture
def at(visit):
    """Opens a page of measures and waits until all its charts are painted."""

    def opened(name, query):
        page = visit(name + query)
        wait_for_all(page, name)
        return page

    return opened


def wait_for_all(page, name):
    """Until all charts of a page are painted."""
    for chart in PAGES[name]:
        page.page.wait_for_selector(f".st-key-chart-{chart} .bf-plot[data-painted]")
    page.wait_still()


def click(page, key):
    """Press a button; one that explains itself is there twice, for mice and for fingers."""
    page.page.locator(f".st-key-{key} button:visible").first.click()


def names(page, chart):
    """What the lines of a chart are called."""
    return json.loads(plot(page, chart).evaluate("plot => JSON.stringify(plot.data.map(trace => trace.name ?? ''))"))


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
def test_every_plate_is_painted_with_its_finding(visit, dark):
    page = visit("?cell=lstm&steps=20&hidden=8", dark=dark)
    for title, charts in PAGES.items():
        page.turn_to(title)
        wait_for_all(page, title)
        for name in charts:
            assert plot(page, name).get_attribute("aria-label").strip().endswith(".")
            assert plot(page, name).locator("svg").count() > 0


def test_the_menu_groups_all_pages_on_top_of_a_small_window(visit):
    page, names = visit("?steps=20&hidden=8", width=1280, height=720), []
    sections = page.page.get_by_test_id("stTopNavSection")
    assert sections.all_inner_texts() == ["See", "Why", "Compare", "Learn"]
    for section in sections.all():
        section.click()
        page.page.get_by_test_id("stTopNavDropdownLink").first.wait_for()
        names += page.page.get_by_test_id("stTopNavDropdownLink").all_inner_texts()
        page.page.keyboard.press("Escape")
        page.page.get_by_test_id("stTopNavDropdownLink").first.wait_for(state="detached")
    assert names == [title.name for title in TITLES.values()]


def test_a_click_on_a_row_of_the_credit_matrix_draws_its_curve(at):
    page = at("credit", "?steps=20&hidden=8")
    box = plot(page, "credit").locator(".nsewdrag").bounding_box()
    page.page.mouse.click(box["x"] + 0.05 * box["width"], box["y"] + box["height"] * (1 - 9.5 / 20))
    page.wait_until("new URLSearchParams(location.search).get('loss_at') === '10'")
    page.wait_still()
    assert "loss of step 10" in names(page, "credit_row")
    slider = page.page.locator(".st-key-loss_at-picked input[type=range]")
    assert slider.input_value() == "10"


def test_a_click_on_a_draw_makes_it_the_present_run(at):
    page = at("fan", "?steps=20&hidden=8&seeds=20")
    points = plot(page, "draws").locator(".points path")
    assert points.count() == 20
    points.nth(7).scroll_into_view_if_needed()
    box = points.nth(7).bounding_box()
    page.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_until("new URLSearchParams(location.search).get('seed') === '7'")
    page.wait_still()
    assert "seed 7" in names(page, "fan") and page.controls["st-key-seed"][0] == ["7"]


def test_a_click_on_a_box_of_the_table_sets_the_controls(at):
    page = at("table", "?steps=20&hidden=8")
    area = plot(page, "combinations").locator(".nsewdrag")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    page.page.mouse.click(box["x"] + box["width"] * 1.5 / 6, box["y"] + box["height"] * 1.5 / 28)
    page.wait_query(steps="20", hidden="8", activation="relu", init="orthogonal")
    assert page.controls["st-key-activation"][0] == ["ReLU"]


def test_the_stepper_walks_through_the_graph(at):
    page = at("equations", "?cell=gru&steps=20&hidden=8")
    click(page, "node-first")
    page.page.get_by_text("1 of 20, forward").wait_for()
    click(page, "node-next")
    page.page.get_by_text("2 of 20, forward").wait_for()
    assert dict(parse_qsl(urlsplit(page.page.url).query))["node"] == "2"


@pytest.mark.slow
def test_the_badge_tells_what_the_oracles_found(at):
    page = at("credit", "?steps=20&hidden=8")
    click(page, "check-credit")
    page.page.get_by_role("button", name="Checked").first.click(timeout=5 * PATIENCE)  # it gives way to all else
    for oracle in ("complex step", "difference quotient", "autograd"):
        page.page.locator("[data-testid=stPopoverBody]").get_by_text(oracle).wait_for()


def test_a_question_is_two_clicks_away(at):
    page = at("credit", "")
    click(page, "question-lstm_dc")
    page.page.get_by_text("Which way does the gradient take through an LSTM?").wait_for()
    page.page.wait_for_selector(".st-key-chart-paths .bf-plot[data-painted]")
    assert urlsplit(page.page.url).path == "/paths"


def test_what_takes_long_shows_progress_and_gives_way_to_a_change(visit):
    page = visit("?cell=lstm&steps=400&hidden=96&layers=2")
    page.turn_to("jacobians")
    page.page.get_by_text("Computing: ").first.wait_for()
    page.pick("cell", "RNN")
    page.page.wait_for_selector(".st-key-chart-prediction .bf-plot[data-painted]")
