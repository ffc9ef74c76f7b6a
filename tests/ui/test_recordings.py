"""Real sequences: the roles a column may have, clocks that began far away, gaps, and faults named by line."""

import time

import numpy as np
import pytest

from cells import CELLS, RunSettings, run, sweep
from cells.analysis.gradcheck.autograd import checks
from cells.analysis.gradcheck.check import check_trace_gradients
from cells.knobs import BadValue
from ui.brought.columns import MASK, NEXT, Roles, guess_roles, read_columns
from ui.brought.recordings import recording_of
from ui.sidebar.own_times import parse_times, subtracted

TABLE = """time,sequence,a,b,target
1714557600.000001,left,0.5,1,3
1714557600.500001,left,0.25,-1,4
1714557602.000001,left,-0.5,0,5
1714557700,right,1,1,6
1714557701,right,2,1,7
"""


def read(text, roles=None):
    columns = read_columns(text.encode())
    return recording_of(columns, roles or guess_roles(columns), "0" * 64, "data.csv")


def test_columns_are_taken_by_their_names_and_sequences_stand_side_by_side():
    found = read(TABLE)
    r = found.recording
    assert (r.steps, r.batch, r.inputs) == (3, 2, 2)
    np.testing.assert_array_equal(r.values[:, 0], [[0.5, 1], [0.25, -1], [-0.5, 0]])
    np.testing.assert_array_equal(r.times[:, 0], [0, 0.5, 2])
    np.testing.assert_array_equal(r.active, [[True, True], [True, True], [True, False]])
    np.testing.assert_array_equal(r.targets[..., 0], [[3, 6], [4, 7], [5, np.nan]])
    assert "2 sequences of 2 to 3 steps, 2 inputs; the target is column target." in found.notes
    assert any("1714557600.000001 to 1714557700 were subtracted" in note for note in found.notes)


@pytest.mark.parametrize("origin", ["0", "1714557600", "1714557600000", "1714557600123456", "1714557600123456789"])
def test_a_clocks_origin_changes_no_gradient(origin):
    first = int(origin)
    text = "time,a\n" + "\n".join(f"{first + gap},{0.1 * gap:.1f}" for gap in (0, 1, 3, 4, 7))
    settings = RunSettings(cell="phased_lstm", signal="own", recording=read(text).recording, batch=1, steps=5, hidden=4)
    trace = run(settings.replace(sampling="own"))
    base = run(
        settings.replace(
            recording=read(text.replace(origin, "0") if first == 0 else zeroed(first, text)).recording, sampling="own"
        )
    )
    np.testing.assert_array_equal(trace.param_grads["tau"], base.param_grads["tau"])
    assert trace.times[:, 0].tolist() == [0, 1, 3, 4, 7]


def zeroed(first, text):
    head, *lines = text.splitlines()
    parts = [line.split(",") for line in lines]
    return "\n".join([head, *(f"{int(time) - first},{value}" for time, value in parts)])


def test_dates_are_times_too():
    r = read("time,a\n2024-05-01T12:00:00,1\n2024-05-01T12:00:30.5,2\n").recording
    assert r.times[:, 0].tolist() == [0, 30.5]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has one zone a process")
