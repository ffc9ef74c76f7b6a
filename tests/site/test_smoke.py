"""The built site, once: it starts, says what the engine says, answers a slider, and asks no other host."""

import pytest

from cells import RunSettings
from cells.analysis import verdict
from cells.engine import run
from tests.site.reader import Reader

pytestmark = [pytest.mark.slow, pytest.mark.site]  # it fetches 20 MB and builds the site before it begins


def test_the_site_starts_and_answers_in_a_browser_that_reaches_nothing_else(site, lonely_chromium):
    reader = Reader(lonely_chromium, site)
    try:
        reader.open("?steps=20&hidden=8")
        told = verdict(run(RunSettings(steps=20, hidden=8))).sentence
        assert reader.verdict.partition(":")[0] == told.partition(":")[0]
        slider = reader.page.locator(".st-key-weight_scale input[type=range]")
        reader.repaint(lambda: slider.press("ArrowRight"))
        assert "weight_scale=1.01" in reader.page.url
        reader.turn_to("credit")
        assert reader.page.url.startswith(f"{site}credit?") and reader.page.locator(".bf-plot").count() >= 4
        assert reader.exceptions == [] and reader.faults == []
    finally:
        reader.close()
