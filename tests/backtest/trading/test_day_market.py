"""The day before a decision: a mid that moves by a basis point a minute, a unit traded a second."""

import numpy as np
import polars as pl
import pytest

from backtest.trading.day_market import DayMarket
from signals.bars import MINUTE, SECOND
from signals.table import UTC_US

MINUTES = 1_500


def times(values):
    return pl.Series(values, dtype=pl.Int64).cast(UTC_US)


def book(minutes=MINUTES, skip=()):
    at = np.array([minute for minute in range(1, minutes + 1) if minute not in skip])
    mid = 100 * np.exp(1e-4 * (at % 2))  # one up, one down: every return is a basis point
    return pl.DataFrame({"bar_end": times(at * MINUTE), "state": "OK", "bid_px": mid - 0.01, "ask_px": mid + 0.01})


def flow(seconds=MINUTES * 60, qty=1.0):
    at = np.arange(1, seconds + 1) * SECOND
    half = np.full(at.size, qty / 2)
    return pl.DataFrame({"bar_end": times(at), "buy_qty": half, "sell_qty": half})


def test_a_day_is_the_sum_of_its_minutes():
    day = DayMarket.of(book(), flow()).before((MINUTES - 5) * MINUTE)
    assert day.sigma == pytest.approx(1e-4 * np.sqrt(1_440))
    assert day.qty == pytest.approx(86_400)


def test_it_ends_strictly_before_the_decision():
    at = 1_460
    later = flow().with_columns(
        buy_qty=pl.when(pl.col("bar_end").to_physical() > (at - 1) * MINUTE).then(1e9).otherwise("buy_qty")
    )
    assert DayMarket.of(book(), later).before(at * MINUTE).qty == pytest.approx(86_400)
    assert DayMarket.of(book(), later).before(at * MINUTE + 1).qty > 1e9


def test_what_was_not_seen_is_taken_to_be_like_the_rest():
    skipped = set(range(100, 300, 2))  # a hundred minutes, two hundred returns of 1,440
    day = DayMarket.of(book(skip=skipped), flow()).before(1_450 * MINUTE)
    assert day.sigma == pytest.approx(1e-4 * np.sqrt(1_440))


def test_too_little_seen_is_not_known():
    made = DayMarket.of(book(), flow())
    assert np.isnan(made.before(1_100 * MINUTE).sigma)  # 76 %
    assert not np.isnan(made.before(1_160 * MINUTE).sigma)  # 80.5 %
    assert np.isnan(made.before(3_000 * MINUTE).qty)  # beyond the data
    nothing = DayMarket.of(book().clear(), flow()).before(1_450 * MINUTE)
    assert np.isnan(nothing.sigma)
