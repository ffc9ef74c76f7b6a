"""Tables in a real browser: sorted, walked through, chosen from, saved."""

from pathlib import Path

import pytest

SMALL = "table?steps=12&hidden=4&batch=2"
LIST = ".st-key-list-of-combinations"
ROWS = f"{LIST} .bf-rows tbody tr[id]"


@pytest.fixture(scope="module")
def table(visit_once):
    """The list of all combinations, long enough to be cut to what is in view."""
    visit = visit_once("table?steps=12&hidden=4&batch=2", until=ROWS)
    visit.page.wait_for_selector("[data-testid=stProgress]", state="detached")
    visit.wait_still()
    return visit


def column(table, place: int) -> list[str]:
    """What is drawn of a column, from top to bottom."""
    cells = table.page.locator(f"{ROWS} td:nth-child({place})")
    return cells.all_inner_texts()


def sort(table, heading: str) -> str:
    """Press a heading; the way it is sorted now."""
    table.page.locator(f"{LIST} th button", has_text=heading).click()
    return table.page.locator(f"{LIST} th", has_text=heading).get_attribute("aria-sort")


def kept(table) -> list[float]:
    return [float(text.removesuffix(" %").replace("−", "-")) for text in column(table, 6) if text]


def test_a_heading_sorts_up_then_down_then_as_it_was(table):
    before = column(table, 2), kept(table)
    assert sort(table, "a step back keeps") == "ascending" and kept(table) == sorted(kept(table))
    assert sort(table, "a step back keeps") == "descending" and kept(table) == sorted(kept(table), reverse=True)
    assert sort(table, "a step back keeps") == "none" and (column(table, 2), kept(table)) == before


def test_of_a_long_table_only_what_is_in_view_is_drawn_and_the_end_can_be_reached(table):
    rows = table.page.locator(ROWS)
    assert rows.count() < 60
    assert table.page.locator(f"{LIST} .bf-rows").get_attribute("aria-rowcount") == "169"
    table.page.locator(f"{LIST} .bf-rows").focus()
    table.page.keyboard.press("End")
    table.page.wait_for_selector(f"{LIST} tr.bf-active[aria-rowindex='169']")
    table.page.keyboard.press("Home")
    table.page.wait_for_selector(f"{LIST} tr.bf-active[aria-rowindex='2']")


def test_a_saved_table_has_every_row_in_full(table):
    with table.page.expect_download() as coming:
        table.page.locator(f"{LIST} .bf-csv").click()
    lines = Path(coming.value.path()).read_text(encoding="utf-8").splitlines()
    assert coming.value.suggested_filename == "backflow-list-of-combinations.csv"
    assert len(lines) == 169 and lines[0].startswith("now,") and any(len(field) > 15 for field in lines[1].split(","))


def test_a_row_is_taken_with_the_keyboard_and_with_a_click(table):
    table.page.locator(f"{LIST} .bf-rows").focus()
    table.page.keyboard.press("Home")
    table.page.keyboard.press("ArrowDown")
    names = table.page.locator(f"{LIST} tr.bf-active td").all_inner_texts()
    table.page.keyboard.press("Enter")
    table.wait_until(
        "activation => location.search.includes('init=') || location.search.includes(activation)", names[2]
    )
    table.wait_still()
    assert table.page.locator(f"{ROWS}:has-text('▶')").get_attribute("aria-rowindex") == "3"
    table.page.locator(ROWS).nth(0).click()
    table.wait_until("!location.search.includes('init=') && !location.search.includes('activation=')")
