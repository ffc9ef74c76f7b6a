"""A lecture in a real browser: ten steps by arrow keys alone, legible from the last row; a page inside another page."""

from playwright.sync_api import expect

LEAST = 18  # px of the smallest letters
BAR, WHERE = ".bf-lecture-bar", ".bf-where"
QUIET = """() => document.querySelector('[data-test-script-state=notRunning]')
    && !document.querySelector('[data-testid=stProgress]')
    && document.querySelector('.bf-plot[data-painted], .bf-guess')"""
SMALL_TEXTS = """least => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim(), box = node.parentElement, range = document.createRange();
    if (!text || box.closest("script, style, noscript, math")) continue; // formulas are drawn beside their math
    if (!box.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    range.selectNodeContents(node);
    const { width, height } = range.getBoundingClientRect();
    if (width < 2 || height < 2) continue; // for those who hear the page
    const drawn = box.closest("text")?.getScreenCTM();
    const size = parseFloat(getComputedStyle(box).fontSize) * (drawn ? Math.hypot(drawn.a, drawn.b) : 1);
    if (size < least - 0.05) found.push(`${text.slice(0, 40)}: ${size.toFixed(1)} px`);
  }
  return found;
}"""


def small_texts(page):
    page.wait_until(QUIET)
    page.wait_still()
    return page.page.evaluate(SMALL_TEXTS, LEAST)


def test_a_story_of_ten_steps_by_arrow_keys_alone_is_legible_in_both_themes(visit):
    page = visit("lessons?lesson=02-why-it-vanishes&lecture=on", width=1280, height=720, until=WHERE)
    for step in range(1, 11):
        lesson, number = (2, step) if step < 8 else (3, step - 7)
        expect(page.page.locator(WHERE)).to_have_text(f"Lesson {lesson} · step {number} of 7")
        assert small_texts(page) == [], f"step {step}"
        if step == 5:
            page.page.emulate_media(color_scheme="dark")
        page.page.keyboard.press("ArrowRight")
    expect(page.page.locator(WHERE)).to_have_text("Lesson 3 · step 4 of 7")
    page.page.keyboard.press("ArrowLeft")
    expect(page.page.locator(WHERE)).to_have_text("Lesson 3 · step 3 of 7")


def test_presses_in_quick_succession_are_as_many_steps(visit):
    page = visit("?steps=20&hidden=8&lecture=on&lesson=02-why-it-vanishes", width=1280, height=720)
    for key, step in (("ArrowRight", 4), ("ArrowLeft", 2), ("PageDown", 6)):
        for _ in range(abs(step - int(page.page.locator(WHERE).inner_text().split()[-3]))):
            page.page.keyboard.press(key)
        expect(page.page.locator(WHERE)).to_have_text(f"Lesson 2 · step {step} of 7")
        page.wait_still()


def test_keys_make_the_screen_black_count_down_and_leave_sliders_alone(visit):
    page = visit("?steps=20&hidden=8&show=weight_scale&think=90&lesson=02-why-it-vanishes", width=1280, height=720)
    assert small_texts(page), "the check of sizes sees nothing"
    page.page.keyboard.press("l")
    expect(page.page.locator(BAR)).to_be_visible()
    page.page.keyboard.press("b")
    expect(page.page.locator(".bf-black")).to_be_visible()
    page.page.keyboard.press("Escape")
    expect(page.page.locator(".bf-black")).to_have_count(0)
    page.page.keyboard.press("t")
    expect(page.page.locator(".bf-think")).to_have_text("1:30")
    page.page.keyboard.press("t")
    expect(page.page.locator(".bf-think")).to_have_count(0)
    slider = page.slider("weight_scale")
    slider.focus()
    slider.press("ArrowRight")
    page.wait_until("() => new URLSearchParams(location.search).has('weight_scale')")
    assert "step 1 of 7" in page.page.locator(WHERE).inner_text()
    page.page.keyboard.press("l")
    expect(page.page.locator(BAR)).to_have_count(0)
    expect(page.page.get_by_test_id("stTopNavSection").first).to_be_visible()


def test_a_page_inside_another_has_the_chosen_controls_and_no_way_elsewhere(visit):
    page = visit("?embed=true&steps=20&hidden=8&show=cell,weight_scale", width=900, height=600)
    assert page.page.locator(".st-key-chosen_controls").get_by_role("radio").count() >= 4
    for gone in ("header.stAppHeader", "section.stSidebar", ".st-key-page_acts", ".st-key-tools", ".bf-tip a"):
        expect(page.page.locator(gone).first).to_be_hidden()
    page.pick("cell", "LSTM")
    page.wait_until("() => new URLSearchParams(location.search).get('cell') === 'lstm'")
    assert page.query["embed"] == "true" and page.query["show"] == "cell,weight_scale"
    page.page.set_content(f"<h1>A course</h1><iframe src='{page.page.url}' width=900 height=600></iframe>")
    inside = page.page.frame_locator("iframe")
    expect(inside.locator(".bf-plot[data-painted]").first).to_be_visible()
    expect(inside.locator("header.stAppHeader").first).to_be_hidden()
