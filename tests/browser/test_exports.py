"""What leaves the page, really downloaded: pictures, numbers, and a page that needs no network."""

import re
import struct
from pathlib import Path
from urllib.parse import parse_qs, urlencode
from xml.etree import ElementTree

import pytest

import viz
from tests.browser.visit import PATIENCE
from ui import compute
from ui.link.link import read_link, write_link
from ui.views.fields import page_view, run_settings

ONE_CHART = """title => {  // while the one before leaves, both are there
  const titles = [...document.querySelectorAll("[role=dialog] .bf-plot .gtitle")].map(text => text.textContent);
  return titles.length === 1 && titles[0].replaceAll("\u00a0", " ") === title;
}"""
QUICK = ("jacobians", "phase")
PAGES = sorted((Path(__file__).parents[2] / "ui/pages").glob("[!_]*.py"))
SMALL = "?cell=phased_lstm&steps=12&hidden=4&batch=2&seeds=20&map_size=5"
QUERY = "?cell=lstm&steps=40&weight_scale=1.4"


@pytest.fixture(scope="module")
def values():
    return read_link({"cell": ["lstm"], "steps": ["40"], "weight_scale": ["1.4"]})[0]


@pytest.fixture(scope="module")
def dialog(visit_once):
    """The export dialog of a view that is not the default."""
    page = visit_once(QUERY)
    page.press("export")
    page.page.wait_for_selector("[role=dialog] .bf-plot[data-painted]")
    return page


def download(page, name) -> tuple[str, bytes]:
    """Name and content of what a button saves."""
    with page.page.expect_download(timeout=PATIENCE) as coming:
        page.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


def words_of(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " "))


def test_a_picture_in_lines_holds_the_chart_and_every_setting(dialog):
    name, content = download(dialog, "Save SVG")
    picture = ElementTree.fromstring(content)
    text = words_of(" ".join(picture.itertext()))
    caption = dialog.page.evaluate("document.querySelector('[role=dialog] .bf-plot').layout.meta.caption")
    assert name == "backflow-flow.svg"
    assert len([path for path in picture.iter() if path.tag.endswith("}path")]) > 20
    assert [part for part in caption.split(" · ") if words_of(part) not in text] == []
    assert dialog.page.url.partition("?")[2] in text.replace(" ", ""), "the link stands below it"


def test_a_picture_in_dots_has_twice_as_many(dialog):
    name, content = download(dialog, "Save PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert (name, content[:8]) == ("backflow-flow.png", b"\x89PNG\r\n\x1a\n")
    assert width == 2400 and height > 1000


def test_numbers_are_those_of_the_run(dialog, values):
    name, content = download(dialog, "Save CSV")
    drawn = compute.drawn_of("flow", run_settings(values), page_view(values), "light")
    assert name == "backflow-flow.csv"
    assert content.decode() == viz.csv(drawn)
    assert content.count(b"\n") == 41


def opened_offline(chromium, path: Path) -> tuple[str, int, list[str]]:
    """The words of a saved page and how many charts it draws without a network; and everything it should not do."""
    context = chromium.new_context(offline=True)
    page, faults = context.new_page(), []
    page.on("request", lambda request: faults.append(request.url))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_function("[...document.querySelectorAll('.chart')].every(chart => chart._fullLayout)")
    text, charts = words_of(page.locator("body").inner_text()), page.locator(".js-plotly-plot").count()
    context.close()
    return text, charts, [fault for fault in faults if not fault.startswith(("file:", "data:", "blob:"))]


def test_the_whole_page_opens_without_a_network(dialog, chromium, tmp_path):
    name, content = download(dialog, "Save whole page as HTML")
    assert name == "backflow.html"
    (tmp_path / name).write_bytes(content)
    text, charts, faults = opened_offline(chromium, tmp_path / name)
    assert (charts, faults) == (1, [])
    assert dialog.verdict.partition(":")[0] in text
    assert dialog.page.url in text


def test_every_chart_is_offered_and_the_one_chosen_is_saved(dialog):
    """The last test of this dialog: it leaves it at another chart."""
    dialog.page.get_by_role("dialog").get_by_role("combobox").click()
    dialog.page.get_by_role("option").first.wait_for()
    offered = dialog.page.get_by_role("option").all_inner_texts()
    assert len(offered) == len(set(offered)) > 3
    dialog.page.get_by_role("option", name=offered[1], exact=True).click()
    dialog.wait_until(ONE_CHART, offered[1])
    dialog.wait_still()
    assert download(dialog, "Save SVG")[0] not in ("backflow-flow.svg", "backflow-undefined.svg")


def saved_as_one():
    """Every page but those that show no run; two of different kinds by default, the others with the slow tests."""
    names = [path.stem for path in PAGES if path.stem not in ("flow", "lessons", "train")]
    return [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in names]


@pytest.mark.parametrize("name", saved_as_one())
def test_every_other_page_leaves_with_all_its_charts(visit, chromium, tmp_path, name):
    page = visit(name + SMALL)
    link = f"{page.server}/{name}?{urlencode(write_link(read_link(parse_qs(SMALL[1:]))[0]))}"
    page.page.wait_for_selector("[data-testid=stProgress]", state="detached")
    page.wait_still()
    shown = page.page.locator(".bf-plot").count()
    page.press("export")
    page.page.wait_for_selector("[role=dialog] .bf-plot[data-painted]")
    (tmp_path / "page.html").write_bytes(download(page, "Save whole page as HTML" if shown > 1 else "Save as HTML")[1])
    text, charts, faults = opened_offline(chromium, tmp_path / "page.html")
    assert (charts, faults) == (shown, [])
    assert link in text and "Hidden units H: 4" in text
