"""Rows of price_impact a person can check by hand: tick 0.1, flows at a price of 100, seconds from midnight."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.book_state import BOOK_STATE
from signals.price_impact import PRICE_IMPACT_SIGNAL
from tests.signals.tape_frames import column, frame, run, seconds

SMALL = {"window_min": 3, "hac_lag": 1, "min_orders": 1}
VALUES = ("kyle_lambda", "kyle_lambda_se", "r2", "sqrt_impact", "mean_abs_flow_quote")


def flow(millions, until=None, *, first=1, without=()):
    """TAKER_FLOW in which takers bought so many millions net in each minute, in its tenth second."""
    flows = {
        60 * minute + 10: (10_000.0 * max(net, 0), 10_000.0 * max(-net, 0))
        for minute, net in enumerate(millions, first // 60)
        if net
    }
    return seconds(flows, until or 60 * (first // 60 + len(millions)), first=first, without=without)


def book(mids, *, first=0):
    """BOOK_STATE at the ends of minutes, from `first` on, a tick to either side of the mid; None: no book."""
    rows = [
        {"state": "RESYNC"}
        if mid is None
        else {"state": "OK", "bid_px": round(mid - 0.1, 1), "ask_px": round(mid + 0.1, 1)}
        for mid in mids
    ]
    return frame(BOOK_STATE, [{"bar_end": first + 60 * place} | row for place, row in enumerate(rows)])


def found(millions, mids, *, tape=None, until=None, **params):
    tape = flow(millions) if tape is None else tape
    return run(PRICE_IMPACT_SIGNAL, tape, book(mids), until=until or 60 * len(millions), **{**SMALL, **params})


def test_every_column_by_hand():
    """Flow 1, -1, 0 million; the mid from 1000 to 1001, back, and not at all: 10, -10000 / 1001, 0 bps. xx is 2 and xy
    the sum of the two moves, so lambda is their mean size. Residuals a, a, -2 a: s is a, -a, 0, and its error
    sqrt((2 - 1) a^2 * 3) / 2. The root of the flow is the flow itself."""
    made = found((1, -1, 0), (1_000, 1_001, 1_000, 1_000))
    assert column(made, "bar_end") == [60, 120, 180]
    assert column(made, "known_ts") == [60.1, 120.1, 180.1]
    assert column(made, "n_windows") == [1, 2, 3]
    assert column(made, "n_orders") == [1, 2, 2]
    assert column(made, "coverage") == [1 / 3, 2 / 3, 1]
    row = made.row(2, named=True)
    up, down = 10, 10_000 / 1_001
    slope, mean = (up + down) / 2, (up - down) / 3
    assert row["kyle_lambda"] == pytest.approx(slope)
    assert row["kyle_lambda_se"] == pytest.approx((up - mean - slope) * 3**0.5 / 2)
    assert row["r2"] == pytest.approx(2 * slope**2 / (up**2 + down**2 - 3 * mean**2))
    assert row["sqrt_impact"] == pytest.approx(slope)
    assert row["mean_abs_flow_quote"] == pytest.approx(2e6 / 3)
    assert all(made[name].is_null().to_list() == [True, True, False] for name in VALUES)


def test_prices_that_rise_when_takers_buy_are_a_positive_lambda():
    for sign in (1, -1):
        made = found((2, -1, 1), (1_000, 1_000 + sign * 0.2, 1_000 + sign * 0.1, 1_000 + sign * 0.2))
        assert column(made, "kyle_lambda")[2] * sign > 0


def test_concave_impact_is_linear_in_the_root():
    """The mid moves by 3 bps times the root of the flow in millions: 3, 6, -9."""
    made = found((1, 4, -9), (10_000, 10_003, 10_009, 10_000))
    assert column(made, "sqrt_impact")[2] == pytest.approx(3, abs=0.01)
    assert column(made, "kyle_lambda")[2] < 1.3


def test_without_flow_there_is_no_lambda_and_without_moves_no_r2():
    assert column(found((0, 0, 0), (1_000, 1_001, 1_000, 1_000), min_orders=0), "kyle_lambda")[2] is None
    row = found((1, -1, 0), (1_000,) * 4).row(2, named=True)
    assert (row["kyle_lambda"], row["kyle_lambda_se"], row["r2"]) == (0, 0, None)


MIDS = (1_000, 1_001, 1_000, 1_000.5, 1_000, 1_001, 1_000, 1_002)
NETS = (1, -1, 0.5, -0.5, 1, -1, 2)


def test_a_gap_of_the_tape_ends_the_window():
    made = found(NETS, MIDS, tape=flow(NETS, without=range(150, 155)))
    assert column(made, "n_windows") == [1, 2, 0, 1, 2, 3, 3]
    tape = flow(NETS).with_columns(pl.when(pl.col("bar_end").dt.minute() != 2).then(pl.col("net_quote", "n_orders")))
    made = found(NETS, MIDS, tape=tape)
    assert column(made, "n_windows") == [1, 0, 0, 1, 2, 3, 3], "the last second of the second minute is stamped 00:02"
    assert made["kyle_lambda"].is_null().to_list() == [True] * 5 + [False] * 2


def test_a_minute_without_a_mid_at_its_ends_is_left_out_and_ends_nothing():
    mids = (*MIDS[:4], None, *MIDS[5:])
    made = found(NETS, mids)
    assert column(made, "n_windows") == [1, 2, 3, 2, 1, 1, 2]
    assert column(found(NETS, mids, window_min=7, min_coverage=0.7), "kyle_lambda")[6] is not None


def test_below_coverage_or_with_few_orders_nothing_is_stated():
    made = found(NETS, MIDS, window_min=5)
    assert made["kyle_lambda"].is_null().to_list() == [True] * 3 + [False] * 4
    assert found(NETS, MIDS, min_orders=3)["r2"].is_null().to_list() == [True] * 2 + [False] * 5
    assert found(NETS, MIDS, min_orders=4)["r2"].is_null().all()


def test_windows_reach_back_over_midnight():
    tape, quotes = flow(NETS, until=240, first=-179), book(MIDS, first=-180)
    made = run(PRICE_IMPACT_SIGNAL, tape, quotes, until=240, **SMALL)
    assert column(made, "bar_end") == [60, 120, 180, 240]
    assert column(made, "n_windows") == [3] * 4
    whole = found(NETS, MIDS)
    for name in VALUES:
        assert column(made, name) == column(whole, name)[3:]


def test_there_is_a_row_for_every_minute_that_ended_in_the_span():
    assert column(found(NETS, MIDS, until=179), "bar_end") == [60, 120]
    assert found((1,), (1_000, 1_001), tape=flow((1,), until=59)).is_empty()


def test_a_row_is_known_when_the_seconds_of_its_window_are():
    late = pl.col("bar_end").dt.minute() == 1
    stamp = pl.when(late).then(pl.col("known_ts").dt.offset_by("2m")).otherwise("known_ts")
    assert column(found(NETS, MIDS, tape=flow(NETS).with_columns(known_ts=stamp)), "known_ts")[:4] == [
        180.1, 239.1, 239.1, 240.1,
    ]  # fmt: skip
    quotes = book(MIDS).with_columns(known_ts=pl.col("known_ts").dt.offset_by("30s"))
    assert column(run(PRICE_IMPACT_SIGNAL, flow(NETS), quotes, until=120, **SMALL), "known_ts") == [90.1, 150.1]


MARKETS = st.lists(
    st.tuples(st.integers(-8, 8), st.one_of(st.none(), st.integers(9_990, 10_010)), st.booleans()),
    min_size=1,
    max_size=10,
)


@settings(max_examples=25, deadline=None)
@given(MARKETS)
def test_it_is_the_rule_told_slowly(minutes):
    nets, ticks, whole = zip(*minutes, strict=True)
    mids = [None if tick is None else tick / 10 for tick in (10_000, *ticks)]
    missing = [60 * place + 30 for place, is_whole in enumerate(whole) if not is_whole]
    made = found(nets, mids, tape=flow(nets, without=missing), window_min=4, min_coverage=0.5, min_orders=0)
    for place, row in enumerate(made.iter_rows(named=True)):
        used = []
        for back in range(place, max(place - 4, -1), -1):
            if not whole[back]:
                break
            before, now = mids[back], mids[back + 1]
            if before and now:
                used.append((nets[back], 1e4 * (now - before) / before))
        assert row["n_windows"] == len(used)
        x, y = np.array(used, float).reshape(-1, 2).T
        if len(used) < 3 or np.ptp(x) == 0:
            assert row["kyle_lambda"] is None
            assert (row["mean_abs_flow_quote"] is None) == (len(used) < 2)
        else:
            assert row["kyle_lambda"] == pytest.approx(np.polyfit(x, y, 1)[0], abs=1e-9)
            assert row["mean_abs_flow_quote"] == pytest.approx(1e6 * abs(x).mean())


@settings(max_examples=10, deadline=None)
@given(MARKETS)
def test_sellers_instead_of_buyers_turn_the_slopes(minutes):
    nets, ticks, _ = zip(*minutes, strict=True)
    mids = [None if tick is None else tick / 10 for tick in (10_000, *ticks)]
    there, turned = found(nets, mids), found([-net for net in nets], mids)
    assert_frame_equal(turned, there.with_columns(-pl.col("kyle_lambda", "sqrt_impact")), rel_tol=1e-9)
