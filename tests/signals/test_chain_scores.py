"""Class and likelihood of chains by hand: tick 0.1, times in seconds from midnight."""

import pytest

from tests.signals.refill_frames import found, hidden, quiet_refills, refill
from tests.signals.tape_frames import column


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
    near = [refill(at, refilled=size, executed=9.0) for at, size in ((70, 5.0), (71, 5.7), (72, 5.2), (73, 5.9))]
    even = [refill(at, ms=80.0) for at in (70, 71, 72, 73)]
    noise = quiet_refills(40, ms=250.0)
    drawn = column(found(*noise, *near, fit_min=1), "llr")
    llr = column(found(*noise, *even, fit_min=1), "llr")
    assert drawn[0] < llr[0] < llr[1]
    assert drawn[1] < llr[1]


def test_a_chain_that_many_refills_did_not_continue_is_less_likely():
    even = [refill(at, ms=80.0) for at in (70, 72, 74)]
    others = [refill(70 + at / 10, refilled=50.0 * at) for at in range(11, 20)]
    alone, among = (column(found(*rows, fit_min=1), "llr") for rows in (even, sorted([*even, *others], key=_time)))
    assert among[0] < alone[0] - 1


def _time(row):
    return row["event_ts"]


def test_a_hidden_refill_counts_by_how_rarely_it_follows():
    chain = [hidden(at, 9, 5) for at in (70, 71, 72)]
    rare = [row for at in range(20) for row in (refill(at, 300.0), refill(at + 0.4, 300.0, refilled=90.0))]
    assert column(found(*chain), "llr")[0] < column(found(*rare, *chain, fit_min=1), "llr")[0]
