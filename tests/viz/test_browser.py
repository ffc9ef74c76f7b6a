"""What a browser makes of the figures: words apart, one crosshair, an offline page that asks for nothing."""

import json
import os
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs

from viz import View, flow, offline_html

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WIDTHS = (1060, 860)  # of the page's charts in windows of 1440 × 900 and 1280 × 720
CASES = {
    "rnn": {"cell": "rnn"},
    "lstm": {"cell": "lstm"},
    "gru, all steps": {"cell": "gru", "steps": 12, "loss": "all"},
    "phased": {"cell": "phased_lstm", "steps": 300},
    "two steps": {"cell": "lstm", "steps": 2},
    "exploding": {"cell": "lstm", "steps": 300, "activation": "identity", "weight_scale": 2.5},
    "vanishing": {"cell": "rnn", "steps": 1000, "activation": "identity", "weight_scale": 0.01},
    "zeros": {"cell": "gru", "steps": 24, "weight_scale": 0.0},
}
BOXES = """() => [...document.querySelectorAll('.annotation-text, .ytitle, .xtitle, .xtick text, .ytick text')]
    .map((e) => [e.textContent, e.getBoundingClientRect()]).map(([t, b]) => [t, b.left, b.top, b.right, b.bottom])"""


@pytest.fixture(scope="module")
def browser(playwright):
    program = os.environ.get("BACKFLOW_BROWSER")
    if not program:
        pytest.skip("BACKFLOW_BROWSER names no browser")
    launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def canvas(browser):
    """A page with Plotly.js and nothing else."""
    page = browser.new_page(viewport={"width": 1060, "height": 1200})
    page.set_content("<body style='margin:0'><div id='chart'></div></body>")
    page.add_script_tag(content=get_plotlyjs())
    return page


def draw(page, figure, width):
    page.evaluate(
        "async ([f, width]) => { const chart = document.getElementById('chart'); Plotly.purge(chart);"
        "await Plotly.newPlot(chart, f.data, Object.assign({}, f.layout, {width}), {displayModeBar: false}); }",
        [json.loads(json.dumps(figure)), width],
    )


def overlap(one, other):
    """The smaller extent of what two boxes share, px; 0 where they share nothing."""
    (_, left, top, right, bottom), (_, left2, top2, right2, bottom2) = one, other
    return max(0.0, min(min(right, right2) - max(left, left2), min(bottom, bottom2) - max(top, top2)))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", CASES)
def test_no_words_overlap_and_none_is_cut(canvas, run_of, case, width):
    figure = flow(run_of(**CASES[case])).figure
    draw(canvas, figure, width)
    boxes = canvas.evaluate(BOXES)
    assert len(boxes) > 10
    for place, box in enumerate(boxes):
        assert box[1] >= -1, box
        assert box[3] <= width + 1, box
        for other in boxes[place + 1 :]:
            assert overlap(box, other) < 4, (box, other)  # descenders of neighbours may share a pixel or three


def test_the_measure_of_overlap_can_fail():
    assert overlap(["a", 0, 0, 50, 20], ["b", 10, 8, 60, 28]) == 12


def test_the_crosshair_lists_every_panel_at_one_step(canvas, run_of):
    drawn = flow(run_of(cell="phased_lstm", steps=300))
    draw(canvas, drawn.figure, 1060)
    canvas.mouse.move(400, 60)
    canvas.mouse.move(401, 420, steps=3)
    canvas.wait_for_selector(".hoverlayer .legend")
    text = canvas.text_content(".hoverlayer")
    for word in ("step ", "mean of k", "total dL/dh", "direct part : exactly 0", "‖c", "forget f", "candidate g"):
        assert word in text
    assert canvas.locator(".spikeline").count() > 0


def test_the_offline_page_opens_without_a_network_and_follows_the_theme(browser, run_of, tmp_path):
    trace = run_of(cell="lstm")
    figures = {theme: [flow(trace, View(theme=theme))] for theme in ("light", "dark")}
    file = Path(tmp_path / "page.html")
    file.write_text(offline_html(figures, "Vanishing.", "https://example.org/?a=1&b=2", "1.2.3"), encoding="utf-8")
    context = browser.new_context(offline=True, color_scheme="light")
    page, requests, faults = context.new_page(), [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("#chart-0 .main-svg")
    colour = "document.querySelector('#chart-0').layout.template.layout.font.color"
    assert page.evaluate(colour) == "#0f172a"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"{colour} !== '#0f172a'")
    with page.expect_download() as saved:
        page.click("button[data-format=svg]")
    assert "<svg" in Path(saved.value.path()).read_text(encoding="utf-8")
    assert requests[0] == file.as_uri()
    assert not [url for url in requests if not url.startswith(("file:", "blob:", "data:"))]
    assert faults == []
    context.close()
