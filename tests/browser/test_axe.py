"""axe-core finds no serious violation on any page: light, dark, and large for a lecture."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from lab import RECIPES, LabSettings
from tests.browser.visit import PATIENCE
from tests.lab.finished import stored, stored_all
from ui.shell.page_titles import TITLES

GRAVE = ("serious", "critical")
SMALL = "steps=12&hidden=4&batch=2"
ALSO = {"gate": "&cell=phased_lstm", "fan": "&seeds=20", "flow": "&scrub=weight_scale"}
HEAD = ".bf-page-title, .bf-step"
QUIET = f"""() => document.querySelector('[data-test-script-state=notRunning]')
    && window.backflowRoom?.act // the foot of the page
    && !document.querySelector('[data-testid=stProgress]')
    && [...document.querySelectorAll('.bf-plot')].every(plot => plot.dataset.painted)
    && document.querySelector('{HEAD}')"""
BACKGROUND = "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"


@pytest.fixture(scope="module")
def axe():
    return Axe()


def grave(page, axe):
    """The rules that are broken, each with the first element that breaks it."""
    page.wait_until(QUIET)
    found = axe.run(page.page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in GRAVE]


def darken(page):
    turn_theme(page, "dark")


def lighten(page):
    turn_theme(page, "light")


def turn_theme(page, theme):
    """Turn it, and wait until the page has followed."""
    before = page.page.evaluate(BACKGROUND)
    page.page.emulate_media(color_scheme=theme)
    page.wait_until(f"before => ({BACKGROUND})() !== before", before)


def check_all(visit, axe, path):
    page = visit(path, width=1280, height=720, until=HEAD)
    assert grave(page, axe) == []
    darken(page)
    assert grave(page, axe) == []
    page.page.keyboard.press("l")
    page.page.wait_for_selector(".bf-lecture-bar", timeout=PATIENCE)
    assert grave(page, axe) == []
    return page


def test_axe_finds_nothing_serious_on_the_first_page_of_a_student_and_would(visit, axe):
    page = check_all(visit, axe, "lessons")
    page.page.evaluate("document.querySelector('.stMain').append(document.createElement('button'))")
    assert [line.split(":")[0] for line in grave(page, axe)] == ["button-name"]


@pytest.mark.slow
@pytest.mark.parametrize("name", TITLES)
def test_axe_finds_nothing_serious_on_any_page(visit, axe, name):
    check_all(visit, axe, f"{'' if name == 'flow' else name}?{SMALL}{ALSO.get(name, '')}")


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 4])
def test_axe_finds_nothing_serious_in_a_lesson(visit, axe, step):
    check_all(visit, axe, f"lessons?lesson=02-why-it-vanishes&lesson_step={step}")


@pytest.mark.slow
def test_axe_finds_nothing_serious_where_runs_have_ended(visit, axe):
    chosen = RECIPES["palindrome"].settings(lecture=True)
    small = {label: run.replace(hidden=8, batch=8, updates=20) for label, run in chosen.items()}
    name = stored_all(small, recipe="palindrome")
    page = opened(visit, name)
    check_opened(page, axe)
    page.pick("train_together_as", "Side by side")
    page.page.wait_for_selector(".st-key-chart-training_multiples .bf-plot[data-painted]")
    check_opened(page, axe)
    page.page.keyboard.press("l")
    page.page.wait_for_selector(".bf-lecture-bar", timeout=PATIENCE)
    assert grave(page, axe) == []
    page.press("train_export")
    page.page.get_by_role("dialog").locator(".bf-plot[data-painted]").wait_for()
    assert grave(page, axe) == []


@pytest.mark.slow
def test_axe_finds_nothing_serious_where_a_network_writes(visit, axe):
    name = stored(LabSettings(task="names", length=14, hidden=8, batch=4, updates=40))
    page = opened(visit, name)
    open_all(page)
    page.press("train_write_now")
    page.page.wait_for_selector(".st-key-chart-writing .bf-plot[data-painted]")
    check_opened(page, axe)
    page.pick("train_view", "Update by update")
    page.page.wait_for_selector(".st-key-chart-replay .bf-plot[data-painted]")
    check_opened(page, axe)


@pytest.mark.slow
def test_axe_finds_nothing_serious_where_a_run_is_chosen_or_has_exploded(visit, axe):
    settings = RECIPES["exploding"].settings()["unclipped"].replace(updates=20, hidden=8, batch=8)
    page = opened(visit, stored(settings))
    page.page.wait_for_selector(".st-key-train_cure")
    open_all(page)
    page.choose("train_recipe", "A run of your own")
    page.page.wait_for_selector(".st-key-train_grid")
    check_opened(page, axe)


def opened(visit, run):
    return visit(f"train?run={run}", width=1280, height=720, until=HEAD)


def check_opened(page, axe):
    """In both themes, all that can be opened open; the theme is left as it was."""
    open_all(page)
    assert grave(page, axe) == []
    darken(page)
    assert grave(page, axe) == []
    lighten(page)


def open_all(page):
    page.wait_until(QUIET)
    page.page.evaluate("document.querySelectorAll('.stMain details:not([open]) > summary').forEach(it => it.click())")
    page.wait_until(QUIET)
