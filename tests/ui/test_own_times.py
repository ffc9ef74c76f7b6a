"""Own timestamps: read from a text or a file, kept in the link, and refused in one sentence that names the entry."""

import codecs

import pytest

from cells.knobs import BadValue
from tests.ui.sessions import Session
from ui.link.link import left_out, read_link, write_link
from ui.sidebar.own_times import parse_times, read_times
from ui.views.fields import DEFAULTS

OWN = {"cell": "phased_lstm", "sampling": "own"}
TIMES = (-0.5, 1.0, 2.75)


@pytest.mark.parametrize(
    "content",
    [b"-0.5,1,2.75", b"-.5\n1\n2.75\n", b"time\r\n-0.5\r\n1\r\n2.75\r\n", codecs.BOM_UTF8 + b"t\n-5e-1\n1.0\n2.75;"],
)
def test_times_are_read_in_the_order_they_are_written(content):
    assert read_times(content) == TIMES


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "1, 2, 2",
            "timestamps = 2.0 at entry 3 does not come after 2.0; times must increase: leave one of the two out",
        ),
        ("3 1", "timestamps = 1.0 at entry 2 does not come after 3.0; times must increase: sort them"),
        ("1 2 three", "timestamps = 'three' at entry 3 is no number in [-1e6, 1e6]"),
        ("1 nan 3", "timestamps = 'nan' at entry 2 is no number in [-1e6, 1e6]"),
        ("1 2e9", "timestamps = '2e9' at entry 2 is no number in [-1e6, 1e6]"),
        ("1", "timestamps has 1 entry, outside [2, 20000]"),
        ("word", "timestamps = 'word' at entry 1 is no number in [-1e6, 1e6]"),
        ("t 1 x", "timestamps = 'x' at entry 3 is no number in [-1e6, 1e6]"),
        ("", "timestamps has 0 entries, outside [2, 20000]"),
    ],
)
def test_times_that_do_not_do_are_named(text, sentence):
    with pytest.raises(BadValue) as caught:
        parse_times(text)
    assert (str(caught.value), caught.value.field) == (sentence, "timestamps")


def test_a_file_that_is_no_text_is_named():
    with pytest.raises(BadValue, match="timestamps = a file that is not UTF-8 text: byte 0 cannot be read"):
        read_times(b"\xff\xfe1\x00")


def test_times_come_back_through_a_link_and_too_many_are_left_out_by_name():
    values = DEFAULTS | OWN | {"timestamps": TIMES, "steps": 3}
    query = {name: [text] for name, text in write_link(values).items()}
    assert query["timestamps"] == ["-0.5,1,2.75"]
    assert read_link(query) == (values, [])
    long = DEFAULTS | OWN | {"timestamps": tuple(0.1234567 + k for k in range(1000))}
    assert "timestamps" not in write_link(long)
    assert left_out(long) == ["timestamps has 1000 entries, too many for a link: load them again there."]


def test_a_link_with_times_that_do_not_increase_falls_back_and_says_why():
    values, complaints = read_link({"cell": ["phased_lstm"], "sampling": ["own"], "timestamps": ["1,3,2"]})
    assert (values["sampling"], values["timestamps"]) == ("regular", ())
    assert complaints[0].startswith(
        "timestamps = 2.0 at entry 3 does not come after 3.0; times must increase: sort them; timestamps = nothing"
    )
    assert read_link({"timestamps": ["1,2"]})[1] == ["timestamps goes with sampling = own only and was ignored."]


def test_times_are_pasted_on_the_page_and_set_the_length():
    session = Session(cell="phased_lstm")
    session.set("sampling", "own")
    assert [box.value[:16] for box in session.app.info] == ["Paste timestamps"]
    session.set("times_text", "0.5, 1, 4, 9.5")
    assert session.query == OWN | {"timestamps": "0.5,1,4,9.5", "steps": "4"}
    assert not session.app.info
    session.set("times_text", "0.5, 1, 1")
    assert session.faults == [
        "timestamps = 1.0 at entry 3 does not come after 1.0; times must increase: leave one of the two out"
    ]
    assert session.value("timestamps") == (0.5, 1.0, 4.0, 9.5)
    session.set("steps", 9)
    assert session.faults[0] == "steps = 9 is outside [2, 4], the number of your own timestamps."
    session.press("mend")
    assert session.value("steps") == 4


def test_times_are_loaded_from_a_file():
    session = Session(**OWN, timestamps="1,2", steps="2")
    session.set("times_file", ("times.csv", b"time\n1\n2.5\n7\n", "text/csv"))
    assert session.value("timestamps") == (1.0, 2.5, 7.0)
