"""Where controls enter: minutes that are like the rule's own in one respect, and drawn at random in all others."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.placebo.control_rows import Entries, Minutes
from signals.bars import DAY, MINUTE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NO_LABEL = -1


@dataclass(frozen=True, slots=True)
class Pullback:
    """The rule's wait: the price must give way by the fraction `depth` of its extreme of `lookback_min` within
    `arm_min`."""

    depth: float
    arm_min: float
    lookback_min: float


def shuffled(entries: Entries, size: int, rng: np.random.Generator) -> Entries:
    """The same stretches between entries among `size` minutes, and the same sides, each in random order."""
    stretches = np.diff(entries.at, prepend=0, append=size - 1)
    return Entries(np.cumsum(rng.permutation(stretches))[:-1], rng.permutation(entries.side))


def matched(entries: Entries, labels: Ints, rng: np.random.Generator) -> Entries:
    """For each entry another place with its label, none drawn twice; entries without one are left out."""
    free = labels.copy()
    free[entries.at] = NO_LABEL
    at, side = [], []
    for place, chosen in zip(entries.at.tolist(), entries.side.tolist(), strict=True):
        like = np.flatnonzero((free == labels[place]) & (free != NO_LABEL))
        if like.size:
            drawn = int(rng.choice(like))
            free[drawn] = NO_LABEL
            at.append(drawn)
            side.append(chosen)
    return Entries(np.array(at, np.int64), np.array(side, np.int64))


def after_pullback(armed: Entries, minutes: Minutes, wait: Pullback) -> Entries:
    """Where those armed enter, as the rule does; those whose price does not give way in time do not."""
    found = [
        (place, side)
        for at, side in zip(armed.at.tolist(), armed.side.tolist(), strict=True)
        if (place := _gave_way(at, side, minutes, wait)) is not None
    ]
    return Entries(np.array([at for at, _ in found], np.int64), np.array([side for _, side in found], np.int64))


def all_pullbacks(minutes: Minutes, wait: Pullback) -> Entries:
    """Every minute in which the price begins to have given way, down (+1) or up (-1), as if armed at all times."""
    mids = pl.DataFrame({"at": pl.Series(minutes.ends).cast(pl.Datetime("us")), "mid": minutes.mid}).with_columns(
        pl.col("mid").fill_nan(None)
    )
    period = f"{round(wait.lookback_min * MINUTE)}us"
    reached = mids.rolling("at", period=period, closed="both").agg(high=pl.col("mid").max(), low=pl.col("mid").min())
    found = []
    for side, extreme in ((1, reached["high"]), (-1, reached["low"])):
        gave = side * minutes.mid <= side * extreme.fill_null(np.nan).to_numpy() * (1 - side * wait.depth)
        at = np.flatnonzero(gave & ~np.concatenate(([False], gave[:-1])))
        found.append(Entries(at.astype(np.int64), np.full(at.size, side, np.int64)))
    return Entries(np.concatenate([one.at for one in found]), np.concatenate([one.side for one in found]))


def _gave_way(at: int, side: int, minutes: Minutes, wait: Pullback) -> int | None:
    now = minutes.ends[at]
    since, until = np.searchsorted(
        minutes.ends, (now - round(wait.lookback_min * MINUTE), now + round(wait.arm_min * MINUTE))
    ).tolist()
    signed = side * minutes.mid[since : max(until, at + 1)]
    extreme = side * np.fmax.accumulate(signed)
    gave = np.flatnonzero(signed[at - since :] <= (side * extreme * (1 - side * wait.depth))[at - since :])
    return at + int(gave[0]) if gave.size else None


def return_labels(minutes: Minutes, *, window_min: int, bins: int) -> Ints:
    """Per minute, in which of `bins` equally filled groups its past return is; NO_LABEL if it is not known.

    The groups are made of the whole sample: they choose what is compared, and are no rule one could trade.
    """
    return _groups(np.log(minutes.mid) - np.log(_mid_before(minutes, window_min)), bins)


def hour_and_vol_labels(minutes: Minutes, *, window_min: int, bins: int) -> Ints:
    """Per minute, its hour of the day with the group of its past volatility (as return_labels, of squared returns)."""
    squared = (np.log(minutes.mid) - np.log(_mid_before(minutes, 1))) ** 2
    sums = (
        pl.DataFrame({"at": pl.Series(minutes.ends).cast(pl.Datetime("us")), "squared": squared})
        .with_columns(pl.col("squared").fill_nan(None))
        .rolling("at", period=f"{window_min}m")
        .agg(pl.col("squared").mean(), told=pl.col("squared").count())
    )
    is_told = (sums["told"] >= 0.8 * window_min).to_numpy()
    vol = _groups(np.where(is_told, sums["squared"].fill_null(np.nan).to_numpy(), np.nan), bins)
    hour = minutes.ends % DAY // (60 * MINUTE)
    return np.where(vol == NO_LABEL, NO_LABEL, hour * bins + vol)


def _mid_before(minutes: Minutes, window_min: int) -> Floats:
    """The mid of the minute that long ago; NaN if there is no such minute."""
    then = minutes.ends - window_min * MINUTE
    place = np.searchsorted(minutes.ends, then)
    return np.where(minutes.ends[place] == then, minutes.mid[place], np.nan)


def _groups(values: Floats, bins: int) -> Ints:
    told = np.flatnonzero(~np.isnan(values))
    groups = np.full(values.size, NO_LABEL, np.int64)
    groups[told[np.argsort(values[told], kind="stable")]] = np.arange(told.size) * bins // max(told.size, 1)
    return groups
