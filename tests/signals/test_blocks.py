"""Blocks a person can check by hand: times in seconds from midnight."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.bars import DAY, SECOND
from signals.blocks import BLOCKS_SIGNAL, large_orders
from signals.inputs.trading import TRADES
from signals.kernels.trailing_quantile import trailing_quantile
from signals.taker_orders import TAKER_ORDERS
from tests.signals.tape_frames import column, frame, run, seconds

FEW = {"min_orders": 4, "percentile": 75, "window_min": 2}


def order(at, qty=1.0, **more):
    return {"event_ts": at, "side": 1, "qty": qty, "quote": 100 * qty, "first_px": 100.0} | more


def off_market(at, qty=7.0, **more):
    return {"event_ts": at, "qty": qty, "price": 99.5, "taker_side": -1, "is_off_market": True} | more


def blocks(orders, prints=(), until=1_000, **params):
    tables = frame(TAKER_ORDERS, orders), frame(TRADES, prints), seconds({}, until)
    return run(BLOCKS_SIGNAL, *tables, until=until, **{**FEW, **params})


SMALL = [order(at, qty) for at, qty in ((1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0))]


def test_every_column_on_the_book_by_hand():
    """Of four before it the 75th percentile (nearest rank) is the third: 3."""
    found = blocks([*SMALL, order(9, 3.5, side=-1)])
    assert found.drop("venue", "symbol", "event_ts", "known_ts").to_dicts() == [
        {
            "kind": "on_book", "seq": 4, "side": -1, "qty": 3.5, "quote": 350.0, "price": 100.0, "print_type": None,
            "large_qty": 3.0,
        }
    ]  # fmt: skip
    assert (column(found, "event_ts"), column(found, "known_ts")) == ([9], [9.1])


def test_every_column_off_the_market_by_hand():
    found = blocks([], [off_market(5, print_type="ADL", seq=8)])
    assert found.drop("venue", "symbol", "event_ts", "known_ts").to_dicts() == [
        {
            "kind": "off_market", "seq": 8, "side": -1, "qty": 7.0, "quote": 696.5, "price": 99.5, "print_type": "ADL",
            "large_qty": None,
        }
    ]  # fmt: skip
    assert column(blocks([], [off_market(5, taker_side=0)]), "side") == [None]
    assert column(blocks([], [off_market(5, known_ts=5.7)]), "known_ts") == [5.7]


def test_a_print_on_the_book_is_no_block_by_itself():
    assert blocks([], [off_market(5, qty=1e6) | {"is_off_market": False}]).is_empty()


def test_a_block_lies_above_the_percentile_not_at_it():
    assert blocks([*SMALL, order(9, 3.0)]).is_empty()
    assert blocks([*SMALL, order(9, 3.1)]).height == 1


def test_too_few_orders_before_it_and_none_is_large():
    assert blocks([*SMALL[1:], order(9, 50.0)]).is_empty()


def test_orders_of_the_same_instant_are_not_before():
    assert blocks([*SMALL[:3], order(9), order(9, 50.0)]).is_empty()


def test_the_window_reaches_back_over_midnight_and_no_further():
    before = [order(-115 + at, qty) for at, qty in ((1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0))]
    assert column(blocks([*before, order(6, 9.0)]), "large_qty") == [3.0]
    assert blocks([*before, order(6.1, 9.0)]).is_empty()


def test_a_block_of_the_day_before_is_that_days():
    assert blocks([*[row | {"event_ts": row["event_ts"] - 90} for row in SMALL], order(-1, 9.0)]).is_empty()


def test_it_is_known_when_all_it_was_compared_with_is():
    late = [order(1, 1.0, known_ts=40), *SMALL[1:], order(9, 9.0)]
    assert column(blocks(late), "known_ts") == [40]


def test_both_kinds_come_in_order():
    found = blocks([*SMALL, order(9, 9.0)], [off_market(9), off_market(3)][::-1])
    assert column(found, "kind") == ["off_market", "off_market", "on_book"]
    assert column(found, "event_ts") == [3, 9, 9]


SIZES = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 6)), min_size=1, max_size=60)


@settings(max_examples=80, deadline=None)
@given(SIZES, st.sampled_from([5, 25, 50]), st.sampled_from([50, 80, 97]), st.integers(0, 6))
def test_ranking_only_what_can_be_large_gives_the_same(rows, window, percentile, least):
    """The day begins at 30; the plain way ranks every order among all of its window."""
    ts, qty = (np.array(column) for column in zip(*sorted(rows), strict=True))
    at = np.flatnonzero(ts >= 30)
    first, after = np.searchsorted(ts, ts[at] - window), np.searchsorted(ts, ts[at])
    large, has = trailing_quantile(qty.astype(float), first, after, percentile=percentile, least=max(least, 1))
    is_large = has & (qty[at] > large)
    found, bounds = large_orders(
        qty.astype(float), ts, 30, 61, window=window, percentile=percentile, least=max(least, 1)
    )
    assert found.tolist() == at[is_large].tolist()
    assert bounds.tolist() == large[is_large].tolist()


@pytest.mark.parametrize("window_days", [1, 3])
def test_of_many_orders_ranking_only_what_can_be_large_gives_the_same(window_days):
    rng = np.random.default_rng(4)
    ts = np.sort(rng.integers(0, 4 * DAY, 40_000)) // SECOND * SECOND
    qty = np.rint(100 * (1 - rng.random(ts.size)) ** -0.5)
    at = np.flatnonzero(ts >= 3 * DAY)
    first, after = np.searchsorted(ts, ts[at] - window_days * DAY), np.searchsorted(ts, ts[at])
    large, has = trailing_quantile(qty, first, after, percentile=99.9, least=1_000)
    rules = {"window": window_days * DAY, "percentile": 99.9, "least": 1_000}
    found, bounds = large_orders(qty, ts, 3 * DAY, 4 * DAY, **rules)
    assert found.tolist() == at[has & (qty[at] > large)].tolist()
    assert found.size > 5
    assert bounds.tolist() == large[has & (qty[at] > large)].tolist()
