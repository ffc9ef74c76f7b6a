"""Learning in a real browser: guesses by mouse, finger and keyboard; lessons, progress, the tour, terms."""

import pytest
from playwright.sync_api import expect

from tests.browser.visit import PATIENCE

PAD, MAIN, TOLD = ".bf-guess .bf-pad", ".bf-guess .bf-main", ".bf-guess .bf-told"
TRUE = ".bf-guess .bf-true"
SMALL = "?steps=20&hidden=8"


@pytest.fixture
def ask(visit):
    """Opens a view that asks, and waits until it can be answered."""

    def opened(query: str, **how):
        return visit(query, until=".bf-guess", **how)

    return opened


def place(page, along: float, up: float) -> tuple[float, float]:
    """A point of the empty axes, as shares of their width and height."""
    box = page.page.locator(PAD).bounding_box()
    return box["x"] + 64 + along * (box["width"] - 194), box["y"] + 14 + up * (box["height"] - 58)


def reveal(page) -> str:
    """Press the button; what is told, and the true curve is there at once, with nothing asked of the server."""
    told = page.page.evaluate(
        f"() => {{ document.querySelector('{MAIN}').click(); return [document.querySelector('{TOLD}').innerText, "
        f"document.querySelector('{TRUE}') !== null]; }}"
    )
    assert told[1]
    return told[0]


def draw_by_mouse(page) -> None:
    page.page.mouse.move(*place(page, 0.98, 0.5))
    page.page.mouse.down()
    page.page.mouse.move(*place(page, 0.01, 0.8), steps=12)
    page.page.mouse.up()


def draw_by_keys(page) -> None:
    page.page.locator(PAD).focus()
    page.page.keyboard.press("Home")
    for _ in range(8):
        page.page.keyboard.press("ArrowDown")


def draw_by_finger(page) -> None:
    touch = page.page.context.new_cdp_session(page.page)

    def send(kind: str, *point: float) -> None:
        points = [dict(zip("xy", place(page, *point), strict=True))] if point else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0.98, 0.5)
    for k in range(1, 11):
        send("touchMove", 0.98 - 0.097 * k, 0.5 + 0.03 * k)
    send("touchEnd")


@pytest.mark.parametrize("draw", [draw_by_mouse, draw_by_keys, draw_by_finger])
def test_a_curve_is_drawn_and_compared(ask, draw):
    page = ask(f"{SMALL}&ask=curve")
    assert page.page.locator(".bf-plot").count() == page.page.locator(".bf-verdict").count() == 0
    draw(page)
    assert page.page.locator(MAIN).inner_text() == "Reveal"
    told = reveal(page)
    assert "You drew" in told and "at step 1, the run gives" in told
    assert "of ten less" in told or "of ten more" in told
    page.page.wait_for_selector(".bf-plot[data-painted]")
    assert "Vanishing" in page.verdict


def test_a_choice_and_a_number_are_judged(ask):
    page = ask(f"{SMALL}&ask=fate")
    page.page.get_by_label("It explodes").check()
    assert reveal(page).startswith("Not so: it vanishes.")
    page = ask(f"{SMALL}&ask=parameters")
    page.page.locator(".bf-guess input").fill("80")
    assert reveal(page).startswith("Right.")


def test_ask_turns_a_view_into_a_question_and_its_link_holds_no_answer(visit):
    page = visit(SMALL)
    page.page.locator(".st-key-ask_choice button").first.click()
    page.page.get_by_role("button", name="Draw the curve").click()
    page.wait_query(steps="20", hidden="8", ask="curve")
    page.page.wait_for_selector(PAD)


def test_a_saved_question_asks_without_a_server(ask, chromium, tmp_path):
    page = ask(f"{SMALL}&ask=fate")
    page.press("export")
    with page.page.expect_download() as saved:
        page.page.get_by_role("button", name="Save as HTML").click()
    saved.value.save_as(tmp_path / "question.html")
    tab, faults = chromium.new_page(), []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:", "blob:")) else faults.append(request.url),
    )
    tab.goto((tmp_path / "question.html").as_uri())
    expect(tab.locator("#answer-0")).to_be_hidden()
    tab.get_by_label("It vanishes").check()
    tab.locator(MAIN).click()
    expect(tab.locator(TOLD)).to_contain_text("Right: it vanishes.")
    expect(tab.locator("#answer-0 .main-svg").first).to_be_visible()
    assert faults == []
    tab.close()


@pytest.mark.slow
def test_a_student_comes_from_the_first_page_to_the_end_of_lesson_1(visit):
    page = visit("", alone=True)
    page.page.get_by_test_id("stTopNavSection").last.click()
    page.page.locator("[data-testid=stTopNavDropdownLink][href*='/lessons']").click()
    page.page.get_by_role("link", name="One gradient, step by step, by hand").click()
    for step in range(1, 8):
        expect(page.page.locator(".bf-step-count")).to_have_text(f"Step {step} of 7")
        page.wait_still()
        if page.page.locator(PAD).count():
            reveal(page)
            page.wait_still()
        assert page.page.locator(".st-key-lesson .katex-error, [data-testid=stException]").count() == 0
        if step < 7:
            page.press("step-next")
    page.press("lesson-done")
    expect(page.page.locator(".bf-lesson-facts").nth(1)).to_contain_text("done")


@pytest.mark.slow
def test_the_tour_is_offered_once(chromium, server):
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(server)
    expect(tab.locator(".bf-tour")).to_be_visible()
    tab.get_by_role("button", name="Not now").click()
    expect(tab.locator(".bf-tour")).to_be_hidden()
    tab.goto(server)
    tab.wait_for_selector(".bf-plot[data-painted]", timeout=PATIENCE)
    expect(tab.locator(".bf-tour")).to_be_hidden()
    context.close()


def test_a_term_explains_itself_to_the_keyboard_and_names_its_lesson(visit):
    page = visit(SMALL)
    term = page.page.locator(".bf-term", has_text="Half-life").first
    expect(term.locator(".bf-tip")).to_be_hidden()
    term.focus()
    expect(term.locator(".bf-tip")).to_be_visible()
    assert term.locator("a").get_attribute("href") == "lessons?lesson=02-why-it-vanishes"
    page.page.keyboard.press("Escape")
    expect(term.locator(".bf-tip")).to_be_hidden()
    page.page.keyboard.press("Shift+Tab")
    term.focus()
    expect(term.locator(".bf-tip")).to_be_visible()
