"""A bid of 100 that rests: prints in seconds, at prices around it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.trading.resting import Prints, Rested
from signals.bars import SECOND
from signals.inputs.trading import TRADES
from tests.signals.rows import rows_of


def prints(*made, off=()):
    return Prints.of(
        rows_of(
            TRADES,
            [
                {"event_ts": second, "price": price, "qty": qty, "is_off_market": at in off}
                for at, (second, price, qty) in enumerate(made)
            ],
        )
    )


def rest(tape, qty=2.0, side=1, limit=100.0, arrives=10.0, until=70.0):
    return tape.rest(side=side, qty=qty, limit=limit, arrives=round(arrives * SECOND), until=round(until * SECOND))


def test_a_print_at_the_price_fills_nothing_one_through_it_does():
    assert rest(prints((20, 100.0, 9.0))) is None
    assert rest(prints((20, 99.9, 9.0))) == Rested(2.0, 20 * SECOND)
    assert rest(prints((20, 100.1, 9.0))) is None


def test_an_offer_is_the_mirror_image():
    assert rest(prints((20, 100.0, 9.0)), side=-1) is None
    assert rest(prints((20, 100.1, 9.0)), side=-1) == Rested(2.0, 20 * SECOND)


def test_what_traded_before_it_arrived_or_after_it_was_cancelled_is_others():
    assert rest(prints((9, 99.0, 9.0), (10, 99.0, 9.0), (70.1, 99.0, 9.0))) is None
    assert rest(prints((70, 99.0, 9.0))) == Rested(2.0, 70 * SECOND)


def test_no_more_is_filled_than_traded_through():
    tape = prints((20, 99.9, 0.5), (30, 99.9, 1.0), (40, 100.0, 50.0))
    assert rest(tape) == Rested(1.5, 30 * SECOND)
    assert rest(tape, qty=1.0) == Rested(1.0, 30 * SECOND)
    assert rest(tape, qty=0.5) == Rested(0.5, 20 * SECOND)


def test_prints_off_the_book_fill_nothing():
    assert rest(prints((20, 99.0, 9.0), off=(0,))) is None
    assert rest(Prints.none()) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 80), st.sampled_from([99.9, 100.0, 100.1]), st.sampled_from([0.5, 1.0])), max_size=9
    ),
    st.sampled_from([1, -1]),
    st.sampled_from([0.5, 2.0, 4.0]),
)
def test_it_is_filled_as_one_print_after_another_would(made, side, qty):
    made = sorted(made)
    left, at = qty, None
    for second, price, size in made:
        if 10 < second <= 70 and side * (price - 100.0) < 0 and left > 0:
            left, at = max(left - size, 0.0), second * SECOND
    found = rest(prints(*made), qty=qty, side=side)
    assert (found is None) == (at is None)
    if found is not None:
        assert (found.qty, found.at) == (pytest.approx(qty - left), at)
        assert found.qty <= qty + 1e-12
        assert np.isfinite(found.qty)
