"""Rows become flags, ticks and lots; the first row that cannot is named."""

import numpy as np
import pytest

from signals.kernels import book_rows as k


def translate(ts, side, price, qty, starts, marks, *, begin=0, kernel=k.whole_rows):
    n = len(ts) - begin
    flag, px, lots = np.zeros(n, np.uint8), np.zeros(n, np.int64), np.zeros(n, np.int64)
    message = int(np.searchsorted(starts, begin, "right")) - 1
    arrays = (np.array(ts, np.int64), np.array(side, np.int8), np.array(price, float), np.array(qty, float))
    arrays += (np.array(starts, np.int64), np.array(marks, np.uint8))
    bad = kernel(*arrays, message, begin, len(ts), 10.0, 1.0, 1_000.0, flag, px, lots)
    return bad, flag.tolist(), px.tolist(), lots.tolist()


NAN = float("nan")
SNAPSHOT = k.FIRST | k.SNAPSHOT
ROWS = ([1, 1, 1, 2, 3], [1, -1, 1, 0, -1], [28145.1, 28145.2, 0.3, NAN, 0.1], [3.194, 0, 0.001, NAN, 1], [0, 3, 4])


@pytest.mark.parametrize("kernel", [k.whole_rows, k.whole_rows.py_func])
def test_flags_ticks_and_lots(kernel):
    got = translate(*ROWS, [SNAPSHOT, k.FIRST, k.FIRST | k.IGNORE], kernel=kernel)
    flags = [SNAPSHOT | k.BID, k.SNAPSHOT, k.SNAPSHOT | k.BID, k.FIRST | k.IGNORE, k.FIRST | k.IGNORE]
    assert got == (-1, flags, [281451, 281452, 3, 0, 1], [3194, 0, 1, 0, 1000])


def test_a_block_that_begins_inside_a_message_is_not_its_first_row():
    assert translate(*ROWS, [SNAPSHOT, k.FIRST, k.FIRST], begin=1)[1][:2] == [k.SNAPSHOT, k.SNAPSHOT | k.BID]


@pytest.mark.parametrize(
    ("ts", "price", "qty"),
    [(0, 1.0, 1.0), (1, 1.05, 1.0), (1, NAN, 1.0), (1, 0.0, 1.0), (1, 1.0, -0.001), (1, 1.0, 0.0005), (1, 1.0, NAN)],
)
def test_the_first_bad_row_is_returned(ts, price, qty):
    assert translate([1, ts, 1], [1, 1, 1], [1.0, price, NAN], [1.0, qty, 1.0], [0], [k.FIRST])[0] == 1
