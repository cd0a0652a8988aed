"""Random walks by second, and signals planted on them."""

from dataclasses import replace

import numpy as np

from backtest.claims.claim import Claim
from backtest.claims.registry import CLAIMS
from backtest.tearsheet.book_mids import BookMids
from backtest.tearsheet.case import Case
from backtest.tearsheet.incremental import PAST
from backtest.tearsheet.series import Series
from backtest.tearsheet.sheet import Tearsheet, judge
from signals.bars import DAY, MILLISECOND, SECOND

FIRST = 19_700 * DAY + SECOND
BY_MINUTE_DAYS = 11
FLOW: Claim = CLAIMS["order_flow"]
"""Up to ten seconds back, of the next ten, sign +1 for both."""
BY_MINUTE: Claim = replace(FLOW, window_s=60, horizon_s=60, step_s=60)
"""The same by the minute: eleven days of it are few enough places for a test, and days enough for a claim."""
SIZE: Claim = replace(CLAIMS["spread_widening"], window_s=10, horizon_s=10)


def walk(seconds: int, seed: int, *, vol_bps: float | np.ndarray = 1.0) -> BookMids:
    """Independent normal returns each second."""
    steps = np.random.default_rng(seed).normal(size=seconds) * vol_bps * 1e-4
    return BookMids(FIRST, np.cumsum(steps), np.full(seconds, 0.05), np.zeros(seconds, np.int64))


def ends(mids: BookMids) -> np.ndarray:
    return mids.first + np.arange(mids.log_mid.size, dtype=np.int64) * SECOND


def case(mids: BookMids, value: np.ndarray, *, claim: Claim = FLOW, latency_ms: float = 50.0) -> Case:
    """Known 100 ms after each second; the naive control is the return of the last ten seconds."""
    at = ends(mids)
    series = Series(at, at + 100 * MILLISECOND, value, 1, value.size, 0, 0)
    past = mids.backward(at, 10)
    controls = {PAST: past if claim.forecast == "return" else np.abs(past)}
    return Case(claim, "binance-usdm/TEST", series, mids, latency_ms, controls, {})


def minutes(mids: BookMids) -> np.ndarray:
    """Ends of whole minutes."""
    return ends(mids)[59::60]


def by_minute(mids: BookMids, value: np.ndarray, *, claim: Claim = BY_MINUTE) -> Case:
    """As `case`, a value at the end of each minute."""
    at = minutes(mids)
    series = Series(at, at + 100 * MILLISECOND, value, 60, value.size, 0, 0)
    past = mids.backward(at, 60)
    controls = {PAST: past if claim.forecast == "return" else np.abs(past)}
    return Case(claim, "binance-usdm/TEST", series, mids, 50.0, controls, {})


def sheet_of(judged: Case) -> Tearsheet:
    identity = {"says": "a test", "definition": "0" * 16}
    sample = {"gaps": [], "since": "", "until": ""}
    scorecard = {"rows": [], "why": "none"}
    return judge(judged, identity=identity, sample=sample, scorecard=scorecard, trials=[], chosen=None)


def noise(size: int, seed: int) -> np.ndarray:
    return np.random.default_rng(10_000 + seed).normal(size=size)


def remembering(size: int, seed: int, phi: float) -> np.ndarray:
    """An AR(1)."""
    from scipy.signal import lfilter

    return lfilter([1.0], [1.0, -phi], noise(size, seed))
