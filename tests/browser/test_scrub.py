"""Scrubbing in a real browser: all charts follow the hand, axes stand still, and nothing is asked of the server."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.browser.visit import PATIENCE

VALUES = 41  # weight scales from 0 to 4
QUERY = "?cell=lstm&steps=40&hidden=8&batch=4&scrub=weight_scale"
SLIDER, PLAY, PLOT = ".bf-scrub input[type=range]", ".bf-scrub .bf-play", ".js-plotly-plot[data-at]"
WATCH = """plot => {
  const panels = () => [...plot.querySelectorAll('.cartesianlayer > .subplot')].map(panel => panel.innerHTML);
  const still = () => JSON.stringify([
    Object.entries(plot._fullLayout).filter(([name]) => /^[xy]axis/.test(name)).map(([, axis]) => axis.range),
    [...plot.querySelectorAll('.xtick text, .ytick text')].map(tick => tick.outerHTML),
  ]);
  const look = () => ({at: plot.dataset.at, panels: panels(), axes: still(), alt: plot.ariaLabel,
    named: plot.closest('.bf-chart, body').querySelector('.bf-value').textContent});
  window.seen = [];
  window.look = look;
  window.watcher?.disconnect();
  window.watcher = new MutationObserver(() => seen.push(look()));
  window.watcher.observe(plot, {attributes: true, attributeFilter: ['data-painted']});
}"""

PAUSE = """([plot, button, place]) => new Promise(done => {
  const look = () => Number(document.querySelector(plot).dataset.at) < place
    ? requestAnimationFrame(look) : done(document.querySelector(button).click());
  look();
})"""


class Hand:
    """A hand at the scrubber of one page, and what it saw: a picture of all panels for every repaint."""

    def __init__(self, page) -> None:
        self.page = page
        page.wait_for_selector(f"{SLIDER}")
        page.wait_for_selector(PLOT)
        page.eval_on_selector(PLOT, WATCH)

    @property
    def seen(self) -> list[dict]:
        return self.page.evaluate("seen")

    @property
    def look(self) -> dict:
        """What is on the screen now."""
        return self.page.evaluate("look()")

    @property
    def place(self) -> int:
        return int(self.page.locator(SLIDER).input_value())

    def drag(self) -> None:
        """From one end to the other, a value a move, never faster than the screen."""
        box = self.page.locator(SLIDER).bounding_box()
        left, width, y = box["x"] + 8, box["width"] - 16, box["y"] + box["height"] / 2
        self.page.mouse.move(left, y)
        self.page.mouse.down()
        for k in range(VALUES):
            self.page.mouse.move(left + width * k / (VALUES - 1), y)
            self.page.evaluate("new Promise(requestAnimationFrame)")
        self.wait_at(VALUES - 1)
        self.page.mouse.up()

    def press(self, key: str) -> None:
        self.page.locator(SLIDER).press(key)
        self.wait_at(self.place)

    def pause_from(self, place: int) -> None:
        """Press the button of a play as soon as this value, or on a slow machine one after it, is painted."""
        self.page.evaluate(PAUSE, [PLOT, PLAY, place])

    def wait_at(self, place: int) -> None:
        """Until this value is painted."""
        self.page.wait_for_function(f"document.querySelector('{PLOT}')?.dataset.at === '{place}'")

    def rest(self) -> None:
        """Until the frame has been drawn in full: a chart that is still dragged has hidden lines or slid labels."""
        self.page.wait_for_timeout(400)


@pytest.fixture(scope="module")
def scrubbed(visit_once):
    """A page with a scrubber, and every message over its websocket."""
    visited, messages = visit_once("?steps=2"), []
    visited.page.on("websocket", lambda socket: listen(socket, messages))
    visited.open(QUERY)
    return visited, messages


def listen(socket, messages: list) -> None:
    for way in ("framesent", "framereceived"):
        socket.on(way, lambda frame: messages.append(frame))


@pytest.fixture(scope="module")
def dragged(scrubbed):
    """What was seen on the way from one end of the slider to the other, and the messages meanwhile."""
    visited, messages = scrubbed
    hand = Hand(visited.page)
    visited.wait_still()
    before = len(messages)
    assert before > 2, "the page came over the websocket"
    hand.drag()
    seen = hand.seen
    hand.rest()
    return seen, messages[before:]


def test_any_knob_is_put_under_the_scrubber_by_a_menu(visit):
    page = visit("?steps=20&hidden=8&batch=4")
    for label in ("Weight scale", "Hidden units H"):
        page.choose("scrub_knob", f"Scrub: {label}")
        page.page.get_by_role("slider", name=f"Scrub {label}").wait_for()
    assert page.page.locator(SLIDER).count() == 1


def test_dragging_repaints_every_value_without_a_message(dragged):
    seen, messages = dragged
    assert messages == []
    assert len({each["at"] for each in seen}) > 0.9 * VALUES


def test_all_charts_are_repainted_together(dragged):
    seen, _ = dragged
    pictures = {each["at"]: each["panels"] for each in seen}
    assert {len(panels) for panels in pictures.values()} == {4}
    for panel in zip(*pictures.values(), strict=True):
        assert len(set(panel)) == len(pictures), "each value has a picture of its own"


def test_axes_stand_still_while_the_value_is_named(dragged):
    seen, _ = dragged
    assert len({each["axes"] for each in seen}) == 1
    for each in seen:
        assert float(each["named"]) == pytest.approx(int(each["at"]) / 10)
    assert len({each["alt"] for each in seen}) == len({each["at"] for each in seen})


def test_what_is_painted_fast_is_what_is_drawn_in_full(scrubbed):
    hand = Hand(scrubbed[0].page)
    for key in ("Home", "ArrowRight", "ArrowRight", "End", "ArrowLeft"):
        hand.press(key)
        fast = hand.seen[-1]["panels"]
        hand.rest()
        assert hand.look["panels"] == fast


def test_arrow_keys_move_by_a_value_and_stop_at_the_ends(scrubbed):
    hand = Hand(scrubbed[0].page)
    for key, place in {"Home": 0, "ArrowLeft": 0, "ArrowRight": 1, "ArrowUp": 2, "ArrowDown": 1}.items():
        hand.press(key)
        assert hand.place == place
    hand.press("End")
    assert hand.place == VALUES - 1
    assert hand.page.locator(SLIDER).get_attribute("aria-valuetext") == "Weight scale 4"


def test_play_goes_on_until_it_is_paused_or_at_the_end(scrubbed):
    hand = Hand(scrubbed[0].page)
    hand.press("Home")
    play = hand.page.locator(PLAY)
    play.click()
    hand.pause_from(3)
    assert play.get_attribute("aria-label") == "Play Weight scale"
    hand.rest()
    place = hand.place
    hand.rest()
    assert hand.place == place and 3 <= place < VALUES - 1
    hand.press("End")
    hand.press("ArrowLeft")
    play.click()
    hand.wait_at(VALUES - 1)
    hand.page.wait_for_selector(f"{PLAY}[aria-label='Play Weight scale']")
    places = [int(each["at"]) for each in hand.seen]
    played = places[places.index(0) : places.index(place) + 1]
    assert {later - earlier for earlier, later in pairwise(played)} <= {0, 1}, "it plays value by value"


def test_the_value_is_kept_by_a_button(visit):
    page = visit(QUERY)
    hand = Hand(page.page)
    hand.press("Home")
    for _ in range(2):
        hand.press("ArrowRight")
    page.page.get_by_role("button", name="Keep", exact=True).click()
    page.wait_until("new URLSearchParams(location.search).get('weight_scale') === '0.2'")
    page.wait_still()
    assert page.controls["st-key-weight_scale"][0] == ["0.2"]


def test_the_saved_page_keeps_its_scrubber_without_a_network(visit, chromium, tmp_path):
    page = visit(QUERY)
    page.press("export")
    with page.page.expect_download(timeout=PATIENCE) as coming:
        page.page.get_by_role("dialog").get_by_role("button", name="Save whole page as HTML").click()
    file = Path(tmp_path / "page.html")
    coming.value.save_as(file)
    context = chromium.new_context(offline=True)
    alone, requests, faults = context.new_page(), [], []
    alone.on("request", lambda request: requests.append(request.url))
    alone.on("pageerror", lambda error: faults.append(str(error)))
    alone.goto(file.as_uri())
    hand = Hand(alone)
    hand.drag()
    pictures = {each["at"]: str(each["panels"]) for each in hand.seen}
    assert len(set(pictures.values())) == len(pictures) > 0.9 * VALUES
    assert len({each["axes"] for each in hand.seen}) == 1
    assert requests[0] == file.as_uri() and not [url for url in requests if url.startswith(("http", "ws"))]
    assert faults == []
    context.close()
