"""What a reader pastes or loads: numbers come in exactly, anything else is refused in one sentence that names it."""

import codecs
import tracemalloc

import pytest

from cells.knobs import BadValue
from cells.settings import OWN_ROWS
from ui.sidebar.own_input import COLUMNS, MEGABYTES, parse_steps, parse_text, read_upload

TWO_BY_TWO = ((1.0, 2.5), (-3.0, 0.001))


def refusal(read, content):
    """The sentence with which `content` is refused."""
    with pytest.raises(BadValue) as caught:
        read(content)
    assert caught.value.field in ("own", "loss_steps")
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"1,2.5\n-3,1e-3\n",
        b"1,2.5\n-3,1e-3",
        b"1,2.5\r\n-3,1e-3\r\n",
        b"1,2.5\r-3,1e-3\r",
        b"1;2.5\n-3;1e-3\n",
        b" 1 , 2.5 \n\n  \n-3, .001\n\n",
        b'"1","2.5"\n"-3","1e-3"\n',
        b"left,right\n1,2.5\n-3,1e-3\n",
        "Grösse;Größe ↑\r\n1;2.5\r\n-3;1e-3".encode(),
        codecs.BOM_UTF8 + b"left,right\r\n1,2.5\r\n-3,1e-3\r\n",
        codecs.BOM_UTF8 + b"1,2.5\n-3,1e-3",
        b"+1,2.50\n-3.0,0.1E-2\n",
    ],
)
def test_a_csv_file_of_any_system_is_read(content):
    assert read_upload(content) == TWO_BY_TWO


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("0.1, 0.5, -0.3", ((0.1,), (0.5,), (-0.3,))),
        ("0.1 0.5\t-0.3", ((0.1,), (0.5,), (-0.3,))),
        ("0.1; 0.5 ;-0.3,", ((0.1,), (0.5,), (-0.3,))),
        ("0.1\n0.5\n\n-0.3\n", ((0.1,), (0.5,), (-0.3,))),
        ("0.1\r\n0.5\r\n-0.3", ((0.1,), (0.5,), (-0.3,))),
        ("1, 2\n3, 4", ((1.0, 2.0), (3.0, 4.0))),
        ("1 2\n3 4", ((1.0, 2.0), (3.0, 4.0))),
        ("1\t2\n3\t  4\n", ((1.0, 2.0), (3.0, 4.0))),
        ("1;2\n3;4;", ((1.0, 2.0), (3.0, 4.0))),
        ("x y\n1 2\n3 4", ((1.0, 2.0), (3.0, 4.0))),
        ("1e6, -1e6", ((1e6,), (-1e6,))),
    ],
)
def test_a_pasted_sequence_is_read_as_it_is_written(text, rows):
    assert parse_text(text) == rows


