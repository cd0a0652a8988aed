"""From when it is known what happened: forgetting changes no answer that may still be asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.bars import DAY
from signals.known import Known


def ints(*values):
    return np.array(values, np.int64)


def test_the_latest_of_what_came_before():
    known = Known(7, by_day=False)
    known.feed(ints(10, 20, 20), ints(15, 40, 25))
    assert known.before(ints(5, 10, 11, 20, 21)).tolist() == [7, 7, 15, 15, 40]


def test_of_a_day_alone():
    known = Known(by_day=True)
    known.feed(ints(DAY - 5, DAY + 5), ints(DAY + 50, DAY + 6))
    assert known.before(ints(DAY - 5, DAY, DAY + 1, DAY + 6)).tolist() == [-1, DAY + 50, -1, DAY + 6]


@pytest.mark.parametrize("by_day", [False, True])
@given(
    records=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 40)), max_size=25),
    cuts=st.lists(st.tuples(st.integers(0, 25), st.integers(0, 30)), max_size=4),
)
def test_forgetting_changes_nothing_later(by_day, records, cuts):
    unit = DAY // 20  # some cross midnight
    ts = np.cumsum([step for step, _ in records], dtype=np.int64) * unit
    late = ts + ints(*(wait for _, wait in records)) * unit if records else ts
    whole, pieces = Known(by_day=by_day), Known(by_day=by_day)
    whole.feed(ts, late)
    fed, forgotten = 0, 0
    for row, behind in sorted(cuts):
        row = min(row, ts.size)
        pieces.feed(ts[fed:row], late[fed:row])
        fed = max(fed, row)
        if fed:
            forgotten = max(forgotten, int(ts[fed - 1]) - behind * unit)
            pieces.forget(forgotten)
    pieces.feed(ts[fed:], late[fed:])
    times = forgotten + 1 + np.arange(0, 60, dtype=np.int64) * (unit // 2)
    assert pieces.before(times).tolist() == whole.before(times).tolist()
