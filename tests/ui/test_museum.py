"""The failure museum in sessions: every exhibit opens with its run, its code and its curves; links bring it back."""

from html import escape

import pytest

from tests.ui.analysis_pages import on, text, until
from tests.ui.sessions import Session
from ui.link.link import write_link
from ui.views.exhibits import BY_NAME, EXHIBITS
from ui.views.fields import DEFAULTS


def link_of(exhibit, **changed):
    return write_link(DEFAULTS | exhibit.values | {"exhibit": exhibit.name} | changed)


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=[exhibit.name for exhibit in EXHIBITS])
def test_every_exhibit_shows_its_code_its_curves_and_what_to_do(exhibit):
    session = Session(**link_of(exhibit))
    session.go("museum")
    until(session, lambda: "chart exhibit" in session.charts)
    said = text(session)
    assert any(escape(exhibit.code) in node.proto.body for node in session.app.get("html"))
    assert "How to see it" in said and "How to mend it" in said
    assert "wrong curve" in session.charts["chart exhibit"]["alt"]
    assert session.query == link_of(exhibit)


def test_choosing_an_exhibit_sets_its_run_and_turning_a_knob_offers_it_back():
    session = on("museum")
    session.set("exhibit", "no_matrix")
    assert session.query == link_of(BY_NAME["no_matrix"])
    assert not session.shows("own run")
    session.set("weight_scale", 1.2)
    session.press("own run")
    assert session.query == link_of(BY_NAME["no_matrix"])


def test_where_the_mistake_cannot_be_made_the_page_says_so_and_offers_the_run():
    session = on("museum", exhibit="fmod")
    assert any("choose the Phased LSTM" in info.value for info in session.app.info)
    session.press("own run")
    assert session.query["cell"] == "phased_lstm"
