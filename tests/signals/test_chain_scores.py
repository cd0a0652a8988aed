"""Class and likelihood of chains by hand: tick 0.1, times in seconds from midnight."""

from math import log

import polars as pl
import pytest

from signals.replenishment import REPLENISHMENT_SIGNAL
from tests.signals.refill_frames import found, hidden, quiet_refills, refill, refills
from tests.signals.tape_frames import column, run, seconds


@pytest.mark.parametrize(
    ("past", "ms", "named", "counts"),
    [
        ({"ms": 100.0}, 5.0, "native", (3, 0)),
        ({"ms": 100.0}, 6.0, "synthetic", (0, 3)),
        ({"ms": 100.0}, 301.0, "unresolved", (0, 0)),
        ({"ms": 100.0}, None, "native", (3, 0)),
        ({"ms": 2.0, "is_first_update": True}, 6.0, "synthetic", (0, 3)),
        ({"ms": 50.0, "is_first_update": True}, 5.0, "unresolved", (0, 0)),
        ({"ms": 50.0, "is_first_update": True}, None, "unresolved", (0, 0)),
    ],
)
def test_delays_tell_the_class_if_the_feed_is_fine(past, ms, named, counts):
    chain = [hidden(at, 9, 5) if ms is None else refill(at, ms=ms) for at in (70, 71, 72)]
    made = found(*quiet_refills(10, **past), *chain, fit_min=1)
    assert made.select("refill_class", "n_native_like", "n_synthetic_like").rows() == [(named, *counts)]


def test_the_feed_is_judged_by_what_came_before_the_fit():
    made = found(*quiet_refills(10, ms=100.0), refill(20), refill(21), refill(22), fit_min=1)
    assert column(made, "refill_class") == ["unresolved"]


def test_the_class_is_that_of_most_refills():
    rows = [refill(70, ms=1.0), refill(71), refill(72), refill(73, ms=1.0), refill(74, ms=1.0)]
    made = found(*quiet_refills(10, ms=100.0), *rows, fit_min=1)
    assert column(made, "refill_class") == ["synthetic", "unresolved", "native"]


def test_an_order_is_likelier_than_chance_once_its_peak_came_back():
    uneven = [refill(at, refilled=size) for at, size in ((70, 9.0), (71, 1.0), (72, 7.0), (73, 2.0))]
    even = [refill(at, ms=80.0) for at in (70, 71, 72, 73)]
    noise = quiet_refills(40, ms=250.0)
    assert all(value < -3 for value in column(found(*noise, *uneven, fit_min=1), "llr"))
    llr = column(found(*noise, *even, fit_min=1), "llr")
    assert 6 < llr[0] < llr[1]


def test_a_hidden_refill_counts_by_how_rarely_orders_find_hidden_size():
    chain = [hidden(at, 9, 5) for at in (70, 71, 72)]
    flow = seconds({}, 60).with_columns(n_orders=pl.lit(10, pl.Int64))
    for past, chance in (([], 1 / 601), ([hidden(3, 9, 5, price=300.0)], 2 / 601)):
        made = run(REPLENISHMENT_SIGNAL, refills(*past, *chain), flow, until=99, fit_min=1)
        assert column(made, "llr") == pytest.approx([3 * log(1 / chance)])
