"""The whole site in a real browser that reaches this machine alone: every page, every cell, every way out, bad days."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from builder.serve import server_of
from cells import CELLS
from tests.browser.test_exports import opened_offline
from tests.site.reader import PLOT, Reader

pytestmark = [pytest.mark.slow, pytest.mark.site]

PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "ui/pages").glob("[!_]*.py"))
SMALL = "steps=12&hidden=4&batch=2&seeds=20&map_size=5"
KEEP_WORKER = """const Real = Worker;
window.Worker = class extends Real { constructor(...all) { super(...all); window.theWorker = this; } };"""
WINDOWS = [(1440, 900, "light"), (1280, 720, "dark"), (390, 844, "dark")]


@pytest.fixture
def reader(site, lonely_chromium):
    """A reader; what it complained of fails the test."""
    reader = Reader(lonely_chromium, site)
    yield reader
    reader.close()
    assert reader.faults == []


@pytest.mark.parametrize("cell", CELLS)
def test_every_page_is_drawn_with_every_cell(reader, cell):
    reader.open(f"?cell={cell}&{SMALL}")
    for page in PAGES:
        if page != "flow":
            reader.turn_to(page)
        assert reader.exceptions == []
        assert page in ("lessons", "gate", "train") or reader.page.locator(PLOT).count(), page


@pytest.mark.parametrize("page", [page for page in PAGES if page != "flow"])
def test_every_page_has_an_address_of_its_own(reader, page):
    reader.open(f"{page}/?{SMALL}")
    assert reader.exceptions == [] and f"/{page}" in reader.page.url and "steps=12" in reader.page.url


def test_controls_links_back_and_reload(reader):
    reader.open(f"?{SMALL}")
    reader.repaint(lambda: reader.preset("ReLU explodes"))
    assert "activation=relu" in reader.page.url
    exploding, url = reader.verdict, reader.page.url
    reader.page.wait_for_timeout(1000)  # changes in quick succession are one step
    reader.repaint(lambda: reader.press("pin"))
    assert "pins=" in reader.page.url
    reader.page.go_back()
    reader.page.wait_for_function("url => location.href === url", arg=url)
    reader.wait_still()
    reader.page.reload()
    reader.wait_live()
    assert reader.verdict == exploding and reader.page.url == url


def test_a_scrubber_drags_in_the_browser(reader):
    reader.open(f"?{SMALL}&scrub=weight_scale,0.5,1.5,5")
    reader.page.wait_for_selector(".bf-scrub input")
    before = reader.verdict
    reader.page.locator(".bf-scrub input").press("End")
    reader.page.wait_for_function("before => document.querySelector('.bf-verdict').innerText !== before", arg=before)


@pytest.mark.parametrize("kind", ["fate", "curve"])
def test_a_view_that_asks_is_answered_in_the_browser(reader, kind):
    reader.open(f"?{SMALL}&ask={kind}")
    asked = reader.page.locator(".bf-guess")
    assert asked.locator(".bf-true").count() == reader.page.locator(PLOT).count() == 0
    if kind == "fate":
        asked.get_by_label("It vanishes").check()
    asked.locator(".bf-main").click()
    told = "Right: it vanishes." if kind == "fate" else "Step 1 gets"
    assert told in asked.locator(".bf-told").inner_text() and asked.locator(".bf-true").count()
    reader.page.wait_for_selector(PLOT)
    assert "Vanishing" in reader.verdict and f"ask={kind}" in reader.page.url


def test_a_file_is_loaded_and_numbers_and_pages_leave(reader, lonely_chromium, tmp_path):
    reader.open("?signal=own&own=1;2;3&steps=3&hidden=4&batch=2")
    content = "\n".join(str(0.1 * k) for k in range(12))
    reader.page.locator("section.stSidebar summary", has_text="Input and loss").click()
    reader.page.locator("input[type=file]").set_input_files(
        {"name": "own.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    reader.page.wait_for_selector(PLOT)
    reader.wait_still()
    reader.press("export")
    reader.page.wait_for_selector("[role=dialog] .bf-plot[data-painted]")
    button = reader.page.get_by_role("dialog").get_by_role("button", name="Save CSV", exact=True).first
    name, csv = reader.saved(button.click)
    assert name == "backflow-flow.csv" and csv.count(b"\n") == 13
    button = reader.page.get_by_role("dialog").get_by_role("button", name="Save as HTML", exact=True)
    name, page = reader.saved(button.click)
    (tmp_path / name).write_bytes(page)
    _, charts, faults = opened_offline(lonely_chromium, tmp_path / name)
    assert (charts, faults) == (1, [])


def test_the_second_start_needs_no_network(reader):
    reader.open(f"?{SMALL}")
    told = reader.verdict
    reader.page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    reader.context.set_offline(True)
    reader.page.reload()
    reader.wait_live()
    assert reader.verdict == told
    reader.turn_to("jacobians")
    reader.page.reload()  # an address without a slash at its end, which no host answers now
    reader.wait_live()
    assert reader.exceptions == []


def test_a_private_window_without_service_workers_works(site, lonely_chromium):
    reader = Reader(lonely_chromium, site, service_workers="block")
    reader.open(f"?{SMALL}")
    assert reader.exceptions == [] and [fault for fault in reader.faults if "outside" in fault] == []
    reader.close()


def test_two_tabs_are_two_sessions(reader, site):
    reader.open(f"?{SMALL}")
    other = reader.context.new_page()
    other.goto(f"{site}?{SMALL}&cell=lstm")
    other.wait_for_selector(PLOT, timeout=240_000)
    assert "cell=lstm" in other.url and "cell" not in reader.page.url


def test_a_map_fills_with_progress_while_a_slider_goes_on(reader):
    reader.open("phase/?map_size=41")
    reader.page.wait_for_selector(PLOT)
    slider = reader.page.locator(".st-key-batch input[type=range], .st-key-weight_scale input[type=range]").first
    slider.press("ArrowRight")
    reader.page.wait_for_function("() => location.search.includes('weight_scale') || location.search.includes('batch')")
    reader.wait_still()
    assert reader.exceptions == [] and not reader.page.locator("[data-testid=stProgress]").count()


def test_a_job_is_refused_with_the_command_that_runs_it(reader):
    reader.open(f"phase/?{SMALL.replace('map_size=5', 'map_size=60')}")
    assert "python backflow.py" in reader.page.locator(".stMain").inner_text()


def test_training_is_refused_with_the_command_that_starts_it(reader):
    reader.open("train/")
    assert "python backflow.py" in reader.page.locator(".stMain").inner_text()


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_picture_stands_where_the_live_chart_will_stand(site, lonely_chromium, window):
    width, height, scheme = window
    reader = Reader(lonely_chromium, site, viewport={"width": width, "height": height}, color_scheme=scheme)
    box = "name => (({ x, y, width }) => [x, y, width])(document.querySelector(name).getBoundingClientRect())"
    reader.page.goto(site)
    reader.page.wait_for_function("() => performance.getEntriesByName('backflow picture').length")
    before = [reader.page.evaluate(box, f"#bf-start {part}") for part in (".bf-verdict", "#bf-picture")]
    reader.wait_live()
    after = [reader.page.evaluate(box, f".stMain {part}") for part in (".bf-verdict", ".bf-plot[data-painted]")]
    assert after == [pytest.approx(place, abs=3) for place in before]
    assert reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    reader.close()


# ── bad days


@pytest.fixture
def faulty(site_folder, site, tmp_path, lonely_chromium):
    """open(change): the page of a site in which something is not as it was built, and what it says."""
    servers, readers = [], []
    built = next(site_folder.parent.glob("below/site"))

    def opened(change):
        folder = tmp_path / "site"
        shutil.copytree(built, folder)
        change(folder)
        servers.append(server_of(folder))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        readers.append(Reader(lonely_chromium, f"http://127.0.0.1:{servers[-1].server_port}/"))
        readers[-1].page.goto(readers[-1].site)
        return readers[-1].page

    yield opened
    for reader, server in zip(readers, servers, strict=True):
        reader.close()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("name", ["python/app.zip.xz", "python/numpy.zip.xz", "python/python_stdlib.zip"])
def test_an_altered_file_is_named_in_the_page(faulty, name):
    def change(folder):
        (folder / name).write_bytes((folder / name).read_bytes()[:-1] + b"x")

    faulty(change).wait_for_selector(f"#bf-told:has-text('{name}'):has-text('altered')")


@pytest.mark.parametrize("name", ["python/app.zip.xz", "python/pyodide.asm.wasm", "worker.js"])
def test_a_missing_file_is_named_in_the_page(faulty, name):
    faulty(lambda folder: (folder / name).unlink()).wait_for_selector(f"#bf-told:has-text('{name}')")


def test_an_old_browser_gets_one_sentence(site, lonely_chromium):
    reader = Reader(lonely_chromium, site)
    reader.page.add_init_script("delete window.WebAssembly")
    reader.page.goto(site)
    reader.page.wait_for_selector("#bf-told:has-text('needs a newer one, with WebAssembly')")
    reader.close()


def test_a_full_memory_is_told_and_the_view_comes_back(site, lonely_chromium):
    reader = Reader(lonely_chromium, site)
    reader.page.add_init_script(KEEP_WORKER)
    reader.open(f"?{SMALL}&cell=gru")
    reader.page.evaluate("theWorker.onmessage({ data: { kind: 'failed', text: 'out of memory', memory: true } })")
    reader.page.wait_for_selector("#bf-news:has-text('memory of this tab is full')")
    time.sleep(3)
    reader.wait_live()
    assert "cell=gru" in reader.page.url and reader.exceptions == []
    reader.close()
