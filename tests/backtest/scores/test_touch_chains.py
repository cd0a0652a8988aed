"""Passive orders and refill chains at the touch, by hand. Times in milliseconds; all on the bid at 99."""

import polars as pl

from backtest.scores.maker_orders import maker_orders, most_displayed
from backtest.scores.touch_chains import touch_chains

SETTING = {"refill_ms": 300, "gap_ms": 10_000, "taken_share": 0.8}


def prints(*rows: tuple[int, float, int, int]) -> pl.DataFrame:
    """(time, qty, maker order, taker order)."""
    frame = pl.DataFrame(rows, schema=["event_ts", "qty", "maker", "taker"], orient="row")
    return frame.with_columns(price=pl.lit(99.0), maker_side=pl.lit(1))


def quotes(*rows: tuple[int, float, float]) -> pl.DataFrame:
    """(time, best bid, its size)."""
    frame = pl.DataFrame(rows, schema=["event_ts", "bid_px", "bid_qty"], orient="row")
    return frame.with_columns(ask_px=pl.lit(101.0), ask_qty=pl.lit(1.0))


def test_orders_by_id() -> None:
    tape = prints((10, 2.0, 7, 100), (20, 1.0, 7, 101), (20, 1.0, 8, 101))
    rows = maker_orders(tape).select("maker", "qty", "n_takers", "first_ts", "last_ts").rows()
    assert rows == [(7, 3.0, 2, 10, 20), (8, 1.0, 1, 20, 20)]


def test_the_most_that_was_seen_of_an_order() -> None:
    orders = maker_orders(prints((10, 2.0, 7, 100), (20, 1.0, 7, 101)))
    seen = quotes((0, 99.0, 2.0), (12, 99.0, 1.5), (21, 99.0, 50.0))
    assert most_displayed(orders, seen).to_list() == [2.0]


def test_an_order_that_was_not_at_the_best_before_cannot_be_judged() -> None:
    orders = maker_orders(prints((10, 2.0, 7, 100), (20, 1.0, 7, 101)))
    assert most_displayed(orders, quotes((0, 100.0, 2.0), (12, 99.0, 0.1), (30, 99.0, 1.0))).to_list() == [None]


def test_one_order_refilled_twice() -> None:
    tape = prints((10, 2.0, 7, 100), (500, 2.0, 7, 101))
    seen = quotes((0, 99.0, 2.0), (11, 98.0, 5.0), (60, 99.0, 2.0), (501, 98.0, 5.0), (600, 99.0, 2.0))
    (chain,) = touch_chains(tape, seen, **SETTING)
    assert (len(chain.takes), chain.is_one_order, chain.has_order_in_two_takes) == (2, True, True)


def test_new_orders_at_one_price() -> None:
    tape = prints((10, 2.0, 7, 100), (500, 2.0, 8, 101))
    seen = quotes((0, 99.0, 2.0), (11, 98.0, 5.0), (60, 99.0, 2.0), (501, 98.0, 5.0), (600, 99.0, 2.0))
    (chain,) = touch_chains(tape, seen, **SETTING)
    assert (chain.makers, chain.is_one_order, chain.has_order_in_two_takes) == (frozenset({7, 8}), False, False)


def test_no_refill() -> None:
    """Too little taken; too late; a better price in front; no quote before."""
    back = (11, 98.0, 5.0), (60, 99.0, 2.0)
    assert touch_chains(prints((10, 1.0, 7, 100)), quotes((0, 99.0, 2.0), *back), **SETTING) == []
    late = quotes((0, 99.0, 2.0), (11, 98.0, 5.0), (311, 99.0, 2.0))
    assert touch_chains(prints((10, 2.0, 7, 100)), late, **SETTING) == []
    hidden = quotes((0, 99.0, 2.0), (11, 98.0, 5.0), (60, 99.5, 2.0))
    assert touch_chains(prints((10, 2.0, 7, 100)), hidden, **SETTING) == []
    assert touch_chains(prints((10, 2.0, 7, 100)), quotes(*back), **SETTING) == []


def test_a_long_pause_begins_another_chain() -> None:
    tape = prints((10, 2.0, 7, 100), (20_000, 2.0, 7, 101))
    seen = quotes((0, 99.0, 2.0), (11, 98.0, 5.0), (60, 99.0, 2.0), (20_001, 98.0, 5.0), (20_100, 99.0, 2.0))
    assert [len(chain.takes) for chain in touch_chains(tape, seen, **SETTING)] == [1, 1]
