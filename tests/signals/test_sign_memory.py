"""Rows of sign_memory: by hand, told slowly, and on series whose memory is known. Times in seconds from midnight."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.grid import Grid
from signals.inputs.trading import TRADES
from signals.sign_memory import SIGN_MEMORY_SIGNAL, lags_to
from signals.taker_orders import TAKER_ORDERS, OrderTape
from tests.signals.tape_frames import DAY_S, MIDNIGHT, column, frame, run, seconds

SMALL = {"bar_min": 1, "window_min": 1, "max_lag": 8, "fit_lags": [1, 3], "hac_lag": 1, "min_orders": 2}
DAY = {"window_min": 1_440, "min_coverage": 0.8}


def orders(*rows):
    """TAKER_ORDERS of (time, side)."""
    return frame(TAKER_ORDERS, [{"event_ts": at, "side": side} | dict(*more) for at, side, *more in rows])


def spread_out(signs):
    """TAKER_ORDERS with these signs, evenly over a day."""
    ts = MIDNIGHT.timestamp() * 1e6 + np.arange(len(signs)) * (DAY_S * 10**6 // len(signs))
    made = pl.DataFrame({"event_ts": ts.astype(np.int64), "side": np.asarray(signs, np.int8)})
    missing = [pl.lit(None).alias(name) for name in TAKER_ORDERS.schema if name not in ("event_ts", "side")]
    made = made.with_columns(missing).with_columns(
        venue=pl.lit("v"), symbol=pl.lit("s"), seq=pl.int_range(pl.len()), known_ts="event_ts"
    )
    return made.select(TAKER_ORDERS.schema.names()).cast(TAKER_ORDERS.schema)


def found(tape, flow=None, until=60, **params):
    flow = seconds({}, until) if flow is None else flow
    return run(SIGN_MEMORY_SIGNAL, tape, flow, until=until, **{**SMALL, **params})


def of_a_day(signs):
    """The last row of a day with these signs, with the parameters of the signal itself."""
    return run(SIGN_MEMORY_SIGNAL, spread_out(signs), seconds({}, DAY_S), until=DAY_S).row(-1, named=True)


def test_every_column_by_hand():
    """+ + + - - +: of the five pairs next to each other the products sum to 1 (+ + - + -), and so do the earlier signs,
    and the later ones: (5 * 1 - 1 * 1) / (5 * 5 - 1 * 1)."""
    made = found(orders(*((at, side) for at, side in enumerate((1, 1, 1, -1, -1, 1)))))
    row = made.row(0, named=True)
    assert row["acf_1"] == pytest.approx((5 * 1 - 1) / 24)
    assert (row["acf_10"], row["gamma"]) == (None, None)
    assert (row["n_orders"], row["coverage"]) == (6, 1)
    assert column(made, "bar_end") == [60]
    assert column(made, "known_ts") == [60.1]


def test_lags_are_even_in_log_and_hold_those_that_are_stated():
    assert lags_to(1_000, 10).tolist()[:10] == [1, 2, 3, 4, 5, 6, 8, 10, 13, 16]
    assert lags_to(1_000, 10).tolist()[-4:] == [501, 631, 794, 1_000]
    assert len(lags_to(1_000, 10)) == 28
    assert lags_to(5, 1).tolist() == [1, 10, 100]


TAPES = st.lists(st.tuples(st.integers(0, 119), st.sampled_from([-1, 1])), max_size=60).map(
    lambda rows: sorted(rows, key=lambda row: row[0])
)


@settings(max_examples=30, deadline=None)
@given(TAPES, st.sets(st.integers(1, 120), max_size=3))
def test_it_is_the_rule_told_slowly(rows, missing):
    made = found(orders(*rows), seconds({}, 120, without=missing - {60, 120}), until=120, min_coverage=0.5)
    missing = missing - {60, 120}
    for row, end in zip(made.iter_rows(named=True), (60, 120), strict=True):
        inside = [(at, side) for at, side in rows if end - 60 <= at < end and at + 1 not in missing]
        assert row["n_orders"] == len(inside)
        for lag in (1, 10):
            pairs = [
                (a, b)
                for (from_s, a), (to_s, b) in zip(inside, inside[lag:], strict=False)
                if not any(from_s < second <= to_s for second in missing)
            ]
            x, y = np.array(pairs, float).reshape(-1, 2).T
            if len(inside) < 2 or not pairs or np.ptp(x) == 0 or np.ptp(y) == 0:
                assert row[f"acf_{lag}"] is None
            else:
                assert row[f"acf_{lag}"] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-12)


def test_pairs_across_a_gap_do_not_count():
    tape = orders(*((at, 1) for at in range(5)), *((at, -1) for at in range(20, 25)), (25, 1), (26, -1))
    whole = column(found(tape), "acf_1")[0]
    cut = found(tape, seconds({}, 60, without=range(8, 15)))
    assert column(cut, "n_orders") == [12]
    assert column(cut, "coverage") == [53 / 60]
    assert column(cut, "acf_1")[0] != whole
    partly = seconds({}, 60).with_columns(
        coverage=pl.when(pl.col("bar_end").dt.second() == 11).then(0.9).otherwise(1.0)
    )
    assert column(found(tape, partly), "acf_1") == column(cut, "acf_1")


def test_orders_in_a_second_with_a_gap_are_left_out():
    partly = seconds({}, 60).with_columns(coverage=pl.when(pl.col("bar_end").dt.second() == 3).then(0.9).otherwise(1.0))
    assert column(found(orders((1, 1), (2.5, 1), (3, 1)), partly), "n_orders") == [2]


def test_below_coverage_or_with_few_orders_nothing_is_stated():
    tape = orders(*((at, 1 if at % 3 else -1) for at in range(20)))
    assert column(found(tape, min_orders=20), "acf_1")[0] is not None
    assert column(found(tape, min_orders=21), "acf_1") == [None]
    assert column(found(tape, seconds({}, 60, without=range(30, 43))), "acf_1") == [None]


def test_a_window_forgets_what_is_older_and_reaches_back_over_midnight():
    late = [(at, 1 if at % 3 else -1) for at in range(-50, 60)]
    made = found(orders(*late), seconds({}, 60, first=-60), window_min=1)
    assert column(made, "n_orders") == [60]
    assert column(made, "acf_1") == column(found(orders(*late[50:])), "acf_1")
    assert column(found(orders(*late), seconds({}, 60, first=-60), window_min=2), "n_orders") == [110]


def test_a_row_is_known_when_the_orders_and_seconds_of_its_window_are():
    assert column(found(orders((1, 1, {"known_ts": 70})), until=120), "known_ts") == [70, 120.1]
    assert column(found(orders((-61, 1, {"known_ts": 90})), until=120), "known_ts") == [60.1, 120.1]
    late = seconds({}, 120).with_columns(known_ts=pl.col("known_ts").dt.offset_by("1m"))
    assert column(found(orders(), late, until=120), "known_ts") == [120.1, 180.1]


@pytest.mark.parametrize("wrong", [{"bar_min": 7}, {"bar_min": 0}, {"fit_lags": [9, 9]}])
def test_parameters_that_make_no_sense_are_refused_in_words(wrong):
    with pytest.raises(ValueError, match="need bars that divide a day and three lags to fit, got"):
        found(orders(), **wrong)


def split_metaorders(count, seed, *, at_once=3):
    """Signs of metaorders of lengths with a Pareto tail of 1.5, `at_once` of them side by side, whose turn it is drawn
    at random: memory falls as lag^-0.5 (Lillo, Mike and Farmer 2005)."""
    draw = np.random.default_rng(seed)
    turn, signs = draw.integers(0, at_once, count), np.empty(count, np.int64)
    for place in range(at_once):
        mine = np.flatnonzero(turn == place)
        lengths = np.minimum(np.ceil(draw.random(mine.size) ** (-1 / 1.5)), mine.size).astype(np.int64)
        signs[mine] = np.repeat(draw.choice([-1, 1], mine.size), lengths)[: mine.size]
    return signs


def test_the_exponent_of_split_metaorders_is_recovered():
    """0.5; single days of 300,000 orders have a standard deviation of 0.13, as a few long metaorders weigh much, and a
    day may show no correlation at one of the longest lags."""
    days = [of_a_day(split_metaorders(300_000, seed)) for seed in range(8)]
    stated = [row for row in days if row["gamma"] is not None]
    assert len(stated) >= 7
    assert np.mean([row["gamma"] for row in stated]) == pytest.approx(0.5, abs=0.1)
    assert all(0 < row["gamma_se"] < 0.15 for row in stated)
    for row in days:
        assert row["acf_1"] > row["acf_10"] > row["acf_100"] > 0
        assert row["n_orders"] == 300_000


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coins_have_no_memory(seed):
    row = of_a_day(np.random.default_rng(seed).choice([-1, 1], 100_000))
    assert (row["gamma"], row["gamma_se"]) == (None, None)
    assert all(abs(row[f"acf_{lag}"]) < 4 / 100_000**0.5 for lag in (1, 10, 100))


def test_fills_counted_as_orders_make_memory_of_their_own():
    """Coins, each order filled at three prices: of two fills in a row, two in three are of one order."""
    count, draw = 2_000, np.random.default_rng(1)
    signs = draw.choice([-1, 1], count)
    prints = [
        {
            "event_ts": 30 * place,
            "price": 100 + 0.1 * side * level,
            "qty": 1.0,
            "taker_side": side,
            "is_off_market": False,
        }
        for place, side in enumerate(signs.tolist())
        for level in range(3)
    ]
    trades = frame(TRADES, prints)
    tape = OrderTape(Grid.of(0.1, 3))
    merged = pl.concat([tape.feed(trades).rows, tape.close().rows])["side"]
    assert merged.to_list() == signs.tolist()
    of_orders = found(spread_out(merged), seconds({}, DAY_S), until=DAY_S, bar_min=1_440, window_min=1_440)
    of_fills = found(spread_out(trades["taker_side"]), seconds({}, DAY_S), until=DAY_S, bar_min=1_440, window_min=1_440)
    assert abs(column(of_orders, "acf_1")[0]) < 4 / count**0.5
    assert column(of_fills, "acf_1")[0] == pytest.approx(2 / 3, abs=0.05)
    assert abs(column(of_fills, "acf_10")[0]) < 0.1
