"""What the reader has zoomed to stays when a knob moves, until a double-click or until the data leave it."""

RANGE = "document.querySelector('.st-key-chart .bf-plot')._fullLayout.xaxis.range"
OWN = [0.5, 20.5]


def zoom(page, start: float, end: float) -> list[float]:
    """Draw a box with the mouse over the top panel, from `start` to `end` of its width; the new range."""
    box = page.page.locator(".st-key-chart .bf-plot .nsewdrag").first.bounding_box()
    mouse, height = page.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + start * box["width"], height)
    mouse.down()
    mouse.move(box["x"] + (start + end) / 2 * box["width"], height, steps=4)
    mouse.move(box["x"] + end * box["width"], height, steps=4)
    mouse.up()
    page.wait_until(f"{RANGE}[1] - {RANGE}[0] < 15")
    return page.page.evaluate(RANGE)


def double_click(page) -> None:
    box = page.page.locator(".st-key-chart .bf-plot .nsewdrag").first.bounding_box()
    page.page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def of(page) -> list[float]:
    return [round(end, 2) for end in page.page.evaluate(RANGE)]


def test_a_zoom_is_kept_while_knobs_move_until_a_double_click(visit):
    page = visit("?steps=20&hidden=6")
    assert of(page) == OWN
    chosen = [round(end, 2) for end in zoom(page, 0.2, 0.6)]
    for act in (
        lambda: page.slider("weight_scale").press("ArrowRight"),
        lambda: page.slider("steps").press("ArrowRight"),
        lambda: page.pick("cell", "LSTM"),  # other panels, the same time
    ):
        page.repaint(act)
        assert of(page) == chosen
    page.page.set_viewport_size({"width": 1200, "height": 900})
    assert of(page) == chosen
    double_click(page)
    page.wait_until(f"Math.abs({RANGE}[1] - 21.5) < 0.01")
    page.repaint(lambda: page.slider("steps").press("ArrowLeft"))
    assert of(page) == OWN


def test_a_zoom_ends_where_the_data_leave_it(visit):
    page = visit("?steps=20&hidden=6")
    zoom(page, 0.7, 0.9)
    page.repaint(lambda: page.slider("steps").press("Home"))
    assert of(page)[0] < 1.5
    page.repaint(lambda: page.slider("steps").press("End"))
    assert of(page)[1] > 200


def test_a_zoom_is_kept_while_a_figure_is_dragged(visit):
    page = visit("?steps=20&hidden=6&scrub=weight_scale")
    chosen = [round(end, 2) for end in zoom(page, 0.2, 0.6)]
    drag = page.page.locator(".bf-scrub input[type=range]")
    drag.press("ArrowRight")
    page.page.wait_for_timeout(500)  # until it is drawn in full
    assert of(page) == chosen
    double_click(page)
    page.wait_until(f"Math.abs({RANGE}[1] - 20.5) < 0.01")
    drag.press("ArrowRight")
    page.page.wait_for_timeout(500)
    assert of(page) == OWN
