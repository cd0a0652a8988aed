"""No return begins before its signal could be acted on, and none crosses a gap."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtest.inference.information_coefficient import rank_correlation
from backtest.tearsheet.book_mids import BookMids, mids_of
from signals.bars import MILLISECOND, SECOND
from tests.backtest.tearsheet.markets import FIRST, ends, walk

BEGIN = datetime(2024, 1, 1, 0, 0, 1, tzinfo=UTC)
UTC_US = pl.Datetime("us", "UTC")


def books(seconds, bid, *, state="OK"):
    times = [BEGIN + timedelta(seconds=s) for s in seconds]
    states = [state] * len(times) if isinstance(state, str) else state
    frame = {"bar_end": times, "state": states, "bid_px": bid, "ask_px": [b + 0.2 for b in bid]}
    return pl.DataFrame(frame | {"spread_bps": [2.0] * len(times)}, schema_overrides={"bar_end": UTC_US})


def gaps(*stretches):
    rows = [(BEGIN + timedelta(seconds=a), BEGIN + timedelta(seconds=b)) for a, b in stretches]
    return pl.DataFrame(rows, schema={"from_ts": UTC_US, "to_ts": UTC_US}, orient="row")


def at(mids, second):
    return np.array([mids.first + round(second * 1e6)])


def test_a_return_starts_at_the_first_second_after_known_and_latency():
    mids = mids_of(books(range(5), [100.0, 101.0, 103.0, 106.0, 110.0]), gaps())
    known = at(mids, 0.1)
    assert mids.start(known, 50).tolist() == [1]
    assert mids.start(known, 900).tolist() == [1]  # 0.1 + 0.9 is the second itself
    assert mids.start(known, 901).tolist() == [2]
    expected = 1e4 * np.log((106.1) / 101.1)
    np.testing.assert_allclose(mids.forward(known, latency_ms=50, horizon_s=2), [expected], rtol=1e-12)


def test_the_own_window_ends_when_the_bar_ends():
    mids = mids_of(books(range(4), [100.0, 101.0, 103.0, 106.0]), gaps())
    np.testing.assert_allclose(mids.backward(at(mids, 2), 2), [1e4 * np.log(103.1 / 100.1)], rtol=1e-12)


@pytest.mark.parametrize("horizon", [0.1, 0.5, 1.5])
def test_what_a_second_cannot_measure_is_refused(horizon):
    with pytest.raises(ValueError, match="not measurable"):
        walk(10, 1).forward(np.array([FIRST]), latency_ms=50, horizon_s=horizon)


def test_a_latency_below_0_is_refused():
    with pytest.raises(ValueError, match="latency of 0 or more"):
        walk(10, 1).start(np.array([FIRST]), -1)


def test_no_return_crosses_a_missing_second():
    mids = mids_of(books([0, 1, 3, 4], [100.0] * 4), gaps())
    found = mids.between(np.array([0, 1, 3, 0]), np.array([1, 3, 4, 4]))
    assert np.isfinite(found).tolist() == [True, False, True, False]


def test_no_return_crosses_a_gap_that_no_second_lies_in():
    mids = mids_of(books(range(5), [100.0] * 5), gaps((1.2, 1.7)))
    found = mids.between(np.array([0, 1, 2, 0]), np.array([1, 2, 4, 4]))
    assert np.isfinite(found).tolist() == [True, False, True, False]


def test_a_return_needs_an_ok_book_at_both_ends_and_not_between():
    mids = mids_of(books(range(4), [100.0] * 4, state=["OK", "CROSSED", "OK", "OK"]), gaps())
    found = mids.between(np.array([0, 0, 1]), np.array([1, 2, 3]))
    assert np.isfinite(found).tolist() == [False, True, False]


def test_nothing_is_known_beyond_the_last_second():
    mids = walk(10, 1)
    assert np.isnan(mids.forward(ends(mids)[-1:], latency_ms=0, horizon_s=1)).all()
    assert np.isnan(mids.backward(ends(mids)[:1], 1)).all()


def test_the_last_return_says_nothing_of_the_next_on_a_random_walk():
    mids = walk(40_000, 3)
    known = ends(mids) + 100 * MILLISECOND
    last = mids.backward(ends(mids), 1)
    for horizon in (1, 5, 10):
        y = mids.forward(known, latency_ms=50, horizon_s=horizon)
        seen = np.isfinite(last) & np.isfinite(y)
        assert abs(rank_correlation(last[seen], y[seen])) < 0.02  # four errors of 1 / sqrt(40,000)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 49), st.floats(0, 3_000), st.integers(1, 20))
def test_a_price_before_the_start_changes_no_return(second, latency, horizon):
    mids = walk(60, 5)
    known = np.array([mids.first + second * SECOND + 100 * MILLISECOND])
    start = int(mids.start(known, latency)[0])
    other = mids.log_mid.copy()
    other[:start] += 1.0
    poisoned = BookMids(mids.first, other, mids.half_spread_bps, mids.broken)
    a, b = (m.forward(known, latency_ms=latency, horizon_s=horizon) for m in (mids, poisoned))
    np.testing.assert_array_equal(a, b)
    assert mids.first + start * SECOND >= known[0] + latency * MILLISECOND - 1


def test_volatility_looks_back_only_and_over_what_is_known():
    mids = walk(400, 7)
    at_200 = np.array([mids.first + 200 * SECOND])
    steps = np.diff(mids.log_mid)[100:200] * 1e4
    np.testing.assert_allclose(mids.trailing_vol(at_200, 100), [np.sqrt((steps**2).mean())], rtol=1e-9)
    assert np.isnan(mids.trailing_vol(np.array([mids.first + 30 * SECOND]), 100)).all()


def test_without_a_book_there_are_no_mids():
    with pytest.raises(ValueError, match="rows of book_state"):
        mids_of(books([], []), gaps())
