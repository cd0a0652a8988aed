"""Small markets for the tests of power, and a strategy that needs an hour of history instead of ten days."""

import numpy as np

from backtest.placebo.control_rows import Exits
from backtest.power.market import Market, Strategy
from backtest.trading.funding_cash import Stamps
from signals.bars import DAY, MINUTE
from signals.inventory_scores import Windows
from signals.reversion_machine import Rules

FIRST = 18_628 * DAY
"""2021-01-01."""

RULES = Rules(
    z_in=2,
    z_out=0,
    z_rearm=1,
    q_in=0.9,
    pullback=0.01,
    stop=0.015,
    arm_h=1,
    hold_h=1,
    cooldown_h=0.1,
    lookback_min=30,
    latency_ms=50,
    gap_s=60,
)
QUICK = Strategy(
    half_life_min=5,
    burn_in_half_lives=1,
    windows=Windows(level=30, change=40, rank=200, min_history=60),
    min_coverage=0.8,
    rules=RULES,
    exits=Exits(stop=0.015, target=0.01, hold_min=60),
)
NO_STAMPS = Stamps(np.empty(0, np.int64), np.empty(0), np.empty(0))


def market(mid, received=None, stamps=NO_STAMPS) -> Market:
    """One mid a minute from 2021-01-01 00:01 on."""
    mid = np.asarray(mid, float)
    ends = FIRST + MINUTE * np.arange(1, mid.size + 1)
    return Market(ends, mid, np.zeros(mid.size) if received is None else np.asarray(received, float), stamps)


def pressed(days: int, seed: int, bps: float) -> tuple[Market, np.ndarray]:
    """A random walk whose mid is pressed by what makers hold, `bps` per standard deviation; and what they hold."""
    rng = np.random.default_rng(seed)
    received, held = rng.normal(size=days * 1440), np.empty(days * 1440)
    state = 0.0
    for i, came in enumerate(received):
        state = 0.87 * state + came
        held[i] = state
    walk = np.cumsum(rng.normal(scale=8e-4, size=held.size))
    return market(100 * np.exp(walk - 1e-4 * bps * held / held.std()), received), held