def test_no_hour_is_lost_where_clocks_are_put_forward(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    r = read("time,a\n2024-03-31T01:30:00,1\n2024-03-31T03:30:00,2\n").recording
    monkeypatch.undo()
    time.tzset()
    assert r.times[:, 0].tolist() == [0, 7200]


def test_the_next_value_is_asked_and_the_last_row_left_out():
    r = read("a,b\n1,2\n3,4\n5,6\n", Roles(target=NEXT)).recording
    np.testing.assert_array_equal(r.values[:, 0], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(r.targets[:, 0], [[3, 4], [5, 6]])


def test_classes_are_one_hot_with_cross_entropy():
    found = read("a,class\n1,cat\n2,dog\n3,cat\n")
    assert found.recording.loss == "cross_entropy"
    np.testing.assert_array_equal(found.recording.targets[:, 0], [[1, 0], [0, 1], [1, 0]])
    assert "Classes: cat, dog." in found.notes


def test_rows_without_a_target_are_counted():
    found = read("a,target\n1,2\n3,\n5,NA\n")
    assert "2 rows have no target." in found.notes
    assert np.isnan(found.recording.targets[1:, 0]).all()
    assert "1 row has no target." in read("a,class\n1,x\n3,\n5,y\n").notes


def test_missing_values_are_masked_where_asked():
    r = read("a,b\n1,2\nNA,4\n5,6\n", Roles(missing=MASK)).recording
    assert r.active[:, 0].tolist() == [True, False, True] and r.values[1, 0].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("time,a\n1,1\n1,2\n", "time = '1' in line 3 is also the time of line 2: a clock needs one row a time"),
        ("time,a\n2,1\n1,2\n", "time = '1' in line 3 comes before that of line 2; sort each sequence by time"),
        ("time,a\nsoon,1\n1,2\n", "time = 'soon' in line 2 is neither a number nor a date"),
        ("time,a\n0,1\n1e12,2\n", "time = '1e12' in line 3 is more than 1e9 units after 0; take a larger unit"),
        ("a,b\n1,\n2,3\n", "b = '' in line 2 is missing; fill it in, or choose to mask such rows"),
        ("a\n1\n0,5\n", "recording has 2 entries in line 3, the first line has 1"),
        ("a\n1\nx\n", "a = 'x' in line 3 is no number in [-1e6, 1e6]"),
        ("sequence,a\np,1\n", "recording has 1 rows of sequence p, outside [2, 20000]"),
        ("sequence,a\n,1\n,2\n", "sequence = '' in line 2 is empty; each row needs the name of its sequence"),
        ("time,target\n1,2\n2,3\n", "recording has 0 columns of values, outside [1, 64]"),
        ("a,class\n1,x\n2,x\n", "class has 1 classes, outside [2, 64]"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column(text, sentence):
    with pytest.raises(BadValue) as raised:
        read(text)
    assert sentence in str(raised.value)


@pytest.mark.parametrize("loss", ["last", "all"])
@pytest.mark.parametrize("cell", CELLS)
def test_sequences_with_gaps_and_ends_have_the_gradients_of_every_oracle(cell, loss):
    text = TABLE.replace("0.25,-1", "NA,-1")
    columns = read_columns(text.encode())
    roles = Roles("time", "sequence", "target", missing=MASK)
    recording = recording_of(columns, roles, "", "").recording
    options = {"sampling": "own"} if "sampling" in vars(CELLS[cell].Options()) else {}
    brought = {"signal": "own", "recording": recording, "batch": 2, "steps": 3}
    trace = run(RunSettings(cell=cell, hidden=3, layers=2, loss=loss, options=options, **brought))
    assert check_trace_gradients(trace).worst("complex step") < 1e-11
    assert max(check.difference for check in checks(trace)) < 1e-11
    grid = sweep(trace.settings, weight_scale=[0.5, 1.0])
    np.testing.assert_allclose(grid.log10_grad_norms["h"][1], trace.log10_grad_norms["h"], rtol=1e-12)


def test_settings_that_do_not_fit_a_recording_are_named():
    recording = read(TABLE).recording
    with pytest.raises(BadValue, match="batch = 16 is not the number of sequences you brought, 2"):
        RunSettings(signal="own", recording=recording, steps=3)
    with pytest.raises(BadValue, match=r"steps = 50 is outside \[2, 3\]"):
        RunSettings(signal="own", recording=recording, batch=2)


def test_periods_below_one_are_drawn():
    trace = run(RunSettings(cell="phased_lstm", options={"shortest_period": 0.01, "longest_period": 0.5}))
    assert trace.params["tau"].min() >= 0.01 and trace.params["tau"].max() <= 0.5


def test_pasted_unix_times_count_from_the_first():
    text = "1714557600.25 1714557601 1714557603.5"
    assert parse_times(text) == (0.0, 0.75, 3.25) and subtracted(text) == "1714557600.25"
    assert parse_times("5 6 7") == (5.0, 6.0, 7.0) and subtracted("5 6 7") == ""
