"""On a phone every word of a plot is there, nothing lies over anything, and no page is wider than the window."""

import pytest

from cells import RunSettings, run
from viz import flow, offline_html

PAGES = {
    "flow": "?cell=lstm&steps=20",
    "scrubbed": "?steps=20&scrub=weight_scale",
    "own": "own?steps=200",
    "credit": "credit?cell=lstm&steps=20",
    "equations": "equations?steps=20",
    "jacobians": "jacobians?steps=20",
    "paths": "paths?cell=lstm&steps=20",
    "gate": "gate?cell=phased_lstm&steps=20",
    "fan": "fan?steps=20&seeds=20",
    "phase": "phase?map_size=9&steps=12&hidden=4",
    "table": "table?steps=10&hidden=4",
    "museum": "museum?steps=20",
}
SAID = "[...document.querySelectorAll('.stMain .bf-plot')].map(plot => plot.ariaLabel ?? '')"
TOO_WIDE = "(main => main.scrollWidth - main.clientWidth)(document.querySelector('.stMain'))"
PLOTS = "[...document.querySelectorAll('.bf-plot')].filter(plot => plot._fullLayout && !plot.layout.meta?.least)"
CUT = f"""{PLOTS}.flatMap(plot => {{
  const room = plot.getBoundingClientRect();
  return [...plot.querySelectorAll('.main-svg text')].filter(text => {{
    const {{ left, right, top, bottom, width }} = text.getBoundingClientRect();
    return width && (left < room.left - 1 || right > room.right + 1 || top < room.top - 1 || bottom > room.bottom + 1);
  }}).map(text => text.textContent);
}})"""
MEETING = f"""{PLOTS}.flatMap(plot => {{
  const labels = [...plot.querySelectorAll('.xtick text')].map(text => [text.textContent, text.getBoundingClientRect()])
    .sort((one, other) => one[1].left - other[1].left);
  return labels.slice(1).filter(([, box], k) => box.left < labels[k][1].right + 2 && box.top < labels[k][1].bottom
    && labels[k][1].top < box.bottom).map(([text]) => text);
}})"""
GIVEN = f"""{PLOTS}.map(plot => [plot.layout, plot.backflowGiven.layout].map(
  layout => JSON.stringify([layout.margin, layout.annotations, layout.xaxis.title?.text, layout.xaxis.ticktext])))"""
NODES = """(plot => {
  const at = plot._fullLayout.xaxis, nodes = plot.data.find(trace => trace.name === 'h');
  return [nodes.marker.size, at.l2p(2) - at.l2p(1)];
})(document.querySelector('.st-key-chart .bf-plot'))"""


def opened(visit, query: str):
    """A page whose plots are all drawn."""
    page = visit(query, width=390, height=844)
    page.wait_until("[...document.querySelectorAll('.bf-plot')].every(plot => plot.dataset.painted)")
    return page


@pytest.mark.parametrize("name", PAGES)
def test_no_word_is_cut_no_label_meets_another_and_the_page_does_not_slide(visit, name):
    page = opened(visit, PAGES[name]).page
    assert (page.evaluate(TOO_WIDE), page.evaluate(CUT), page.evaluate(MEETING)) == (0, [], [])
    assert all(said.strip().endswith(".") for said in page.evaluate(SAID)), "every plot says what it shows"


@pytest.mark.parametrize("steps", [3, 24])
def test_nodes_of_the_network_do_not_touch(visit, steps):
    size, apart = opened(visit, f"?steps={steps}&loss=all").page.evaluate(NODES)
    assert size < apart


def test_a_wider_window_has_the_figure_as_it_was_made(visit):
    page = opened(visit, PAGES["paths"])
    assert all(drawn != given for drawn, given in page.page.evaluate(GIVEN))
    page.page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_until(f"{GIVEN}.every(([drawn, given]) => drawn === given)")


def test_a_picture_to_be_saved_is_shown_as_it_will_be(visit):
    page = opened(visit, PAGES["flow"])
    page.press("export")
    page.page.wait_for_selector("[role=dialog] .bf-plot[data-painted]")
    drawn, given = page.page.evaluate(GIVEN)[-1]
    assert drawn == given


def test_a_saved_page_fits_a_phone(chromium, tmp_path):
    trace = run(RunSettings(cell="lstm", steps=20, hidden=4, batch=3))
    (tmp_path / "saved.html").write_text(offline_html({"light": [flow(trace)]}, "", "", ""), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto((tmp_path / "saved.html").as_uri())
    page.wait_for_selector("#chart-0 .main-svg text")
    box, window = page.locator("#chart-0").bounding_box(), page.viewport_size
    words = page.evaluate(CUT.replace(".bf-plot", "#chart-0"))
    page.close()
    assert (box["width"] < window["width"], words) == (True, [])
