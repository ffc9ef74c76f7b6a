"""Columns of a table as the browser reads them: strict JSON, in which nothing is lost."""

import json
import math

import numpy as np
import pytest

from tests.ui.sessions import strict_json
from ui.table.columns import Column, table_body


def read(columns, **more) -> dict:
    return strict_json(table_body(columns, "name", "words", **more))


def test_numbers_come_back_as_they_were():
    values = [1e-300, 0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308]
    (column,) = read({"x": Column(np.array(values))})["columns"]
    assert list(map(repr, column["values"])) == list(map(repr, values)) and column["numeric"]


def test_what_is_no_finite_number_is_a_word_that_javascript_reads():
    (column,) = read({"x": Column([math.nan, math.inf, -math.inf, None])})["columns"]
    assert column["values"] == ["NaN", "Infinity", "-Infinity", None] and column["numeric"]


@pytest.mark.parametrize(
    ("values", "numeric"), [(["a", "1"], False), ([True, False], False), ([1, 2.5], True), ([], False)]
)
def test_only_numbers_are_sorted_as_numbers(values, numeric):
    assert Column(values).numeric is numeric


def test_rows_are_counted_and_have_to_agree():
    assert read({"a": Column([1, 2]), "b": Column(["x", "y"])}, choose=True)["rows"] == 2
    with pytest.raises(ValueError, match="1, 2 rows"):
        table_body({"a": Column([1]), "b": Column([1, 2])}, "name", "words")


def test_thousands_of_rows_are_as_short_as_json_allows():
    values = np.random.default_rng(0).normal(size=5000)
    assert len(table_body({"x": Column(values)}, "n", "a")) < len(json.dumps(values.tolist())) + 200
