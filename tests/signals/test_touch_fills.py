"""Orders at the touch; times in seconds."""

from math import isnan

import numpy as np
import pytest

from signals.bars import SECOND
from signals.reversion_machine import Fill, Order
from signals.touch_fills import NEVER, TouchFills

OK_SECONDS = np.array([10, 11, 14]) * SECOND
BOOK = TouchFills(OK_SECONDS, bid=np.array([1.0, 2.0, 3.0]), ask=np.array([1.5, 2.5, 3.5]))


def fill(side, arrives, until, *, is_exit=False) -> Fill | None:
    return BOOK.fill(Order(side, round(arrives * SECOND), is_exit), round(until * SECOND))


@pytest.mark.parametrize(("side", "px"), [(1, 2.5), (-1, 2.0)])
def test_a_buy_pays_the_ask_and_a_sale_gets_the_bid_of_the_next_second(side, px):
    for is_exit in (False, True):
        assert fill(side, 10.15, 60, is_exit=is_exit) == Fill(11 * SECOND, px)


def test_an_order_that_arrives_at_a_second_meets_its_book():
    assert fill(1, 10, 60) == Fill(10 * SECOND, 1.5)


def test_an_entry_that_meets_no_book_comes_to_nothing():
    missed = fill(1, 11.05, 60)
    assert (missed.at, isnan(missed.px)) == (12 * SECOND, True)


def test_an_exit_waits_for_a_book():
    assert fill(-1, 11.05, 60, is_exit=True) == Fill(14 * SECOND, 3.0)
    assert fill(-1, 11.05, 13, is_exit=True) is None
    assert fill(-1, 14.05, 60, is_exit=True) is None


def test_nothing_is_known_of_a_second_that_is_yet_to_come():
    assert fill(1, 10.15, 10.99) is None
    assert fill(1, 11.05, 11.99) is None


def test_all_outcomes_at_once_are_those_of_single_orders():
    arrives = np.arange(8, 16, 0.25) * SECOND
    found = BOOK.outcomes(arrives.astype(np.int64))
    for i, at in enumerate(arrives.astype(int).tolist()):
        for side, px in ((1, found.bought[i]), (-1, found.sold[i])):
            entry = BOOK.fill(Order(side, at, is_exit=False), NEVER - 1)
            assert (entry.at, repr(entry.px)) == (found.entry_at[i], repr(float(px)))
            leave = BOOK.fill(Order(side, at, is_exit=True), NEVER - 1)
            assert (leave.at if leave else NEVER) == found.exit_at[i]