def test_numbers_come_in_to_the_last_bit():
    numbers = (0.1 + 0.2, 5e-324, 1 / 3, 999999.9999999999)
    assert parse_text(" ".join(map(repr, numbers))) == tuple((number,) for number in numbers)
    assert read_upload("\n".join(map(repr, numbers)).encode()) == tuple((number,) for number in numbers)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "own has 0 steps, outside [2, 20000]"),
        (b"\n\n \r\n", "own has 0 steps, outside [2, 20000]"),
        (b"1\n", "own has 1 step, outside [2, 20000]"),
        (b"names,only\n", "own = 'names' in line 1 is no number"),
        (b"nan\n1\n2\n", "own = 'nan' in line 1 is no number"),
        (b"name\n1\n", "own has 1 step, outside"),
        (b"a\nb\nc\n", "own = 'b' in line 2 is no number"),
        (b"1,2\n3,x\n", "own = 'x' in line 2 is no number"),
        (b"1,2\n3,nan\n", "own = 'nan' in line 2 is no number"),
        (b"1,2\n-inf,3\n", "own = '-inf' in line 2 is no number"),
        (b"1\n1e7\n", "own = '1e7' in line 2 is no number in [-1e6, 1e6]"),
        (b"1,2\n3,\n", "own = '' in line 2 is no number"),
        (b"1,2\n3\n", "own has 1 value in line 2, the lines before have 2"),
        (b"1,2\n\n3,4,5\n", "own has 3 values in line 3, the lines before have 2"),
        (b"1_0\n2\n3_0", "own = '1_0' in line 1"),
        (b"0,5;0,3\n0,1;0,2\n0,1;0,7\n", "own = '0,5' in line 1 is no number"),
        ("1,2\n3,4 °C".encode("latin-1"), "own = a file that is not UTF-8 text: byte 8 cannot be read"),
        ("1,2\n3,4".encode("utf-16"), "own = a file that is not UTF-8 text: byte 0 cannot be read"),
        ("1,2\n3,4".encode("utf-16-le"), "own = a file that is no text: byte 1 is 0"),
        (b"1,2\n3,\x004", "own = a file that is no text: byte 6 is 0"),
        (b"PK\x03\x04\x14\x00\x06\x00", "own = a file that is no text: byte 5 is 0"),
        (b"\x80\x04\x95\x10\x00", "own = a file that is not UTF-8 text: byte 0 cannot be read"),
        (b"=cmd|' /C calc'!A0\n=1+1\n1", "own = '=1+1' in line 2 is no number"),
        (b"1\n" + b"9" * 200_000, "own = text that is no CSV"),
        (b"1\n2\n" * OWN_ROWS, "own has more than 20000 steps, outside [2, 20000]"),
        (b",".join([b"1"] * (COLUMNS + 1)) + b"\n", "own has 65 columns"),
        (b"\n".join([b",".join([b"1"] * (COLUMNS + 1))] * 2), "own has 65 columns, outside [1, 64]"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_a_bad_file_is_refused_by_name(content, words):
    sentence = refusal(read_upload, content)
    assert words in sentence
    assert len(sentence) < 160 and sentence.isprintable()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "own has 0 steps"),
        ("3", "own has 1 step"),
        ("word", "own = 'word' in line 1 is no number"),
        ("1, two, 3", "own = 'two' in line 2 is no number"),
        ("1, nan", "own = 'nan'"),
        ("1 2\n3", "own has 1 value in line 2, the lines before have 2"),
        ("1\n2\n" + "x" * 300, "own = '" + "x" * 40 + "' in line 3"),
    ],
)
def test_a_bad_text_is_refused_by_name(text, words):
    assert words in refusal(parse_text, text)


def test_a_file_too_large_is_refused_before_it_is_read():
    content = b"1\n" * 25_000_000
    tracemalloc.start()
    sentence = refusal(read_upload, content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sentence == f"own = a file of 50.0 MB is outside [0, {MEGABYTES}] MB"
    assert peak < 1e6


def test_a_file_of_far_too_many_lines_takes_little_memory():
    content = b"0\n" * (MEGABYTES * 500_000)
    tracemalloc.start()
    refusal(read_upload, content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * len(content)


def test_a_text_too_large_is_refused():
    assert "own = a text of" in refusal(parse_text, "1 " * (MEGABYTES * 600_000))


def test_the_longest_sequence_there_may_be_is_read():
    assert len(read_upload(b"name\n" + b"1\n2\n" * (OWN_ROWS // 2))) == OWN_ROWS


@pytest.mark.parametrize(
    ("text", "steps"), [("10, 25,50", (10, 25, 50)), ("3 3 1", (1, 3)), (" 7 ,, 8", (7, 8)), ("0007", (7,))]
)
def test_steps_are_sorted_and_each_counts_once(text, steps):
    assert parse_steps(text, 50) == steps


@pytest.mark.parametrize("word", ["x", "-1", "1.5", "1e3", "٣", "½", "9" * 50, "1;2", "0x1", "<b>", "0", "51"])
def test_a_word_that_is_no_step_is_named(word):
    sentence = refusal(lambda text: parse_steps(text, 50), f"3, {word}")
    assert sentence == f"loss_steps = {word[:40]!r} is no whole number in [1, 50]"


def test_no_steps_at_all_are_refused():
    assert (
        refusal(lambda text: parse_steps(text, 50), " , ") == "loss_steps is empty; it takes whole numbers in [1, 50]"
    )
