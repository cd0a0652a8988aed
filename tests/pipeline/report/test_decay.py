"""What a signal says fades as it should: planted, random and past."""

import numpy as np
import polars as pl

from backtest.mids import Mids
from pipeline.report.decay_panel import Faded, _pooled, decay_of
from pipeline.report.forward import forward_returns
from signals.table import UTC_US

SECONDS = 20_000
ONE = Faded("made up", "book_state", "x", 1)


def world(seed: int) -> tuple[np.ndarray, Mids]:
    """A random walk: log mids and the book of them."""
    logs = np.cumsum(np.random.default_rng(seed).normal(0, 1e-4, SECONDS))
    mid = 100 * np.exp(logs)
    book = pl.DataFrame(
        {"bar_end": np.arange(SECONDS) * 1_000_000, "state": ["OK"] * SECONDS, "bid_px": mid, "ask_px": mid}
    )
    return logs, Mids.of(book.with_columns(pl.col("bar_end").cast(UTC_US)))


def signal(values: np.ndarray) -> pl.DataFrame:
    """Known 100 ms after each second: with the latency, the first return begins a second after the bar."""
    ends = np.arange(SECONDS) * 1_000_000
    return pl.DataFrame({"bar_end": ends, "known_ts": ends + 100_000, "x": values}).with_columns(
        pl.col("bar_end", "known_ts").cast(UTC_US)
    )


def test_a_signal_that_knows_the_return_to_come_is_told_at_its_horizon_most():
    logs, mids = world(1)
    known = np.full(SECONDS, np.nan)
    known[: SECONDS - 11] = logs[11:] - logs[1 : SECONDS - 10]
    found = decay_of(ONE, signal(known), mids)
    assert found[10.0].value > 0.999
    assert 0.2 < found[1.0].value < 0.4
    assert found[300.0].value < 0.4


def test_the_last_return_says_nothing_of_a_random_walk():
    logs, mids = world(2)
    found = decay_of(ONE, signal(np.concatenate(([np.nan], np.diff(logs)))), mids)
    assert set(found) == {1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0}
    assert all(one.low < 0 < one.high for horizon, one in found.items() if horizon <= 60)
    assert abs(found[1.0].value) < 0.02


def test_intervals_hold_zero_about_as_often_as_they_say():
    """A slow signal and overlapping returns: without their memory in the errors most intervals would leave 0 out."""
    misses = 0
    ends = np.arange(SECONDS) * 1_000_000
    for seed in range(40):
        _, mids = world(seed)
        slow = np.cumsum(np.random.default_rng(1_000 + seed).normal(size=SECONDS))
        slow[600:] -= slow[:-600]
        one = _pooled(slow, forward_returns(mids, ends + 150_000, 60), ends, 60, 1)
        misses += not one.low < 0 < one.high
    assert misses <= 7


def test_horizons_too_long_for_the_data_are_left_out():
    _, mids = world(3)
    assert 3_600.0 not in decay_of(ONE, signal(np.zeros(SECONDS)), mids)


def test_a_constant_and_an_unknown_signal_claim_nothing():
    _, mids = world(4)
    for values in (np.zeros(SECONDS), np.full(SECONDS, np.nan)):
        found = decay_of(ONE, signal(values), mids)
        assert not any(one.low > 0 or one.high < 0 for one in found.values())
