"""Links in a real browser: the very same view in another browser, after a reload, and from the button."""

from pathlib import Path
from random import Random
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import running
from tests.ui.wild import SMALL, values_of
from ui.link.link import write_link

OWN = {"signal": "own", "own": "0.5,1;0.25,-2;0.001,0", "steps": "3", "loss": "chosen", "loss_steps": "1,3"}
HOSTILE = {
    "cell": "![](http://example.org/x.png)",
    "steps": "99999",
    "<img src=http://example.org/y.png>": "<script>alert(1)</script>",
    "seed": "[x](http://example.org) $x$ :red[x] :material/home:",
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_link_brings_the_very_same_view_to_another_browser(visit, seed):
    query = write_link(values_of(Random(f"link {seed}"), SMALL))
    first = visit("?" + urlencode(query))
    second = visit("?" + urlencode(first.query), alone=seed == 0)
    assert first.query == query
    assert first.view == second.view


def test_a_view_made_by_hand_is_copied_and_survives_a_reload(visit):
    page = visit()
    page.repaint(lambda: page.pick("cell", "LSTM"))
    page.repaint(lambda: page.slider("steps").press("PageDown"))
    page.group("LSTM knobs")
    page.repaint(lambda: page.slider("forget_bias").press("ArrowLeft"))
    before = page.view
    page.press("copy_link")
    expect(page.page.locator(".bf-copy")).to_have_text("Copied")
    copied = page.page.evaluate("navigator.clipboard.readText()")
    assert copied == page.page.url
    expect(page.page.locator(".bf-copy")).to_have_text("Copy link")
    page.page.reload()
    page.wait_painted()
    assert page.view == before
    assert visit(copied.removeprefix(f"{page.server}/"), alone=True).view == before


def test_back_and_forward_go_through_the_views(visit):
    page = visit("?steps=20")
    views = [page.view]
    for act in (
        lambda: page.pick("cell", "LSTM"),
        lambda: page.slider("weight_scale").press("PageUp"),
        lambda: page.slider("forget_bias").press("End"),
    ):
        page.page.wait_for_timeout(800)  # changes in quick succession are one step
        page.repaint(act)
        page.wait_query(**page.query)
        views.append(page.view)
    for move, ways in (("go_back", views[-2::-1]), ("go_forward", views[1:])):
        for view in ways:
            page.repaint(getattr(page.page, move))
            page.wait_query(**view[-1])
            assert page.view == view


def test_an_opened_page_is_one_step_and_leaves_groups_open(visit):
    page = visit("?steps=20&hidden=6")
    before = page.view
    page.repaint(lambda: page.slider("weight_scale").press("ArrowRight"))
    page.wait_query(steps="20", hidden="6", weight_scale="1.01")
    page.turn_to("equations")
    page.page.wait_for_url("**/equations?*")
    page.wait_query(steps="20", hidden="6", weight_scale="1.01")
    page.wait_open()
    page.page.go_back()
    page.wait_painted()
    assert page.query["weight_scale"] == "1.01"
    page.repaint(page.page.go_back)
    page.wait_query(steps="20", hidden="6")
    page.wait_open()
    assert page.view == before


def test_pages_open_by_their_own_addresses(visit):
    page = visit("credit?cell=lstm&steps=20&hidden=6")
    page.wait_query(cell="lstm", steps="20", hidden="6")
    for path in (Path(__file__).parents[2] / "ui/pages").glob("[!_]*.py"):
        told = "BACKEND_BASE_URL" in page.page.request.get(f"{page.server}/{path.stem}").text()
        assert told, f"{path.stem} has to look for the server"
    visit("equations?cell=lstm&steps=20&hidden=6").wait_query(cell="lstm", steps="20", hidden="6")


NAVIGATION = "[...document.querySelectorAll('[data-testid=stTopNavDropdownLink]')].map(link => link.href)"
CARRIED = (
    f"location.search && {NAVIGATION}.length && {NAVIGATION}.every(link => new URL(link).search === location.search)"
)


def test_every_link_of_the_navigation_carries_the_view_and_follows_it(visit):
    page = visit("?steps=20&hidden=6")
    see = page.page.get_by_test_id("stTopNavSection").first
    see.click()
    page.wait_until(CARRIED)
    page.page.keyboard.press("Escape")
    page.repaint(lambda: page.slider("weight_scale").press("ArrowRight"))
    page.wait_query(steps="20", hidden="6", weight_scale="1.01")
    see.click()
    page.wait_until(CARRIED)
    (equations,) = (link for link in page.page.evaluate(NAVIGATION) if "/equations" in link)
    other = visit(equations.removeprefix(f"{page.server}/"))
    other.wait_query(steps="20", hidden="6", weight_scale="1.01")
    other.page.get_by_test_id("stTopNavSection").first.click()
    other.wait_until(CARRIED)


@pytest.mark.slow
def test_below_a_path_of_its_own_every_page_opens_without_a_failed_request(chromium, tmp_path):
    with running(tmp_path / "log.txt", "tools/backflow") as url:
        assert f"Backflow: http://localhost:{urlsplit(url).port}/tools/backflow" in (tmp_path / "log.txt").read_text()
        page, failed = chromium.new_page(), []
        page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
        for path in ("/", "", "/credit", "/equations", "/phase"):
            page.goto(f"{url}{path}?steps=20&hidden=6")
            page.wait_for_selector(".bf-plot[data-painted]")
            page.get_by_test_id("stTopNavSection").first.click()
            page.wait_for_function(CARRIED)
        page.close()
    assert failed == []


def test_changes_in_quick_succession_are_one_step(visit):
    page = visit("?steps=20", alone=True).page  # a tab that many tests used has no room for another step
    steps = "names => names.map(name => (history.pushState({}, '', '?steps=' + name), history.length))"
    before, (first, *later) = page.evaluate("history.length"), page.evaluate(steps, ["21", "22", "23"])
    assert [first, *later] == [before + 1] * 3
    page.wait_for_timeout(800)
    assert page.evaluate(steps, ["24"]) == [before + 2]


def test_an_own_sequence_travels_in_the_link(visit):
    page = visit("?" + urlencode(OWN))
    assert page.query == OWN
    assert page.page.get_by_role("alert").count() == 0
    assert visit("?" + urlencode(page.query)).view == page.view


def test_what_a_bad_link_says_is_shown_as_text_until_it_is_dismissed(visit):
    page = visit("?" + urlencode(HOSTILE))
    alert = page.page.get_by_role("alert")
    shown = alert.inner_text().replace("\N{WORD JOINER}", "")
    assert all(text[:40] in shown for text in (HOSTILE["cell"], HOSTILE["seed"], HOSTILE["steps"], list(HOSTILE)[2]))
    assert alert.locator("img, a, script, .katex, [data-testid=stIconMaterial]").count() == 0
    assert page.query == {"steps": "1000"}
    page.press("dismiss")
    expect(alert).to_have_count(0)


def test_a_link_with_far_too_much_in_it_leaves_the_page_usable(visit):
    page = visit("?" + urlencode({f"n{number}": "x" * 50 for number in range(60)}))
    assert page.page.get_by_role("alert").inner_text().count("was ignored") == 60
    expect(page.page.locator(".st-key-chart .bf-plot")).to_be_in_viewport()
