"""The phase diagram in a real browser: painted, pointed at, clicked, and as a job that is stopped and resumed."""

import pytest

PLOT = ".st-key-chart-phase .bf-plot"
SMALL = "?steps=12&hidden=4&batch=2&map_size=9"
JOB = "?map_size=45&map_y=seed,0,44&steps=150&hidden=32&batch=4"
LONG = "?map_size=201&map_y=seed,0,200&steps=250&hidden=24&batch=4"  # it never ends before it is stopped
ROWS = "more => Number(/Running: (\\d+)/.exec(document.querySelector('.st-key-map_job')?.innerText)?.[1]) > more"
GAP = 12  # px that may be left between the map and the window's edge
POINT = """([selector, x, y]) => {
  const plot = document.querySelector(selector), layout = plot._fullLayout, box = plot.getBoundingClientRect();
  return [box.left + layout.xaxis._offset + layout.xaxis.d2p(x), box.top + layout.yaxis._offset + layout.yaxis.d2p(y)];
}"""


@pytest.fixture
def phase(visit):
    """Opens the phase diagram of a link and waits until all of it is drawn."""

    def open_map(query: str = SMALL, **how):
        page = visit(f"phase{query}", until=f"{PLOT}[data-painted]", **how)
        page.page.wait_for_selector("[class*=st-key-map][class*=-progress]", state="detached")
        page.wait_still()
        return page

    return open_map


def point(page, x, y):
    """Where a point of the map lies on the screen."""
    return page.page.evaluate(POINT, [PLOT, x, y])


def ring(page):
    """Where the present setting is drawn."""
    found = f"document.querySelector('{PLOT}').data.find(trace => trace.name === 'present setting')"
    return page.page.evaluate(f"[{found}.x[0], {found}.y[0]]")


def heading(page) -> str:
    return page.page.locator(".bf-verdict h3").inner_text()


def test_the_map_is_painted_and_every_point_names_itself_under_the_pointer(phase):
    page = phase()
    images = page.page.locator(f"{PLOT} .heatmaplayer image")
    assert images.count() >= 2 and images.first.bounding_box()["width"] > 400
    assert heading(page).startswith("The gradient ")
    page.page.mouse.move(*point(page, 2.5, 14))
    label = page.page.locator(f"{PLOT} .hoverlayer .hovertext")
    label.wait_for()
    told = label.text_content()
    assert all(words in told for words in ("weight scale 2.5", "sequence length T 14", "ratio 10"))


def test_a_click_sets_both_controls_and_the_link_and_can_be_taken_back(phase):
    page = phase()
    before = page.query
    x, y = point(page, 2.5, 63)
    page.page.mouse.move(x, y)
    page.page.mouse.click(x, y)
    page.wait_query(
        **before | {"weight_scale": "2.5", "steps": "63", "map_x": "weight_scale,0,4", "map_y": "steps,2,100"}
    )
    assert page.slider("weight_scale").get_attribute("aria-valuenow") in ("2.5", None)
    assert float(page.slider("weight_scale").input_value()) == 2.5 and int(page.slider("steps").input_value()) == 63
    page.wait_until(f"document.querySelector('{PLOT}').data.some(t => t.name === 'present setting' && t.x[0] === 2.5)")
    assert ring(page) == [2.5, 63]
    page.page.locator(".st-key-map-undo button").first.click()  # a second one is there for touch
    page.wait_query(**before)
    assert float(page.slider("weight_scale").input_value()) == 1.0


def click(page, key: str) -> None:
    page.page.locator(f".st-key-map-{key} button").click()


def delete_job(page) -> None:
    """Delete the newest job; then it is offered again."""
    page.page.locator(".st-key-map_jobs summary").click()
    page.page.get_by_role("button", name="Delete").first.click()
    page.page.locator(".st-key-map-start button").wait_for()


@pytest.mark.slow
def test_a_job_is_stopped_resumed_and_survives_a_closed_tab(phase, visit):
    page = phase(LONG, alone=True)
    click(page, "start")
    page.wait_until(ROWS, 0)
    click(page, "stop")
    page.page.locator(".st-key-map-resume button").wait_for()
    told = page.page.locator(".st-key-map_job").inner_text()
    kept = int(told.split()[told.split().index("of") - 1])
    assert "rows are kept; resume to compute the other" in told and kept > 0
    assert "points are computed so far" in page.verdict
    click(page, "resume")
    page.page.locator(".st-key-map-stop button").wait_for()
    page.page.close()
    page = visit(f"phase{LONG}")
    page.wait_until(ROWS, kept)
    click(page, "stop")
    page.page.locator(".st-key-map-resume button").wait_for()
    delete_job(page)


def test_a_job_draws_the_map_when_it_ends(phase):
    page = phase(JOB)
    click(page, "start")
    page.wait_until("!document.querySelector('.st-key-map_job')")
    page.wait_until("!document.querySelector('.bf-verdict').innerText.includes('so far')")
    assert heading(page).startswith("The gradient ")
    delete_job(page)


@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_at_the_smallest_size_the_whole_map_is_in_the_window(phase, dark):
    page = phase(width=1280, height=720, dark=dark)
    main = page.page.locator(".stMain")
    assert main.evaluate("box => box.scrollWidth <= box.clientWidth")
    right = main.evaluate("box => box.getBoundingClientRect().right")
    box = page.page.locator(f"{PLOT} .main-svg").first.bounding_box()
    assert box["x"] + box["width"] <= right and 720 - GAP <= box["y"] + box["height"] <= 720
    page.page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_until(
        "([plot, top, gap]) => 0 <= 900 - top - document.querySelector(plot).layout.height && "
        "900 - top - document.querySelector(plot).layout.height <= gap",
        [PLOT, box["y"], GAP],
    )
