"""Plain values are those that JSON has a word for."""

import json
from datetime import UTC, date, datetime
from types import MappingProxyType

import numpy as np

from backtest.plain import plain


def test_no_number_that_json_cannot_say():
    assert plain([float("nan"), float("inf"), -float("inf"), np.float64("nan"), 0.5]) == [None, None, None, None, 0.5]


def test_numbers_of_numpy_are_numbers():
    made = plain({"n": np.int64(3), "share": np.float32(0.5), "is_it": np.bool_(True)})
    assert json.loads(json.dumps(made, allow_nan=False)) == {"n": 3, "share": 0.5, "is_it": True}


def test_days_and_instants_are_iso_text():
    assert plain((date(2024, 8, 8), datetime(2024, 8, 8, 12, tzinfo=UTC))) == [
        "2024-08-08",
        "2024-08-08T12:00:00+00:00",
    ]


def test_names_are_text_all_the_way_down():
    assert plain(MappingProxyType({1: {date(2024, 8, 8): (True, None, "a")}})) == {
        "1": {"2024-08-08": [True, None, "a"]}
    }
