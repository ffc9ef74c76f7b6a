"""What each page lets its reader save: the figures it shows, all of them, and nothing else."""

import pytest

from tests.ui.sessions import PAGES, Session
from ui.export.dialog import page_html

LINK = "http://127.0.0.1/?steps=12"
CLOCKED = {"cell": "phased_lstm", "steps": "12", "hidden": "4", "batch": "2", "seeds": "20", "map_size": "5"}


def opened_page(page: str) -> Session:
    session = Session(**CLOCKED)
    session.go(page)
    session.until_drawn()
    return session


def drawn(session: Session) -> list[str]:
    """The names of the figures on the page, from top to bottom."""
    return [body["name"].removeprefix("backflow-") for body in session.charts.values() if not body.get("save")]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_offers_what_it_shows(page):
    session = opened_page(page)
    offers = session.value("offered")
    assert [one.name for one in offers if not one.part] == drawn(session)
    session.widget("export").click().run()
    (saved,) = [body for body in session.charts.values() if body.get("save")]
    assert saved["name"] == f"backflow-{offers[0].name}"
    text = page_html([one for one in offers if not one.part], LINK, "The verdict.")
    assert text.count('<div class="wide">') == len(drawn(session))
    assert text.count("Hidden units H: 4") >= len(drawn(session)), "every setting stands below every figure"
