"""Ends of chains a person can check by hand: bids at 100, peaks of 5, times in seconds from midnight."""

import pytest

from signals.chain_ends import CHAIN_ENDS_SIGNAL
from signals.taker_orders import TAKER_ORDERS
from tests.signals.refill_frames import hidden, prints, refill, refills
from tests.signals.tape_frames import column, frame, gaps, run

CHAIN = [refill(1), refill(2), refill(3), refill(4)]


def order(at, first=100.0, last=None, side=-1, qty=2.0, displayed=2.0, **more):
    """A taker who sells, at one price unless told."""
    last = first if last is None else last
    row = {
        "event_ts": at,
        "side": side,
        "levels": 1 + round(abs(first - last) * 10),
        "first_px": first,
        "last_px": last,
    }
    return row | {"qty": qty, "displayed_qty": displayed, "consumed_qty": min(qty, displayed)} | more


def ends(*orders, chain=CHAIN, missing=(), until=86_400, **params):
    tape = frame(TAKER_ORDERS, orders)
    tables = refills(*chain), prints(*chain), tape, gaps(*missing)
    return run(CHAIN_ENDS_SIGNAL, *tables, until=until, max_gap_s=10.0, **params)


def test_every_column_by_hand():
    made = ends(order(5))
    assert column(made, "start_ts") == [0.8]
    assert [column(made, f"{name}_ts") for name in ("event", "decided", "known")] == [[4], [14], [14.1]]
    assert made.drop("venue", "symbol", "start_ts", "event_ts", "decided_ts", "known_ts").to_dicts() == [
        {
            "seq": 3, "chain_id": 0, "side": 1, "price": 100.0, "n_refills": 4, "n_fast": 0, "n_hidden": 0, "n_even": 4,
            "displayed_peak_qty": 5.0, "detected_qty": 15.0, "own_qty": 20.0, "last_qty": 5.0, "ended_by": "taken",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("orders", "how"),
    [
        ([], "quiet"),
        ([order(4)], "quiet"),  # before the last refill showed
        ([order(14)], "taken"),
        ([order(14.001)], "quiet"),
        ([order(5, qty=1.0)], "quiet"),
        ([order(5, displayed_qty=None, consumed_qty=None)], "quiet"),
        ([order(5, side=1)], "quiet"),
        ([order(5, first=100.1)], "quiet"),
        ([order(5, first=100.1, last=100.0, qty=9.0)], "quiet"),  # how much of it here is not known
        ([order(5, first=100.1, last=99.9)], "passed"),
        ([order(5), order(6, first=99.9)], "passed"),
        ([order(5, first=99.9), order(6)], "withdrawn"),
        ([order(5, qty=1.0), order(6, first=99.9)], "withdrawn"),
    ],
)
def test_how_it_ended(orders, how):
    assert column(ends(*orders), "ended_by") == [how]
    turned = [
        row | {"side": -row["side"], "first_px": 200 - row["first_px"], "last_px": 200 - row["last_px"]}
        for row in orders
    ]
    asks = [row | {"side": -1} for row in CHAIN]
    assert column(ends(*turned, chain=asks), "ended_by") == [how]


def test_only_chains_that_were_stated_are_there():
    assert ends(chain=CHAIN[:2]).is_empty()
    assert column(ends(chain=CHAIN[:2], min_refills=2), "detected_qty") == [10]


def test_no_more_than_came_back_is_its_own():
    assert column(ends(chain=[refill(at, executed=9.0) for at in (1, 2, 3)]), "own_qty") == [15]
    first = refill(1, executed=1.0)
    assert column(ends(chain=[first, refill(2), refill(3)]), "own_qty") == [11], "nor more than was executed"


def test_even_are_the_first_and_those_equal_to_the_sizes_before():
    sizes = [refill(1), refill(2, refilled=5.5), refill(3, refilled=5.251), refill(4, refilled=5.0)]
    assert column(ends(chain=[row | {"executed_qty": 9.0} for row in sizes]), "n_even") == [2]


def test_hidden_refills_are_fast_and_show_nothing():
    made = ends(chain=[refill(1, ms=5.0), refill(2, ms=5.1), hidden(3, 9, 5)])
    assert made.select("n_fast", "n_hidden", "n_even", "last_qty").rows() == [(2, 1, 2, None)]


def test_it_is_stated_once_it_is_certain():
    assert ends(until=13.9).is_empty()
    assert ends(until=14).height == 1
    assert column(ends(order(13, known_ts=40)), "known_ts") == [40]
    assert column(ends(order(14.001, known_ts=40)), "known_ts") == [14.1]
    assert column(ends(chain=[*CHAIN, refill(13, price=90.0, known_ts=50)]), "known_ts") == [50]


def test_gaps_and_midnight_cut():
    assert column(ends(order(5), missing=[("trades", 6, 7)]), "ended_by") == ["cut"]
    assert column(ends(order(5), missing=[("book_updates", 3.5, 4.5)]), "ended_by") == ["cut"]
    assert column(ends(order(5), missing=[("trades", 14, 15)]), "ended_by") == ["taken"]
    assert column(ends(order(5), missing=[("book_ticker", 6, 7)]), "ended_by") == ["taken"]
    late = [refill(86_400 - at) for at in (8, 7, 6)]
    made = ends(chain=late)
    assert (column(made, "ended_by"), column(made, "decided_ts")) == (["cut"], [86_399.999999])
