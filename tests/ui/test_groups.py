"""Groups of the sidebar: what a closed one holds is kept, is counted, and is not sent."""

import re

import pytest

from cells import CELLS
from tests.ui.sessions import Session
from ui.sidebar.groups import groups_of
from ui.views.fields import DEFAULTS

CHOSEN = {"hidden": 40, "batch": 3, "seed": 3, "signal": "sines", "forget_bias": 2.0, "precision": "float16"}
COUNTS = {"network": 2, "start": 1, "input": 1, "cell": 1, "view": 1}


def counts(session: Session) -> dict[str, int]:
    """How many changed values each group tells of while it is closed."""
    styles = " ".join(node.proto.body for node in session.app.get("html"))
    found = re.findall(r'st-key-group_(\w+) details:not\(\[open\]\)[^{]*{ content: "(\d+) changed"', styles)
    return {name: int(count) for name, count in found}


def drawn(session: Session) -> set[str]:
    """The keys of all widgets that the browser has."""
    return {node.key for node in session.app if getattr(node, "key", None)}


def chosen_by_hand() -> Session:
    session = Session(cell="lstm")
    for name, value in CHOSEN.items():
        session.set(name, value)
    return session


@pytest.mark.parametrize("cell", CELLS)
def test_a_closed_group_sends_nothing_and_an_open_one_all_it_holds(cell):
    session = Session(cell=cell)
    held = {name for group in groups_of(session.values) for name in group.holds}
    assert len(held) > 8 and not held & drawn(session)
    session.turn_groups(True)
    session.run()
    assert held <= drawn(session)


def test_what_was_chosen_in_a_group_stays_when_it_is_closed_and_on_other_pages():
    session = chosen_by_hand()
    before = session.query
    assert before == {"cell": "lstm"} | {name: str(value).removesuffix(".0") for name, value in CHOSEN.items()}
    session.turn_groups(False)
    session.run()
    assert not drawn(session) & set(CHOSEN)
    session.go("credit")
    session.set("weight_scale", 1.5)
    session.go("flow")
    assert session.query == before | {"weight_scale": "1.5"}
    assert {name: session.widget(name).value for name in CHOSEN} == CHOSEN


def test_a_closed_group_says_how_many_of_its_values_were_changed():
    session = chosen_by_hand()
    assert counts(session) == COUNTS
    session.turn_groups(False)
    session.press("reset")
    assert counts(session) == {}
    assert {name: session.widget(name).value for name in ("hidden", "seed")} == {"hidden": 32, "seed": 0}
    by_link = Session(cell="lstm", **{name: str(value) for name, value in CHOSEN.items()})
    assert not drawn(by_link) & set(CHOSEN)
    assert counts(by_link) == COUNTS
    assert {name: by_link.widget(name).value for name in CHOSEN} == CHOSEN


def test_a_group_stays_open_when_the_cell_and_the_page_change():
    session = Session(cell="lstm")
    session.turn_groups(True)
    session.run()
    session.set("cell", "gru")
    session.go("paths")
    assert {"hidden", "form"} <= drawn(session)
    assert all(session.value(group.key) for group in groups_of(session.values))


def test_a_preset_reaches_values_of_closed_groups():
    session = Session()
    session.press("LSTM")
    assert counts(session) == {"cell": 1}
    assert session.widget("forget_bias").value == 3.0 != DEFAULTS["forget_bias"]
