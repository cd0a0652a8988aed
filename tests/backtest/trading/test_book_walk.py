"""Taker orders on a book of which the best prices and the depth in bands are known."""

from dataclasses import replace
from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.trading.book_walk import Shown, Walk, walk
from backtest.trading.latency import arrival, books_met
from signals.bars import SECOND

ASKS = Shown(px=100.01, qty=2, mid=100, bands=(1, 5, 10), depths=(2, 6, 10))
BIDS = replace(ASKS, px=99.99)
"""Two at a hundredth from the mid, four more within 5 bps (0.05), four more within 10 bps (0.10)."""


@pytest.mark.parametrize(("shown", "side", "px"), [(ASKS, 1, 100.01), (BIDS, -1, 99.99)])
def test_what_the_best_price_holds_is_filled_there(shown, side, px):
    assert walk(shown, side=side, qty=2) == Walk(px, "best")


def test_beyond_the_best_price_the_edges_of_bands_are_paid():
    # 2 at 100.01, 4 at 100.05, 2 at 100.10: 800.42 / 8
    bought, sold = walk(ASKS, side=1, qty=8), walk(BIDS, side=-1, qty=8)
    assert (bought.how, bought.px) == ("walk", pytest.approx(100.0525))
    assert (sold.how, sold.px) == ("walk", pytest.approx(99.9475))


def test_more_than_is_shown_is_not_filled():
    assert walk(ASKS, side=1, qty=10).how == "walk"
    assert walk(ASKS, side=1, qty=10.1).how == "none"
    assert isnan(walk(ASKS, side=1, qty=10.1).px)
    assert walk(replace(ASKS, depths=(2, 6, nan)), side=1, qty=8).how == "none"


def test_without_depth_half_the_spread_is_paid_and_said():
    assert walk(replace(ASKS, depths=(nan,) * 3), side=1, qty=8) == Walk(100.01, "touch", unshown=6)


def test_no_book_no_fill():
    assert walk(replace(ASKS, px=nan), side=1, qty=1).how == "none"


def test_an_order_of_nothing_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        walk(ASKS, side=1, qty=0)


@given(st.floats(0.01, 10), st.floats(0.01, 10), st.sampled_from([1, -1]))
def test_more_never_costs_less_apiece_and_nothing_beats_the_best_price(one, other, side):
    shown = ASKS if side > 0 else BIDS
    small, large = (side * walk(shown, side=side, qty=qty).px for qty in sorted((one, other)))
    assert side * shown.px <= small <= large + 1e-9


ENDS = np.array([10, 11, 14]) * SECOND


@pytest.mark.parametrize(
    ("arrives", "patience", "met"),
    [(10, 0, [10]), (10.05, 0, [11]), (11.05, 0, []), (11.05, 1, []), (11.05, 2, [14]), (10.5, inf, [11, 14])],
)
def test_an_order_meets_the_first_book_from_its_arrival_on(arrives, patience, met):
    found = books_met(ENDS, round(arrives * SECOND), patience_s=patience)
    assert [ENDS[book] // SECOND for book in found] == met


def test_latency_picks_the_later_book():
    known = 10 * SECOND - 100_000
    first = [books_met(ENDS, arrival(known, latency), patience_s=0)[0] for latency in (50, 100, 200)]
    assert first == [0, 0, 1]
    with pytest.raises(ValueError, match="0 or more"):
        arrival(known, -1)
