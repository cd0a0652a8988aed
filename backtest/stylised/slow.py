"""Slow stylised facts: volatility, funding, basis and makers' inventory, from minutes and settlements.

`minutes` has bar_end, perp_mid, spot_mid, buy_qty, sell_qty and premium; `funding` has rate (per 8 h) and
mean_premium; `truth` has makers_qty and maker_<n>_qty. All evenly spaced and without holes, oldest first.
"""

import numpy as np
import polars as pl

from backtest.stylised.fact import Fact, Measured
from backtest.stylised.series import Floats, autocorrelation, correlation, half_life, persistence, tail_index

_DAY_MIN, _HOUR_MIN, _STEP_MIN = 1440, 60, 5
_INTEREST = 1e-4
_ATOM = 5e-9
"""Half a step of the eight decimals in which venues publish a rate."""

VOLATILITY_MEMORY = Fact(
    "abs_return_acf_past_1d",
    0.01,
    1.0,
    "correlation",
    "mean autocorrelation of absolute 5-minute returns at lags of 1 to 1.5 days, each minute of the day divided by "
    "its mean, so that the day's rhythm does not count",
    "volatility clustering, well documented; the lower bound is ours",
)
TAIL = Fact(
    "tail_index",
    3.0,
    5.0,
    "exponent",
    "Hill's estimate from the largest 1 % of absolute 5-minute returns",
    "heavy tails, inverse cubic law",
)
FUNDING_ATOM = Fact(
    "funding_atom",
    0.3,
    0.7,
    "share of settlements",
    "settled at exactly 0.01 % per 8 h, in a calm market",
    "default, to be measured on real history",
)
PREMIUM_SD = Fact("premium_sd", 1.0, 10.0, "bps", "standard deviation of the premium by the minute", "default")
PREMIUM_PERSISTENCE = Fact(
    "premium_ar1",
    0.4,
    0.9,
    "per 8 h",
    "AR(1) of the mean premium of funding intervals; of the premium, because rates stick at the interest",
    "default",
)
BASIS_HALF_LIFE = Fact(
    "basis_half_life",
    5.0,
    720.0,
    "minutes",
    "lag at which the autocorrelation of (perp_mid - spot_mid) / spot_mid is one half",
    "minutes to hours: default",
)
VOLUME_VOLATILITY = Fact(
    "volume_volatility",
    0.5,
    0.8,
    "correlation",
    "of log volume and log realised variance (of 1-minute returns) of an hour",
    "market folklore, to be measured",
)
FASTEST_MAKER = Fact(
    "fastest_maker_half_life",
    2.0,
    60.0,
    "minutes",
    "lag at which the autocorrelation of a maker's inventory is one half: the fastest maker",
    "2 minutes of the E-mini's high-frequency traders",
)
SLOWEST_MAKER = Fact(
    "slowest_maker_half_life",
    2.0,
    60.0,
    "minutes",
    "the same of the slowest maker",
    "preset; specialists took a day",
)
INVENTORY_RETURN = Fact(
    "inventory_return",
    -0.7,
    -0.2,
    "correlation",
    "of the change of all makers' inventory and the return, same 5 minutes",
    "-0.71 of daily specialists together, -0.23 of the mean stock (levels)",
)


def slow_facts(minutes: pl.DataFrame, funding: pl.DataFrame, truth: pl.DataFrame) -> list[Measured]:
    """Every slow fact, measured."""
    lives = maker_half_lives(truth)
    return [
        Measured(VOLATILITY_MEMORY, volatility_memory(minutes)),
        Measured(TAIL, tail_index(returns(minutes, _STEP_MIN), 0.01)),
        Measured(FUNDING_ATOM, funding_atom(funding)),
        Measured(PREMIUM_SD, 1e4 * float(minutes["premium"].to_numpy().std())),
        Measured(PREMIUM_PERSISTENCE, persistence(funding["mean_premium"].to_numpy())),
        Measured(BASIS_HALF_LIFE, basis_half_life(minutes)),
        Measured(VOLUME_VOLATILITY, volume_volatility(minutes)),
        Measured(FASTEST_MAKER, min(lives)),
        Measured(SLOWEST_MAKER, max(lives)),
        Measured(INVENTORY_RETURN, inventory_return(minutes, truth)),
    ]


def returns(minutes: pl.DataFrame, step: int) -> Floats:
    """Log returns of the perpetual's mid over every `step` minutes, not overlapping."""
    return np.diff(np.log(minutes["perp_mid"].to_numpy()[::step]))


def volatility_memory(minutes: pl.DataFrame) -> float:
    """VOLATILITY_MEMORY; needs whole days, three at least."""
    day = _DAY_MIN // _STEP_MIN
    size = np.abs(returns(minutes, _STEP_MIN))
    size = size[: size.size // day * day].reshape(-1, day)
    acf = autocorrelation((size / size.mean(axis=0)).ravel(), day * 3 // 2)
    return float(acf[day:].mean())


def funding_atom(funding: pl.DataFrame) -> float:
    """FUNDING_ATOM."""
    return float((np.abs(funding["rate"].to_numpy() - _INTEREST) <= _ATOM).mean())


def basis_half_life(minutes: pl.DataFrame) -> float:
    """BASIS_HALF_LIFE; infinite beyond two days."""
    return half_life((minutes["perp_mid"] / minutes["spot_mid"]).to_numpy() - 1.0, 2 * _DAY_MIN)


def volume_volatility(minutes: pl.DataFrame) -> float:
    """VOLUME_VOLATILITY, over whole hours that have both."""
    moves = returns(minutes, 1)
    hours = moves.size // _HOUR_MIN
    variance = (moves[: hours * _HOUR_MIN] ** 2).reshape(hours, -1).sum(axis=1)
    traded = (minutes["buy_qty"] + minutes["sell_qty"]).to_numpy()[1 : hours * _HOUR_MIN + 1]
    volume = traded.reshape(hours, -1).sum(axis=1)
    both = (variance > 0.0) & (volume > 0.0)
    return correlation(np.log(volume[both]), np.log(variance[both]))


def maker_half_lives(truth: pl.DataFrame) -> list[float]:
    """Minutes after which a maker's inventory is correlated one half with itself: one per maker.

    A little longer than the time in which it hedges half, since the flow it meets has a memory of its own.
    """
    makers = [name for name in truth.columns if name.startswith("maker_") and name.endswith("_qty")]
    return [half_life(truth[name].to_numpy(), _DAY_MIN) for name in makers]


def inventory_return(minutes: pl.DataFrame, truth: pl.DataFrame) -> float:
    """INVENTORY_RETURN."""
    return correlation(np.diff(truth["makers_qty"].to_numpy()[::_STEP_MIN]), returns(minutes, _STEP_MIN))
