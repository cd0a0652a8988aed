"""How long a month of one market takes to backtest: python -m benchmarks.backtest_month

Synthetic: 30 days of seconds of a random walk, inventory scores without any relation to it, a settlement every 8 hours.
What is timed is one configuration: the trades of the rule at three latencies, all controls, and their figures.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import polars as pl

from backtest.placebo.control_places import Pullback
from backtest.placebo.control_rows import Exits
from backtest.placebo.reversion_controls import Design, controls
from backtest.strategy.placebos import RULE, compare
from backtest.trading.books import BANDS
from backtest.trading.fees import BASE_TIERS
from backtest.trading.history import History
from backtest.trading.terms import Terms
from backtest.trading.trades import trades_met
from signals.bars import DAY, MINUTE, SECOND
from signals.reversion import reversion_rows
from signals.reversion_machine import Rules
from signals.table import UTC_US

DAYS = 30
_START = 20_000 * DAY

RULES = Rules(
    z_in=2,
    z_out=0,
    z_rearm=1,
    q_in=0.975,
    pullback=0.005,
    stop=0.015,
    arm_h=6,
    hold_h=6,
    cooldown_h=1,
    lookback_min=60,
    latency_ms=50,
    gap_s=60,
)
TERMS = Terms(
    latencies_ms=(10, 50, 200),
    fees=BASE_TIERS[0],
    capital_quote=100_000,
    risk_share=0.0025,
    stop=RULES.stop,
    depth_share=0.1,
    depth_bps=10,
    borrow_apr=0,
    impact_factor=1,
)
DESIGN = Design(
    exits=Exits(stop=RULES.stop, target=RULES.pullback, hold_min=RULES.hold_h * 60),
    pullback=Pullback(RULES.pullback, arm_min=RULES.arm_h * 60, lookback_min=RULES.lookback_min),
    shift_min=DAYS // 2 * 1_440,
    return_window_min=360,
    return_bins=10,
    vol_window_min=60,
    vol_bins=5,
    funding_delay_s=5,
    seed=1,
)


def book(days: int, seed: int) -> pl.DataFrame:
    """A second each, 3 % a day, one basis point wide, deep enough."""
    rng, size = np.random.default_rng(seed), days * 86_400
    mid = 60_000 * np.exp(np.cumsum(rng.normal(0, 0.03 / np.sqrt(86_400), size)))
    ends = _START + SECOND * np.arange(1, size + 1)
    depths = {
        f"{side}_depth_{bps}bps_qty": rng.uniform(0.5, 1.5, size) * 2 * bps for side in ("bid", "ask") for bps in BANDS
    }
    return pl.DataFrame(
        {
            "bar_end": pl.Series(ends).cast(UTC_US),
            "known_ts": pl.Series(ends + 100_000).cast(UTC_US),
            "state": np.where(rng.random(size) < 0.999, "OK", "STALE"),
            "bid_px": mid * (1 - 5e-5),
            "ask_px": mid * (1 + 5e-5),
            "bid_qty": rng.exponential(0.1, size),
            "ask_qty": rng.exponential(0.1, size),
            **depths,
        }
    )


def inventory(days: int, seed: int) -> pl.DataFrame:
    """A minute each: a score with a half-life of half an hour, and its rank."""
    rng, size = np.random.default_rng(seed), days * 1_440
    keep, z = 0.5 ** (1 / 30), np.zeros(size)
    noise = rng.normal(0, np.sqrt(1 - keep**2), size)
    for minute in range(1, size):
        z[minute] = keep * z[minute - 1] + noise[minute]
    ends = _START + MINUTE * np.arange(1, size + 1)
    return pl.DataFrame(
        {
            "venue": "v",
            "symbol": "s",
            "bar_end": pl.Series(ends).cast(UTC_US),
            "known_ts": pl.Series(ends + 200_000).cast(UTC_US),
            "z_level": z,
            "q_level": pl.Series(z).rank() / size,
        }
    )


def flow(days: int) -> pl.DataFrame:
    ends = _START + SECOND * np.arange(1, days * 86_400 + 1)
    return pl.DataFrame({"bar_end": pl.Series(ends).cast(UTC_US), "buy_qty": 0.05, "sell_qty": 0.05})


def settlements(days: int) -> pl.DataFrame:
    times = _START + 8 * 60 * MINUTE * np.arange(1, 3 * days + 1)
    return pl.DataFrame({"settle_ts": pl.Series(times).cast(UTC_US), "rate": 1e-4, "ref_px": 60_000.0})


@contextmanager
def timed(what: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    print(f"{what:<48}{time.perf_counter() - begin:>8.2f} s", flush=True)


def main() -> None:
    seconds, minutes, paid, traded = book(DAYS, 1), inventory(DAYS, 2), settlements(DAYS), flow(DAYS)
    print(f"{DAYS} days: {seconds.height:,} seconds, {minutes.height:,} minutes")
    with timed("rows of the rule, by its machine"):
        rows = reversion_rows(minutes, seconds, RULES, start=_START, end=_START + DAYS * DAY, warmup_h=48)
    begin = time.perf_counter()
    with timed("history"):
        met = History.of(seconds, paid, flow=traded)
    with timed("rows of the controls"):
        chosen = {RULE: rows, **controls(rows, paid, design=DESIGN)}
    with timed("trades of the rule and its controls"):
        made = {name: trades_met(one, met, terms=TERMS) for name, one in chosen.items()}
    with timed("figures"):
        compare({name: one.filter(pl.col("latency_ms") == 50) for name, one in made.items()}, seed=1)
    entries = {name: one.height // len(TERMS.latencies_ms) for name, one in made.items()}
    print(f"one configuration: {time.perf_counter() - begin:.2f} s; entries: {entries}")


if __name__ == "__main__":
    main()
