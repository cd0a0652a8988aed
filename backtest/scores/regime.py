"""Volatility regimes against the true ones: how late, how often for nothing, and how well the probability tells them.

An alarm is the beginning of a stretch of minutes in the highest regime. The naive baseline's stretches are those above
a trailing quantile of the same volatility.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.scores.concordance import auc
from backtest.scores.measure import Measure

DETECTOR = "volatility_regime"

_DAY_MIN = 1_440

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Alarms:
    """Delays in minutes, one a true spell that was met; number of spells, of alarms, and of those outside spells."""

    delays: NDArray[np.int64]
    n_spells: int
    n_raised: int
    n_false: int


def score_regime(regimes: pl.DataFrame, truth: pl.DataFrame) -> list[Measure]:
    """Median delay, share of spells met, false alarms a day, accuracy and area under the ROC curve of p_high.

    regimes: rows of volatility_regime; truth: bar_end and is_high, of minutes. Minutes in which either says nothing are
    left out. A delay is from the first minute of a true spell that was seen to begin; the median is over all spells,
    those never met counting as longer than any, and None if most were not met. Where no spell began, the first three
    are None, and without any alarm there is no rate of false ones: to say nothing is no merit. An alarm is for the
    highest regime that occurs.
    """
    both = (
        regimes.select("bar_end", "p_high", "regime", "naive_is_high")
        .join(truth.select("bar_end", "is_high"), on="bar_end", maintain_order="left")
        .drop_nulls()
    )
    is_high, top = both["is_high"].to_numpy(), both["regime"].max()
    found = both["regime"].to_numpy() == max(1, top if isinstance(top, int) else 1)
    plain = both["naive_is_high"].to_numpy()
    made, naive = alarms(found, is_high), alarms(plain, is_high)
    days = both.height / _DAY_MIN
    n = both.height
    return [
        Measure(DETECTOR, "delay_median_min", _median(made), _median(naive), made.n_spells),
        Measure(DETECTOR, "spells_met", _share(made), _share(naive), made.n_spells),
        Measure(DETECTOR, "false_alarms_a_day", _rate(made, days), _rate(naive, days), made.n_false),
        Measure(DETECTOR, "accuracy", _agreement(found, is_high), _agreement(plain, is_high), n),
        Measure(
            DETECTOR,
            "auc",
            auc(both["p_high"].to_numpy(), is_high),
            auc(plain.astype(np.float64), is_high),
            int(is_high.sum()),
        ),
    ]


def true_regimes(values: pl.DataFrame, *, factor: float) -> pl.DataFrame:
    """Minutes in which the volatility of the value is on average above `factor` times its median: bar_end, is_high.

    values: event_ts and vol_bps, by second. The median is over all of it: the truth may know the future.
    """
    minutes = values.group_by(bar_end=pl.col("event_ts").dt.truncate("1m") + pl.duration(minutes=1)).agg(
        pl.col("vol_bps").sort_by("event_ts").mean()
    )
    return minutes.sort("bar_end").select("bar_end", is_high=pl.col("vol_bps") > factor * pl.col("vol_bps").median())


def alarms(found: Flags, is_high: Flags) -> Alarms:
    """How alarms meet true spells, position by position; a spell that stands at the beginning began unseen."""
    begins, after = _stretches(is_high)
    seen = begins > 0
    delays = [
        int(np.argmax(found[begin:end]))
        for begin, end in zip(begins[seen], after[seen], strict=True)
        if found[begin:end].any()
    ]
    raised = _stretches(found)[0]
    raised = raised[raised > 0]
    return Alarms(np.array(delays, np.int64), int(seen.sum()), raised.size, int((~is_high[raised]).sum()))


def _stretches(flags: Flags) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where runs of true begin, and the positions after them."""
    edges = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def _median(made: Alarms) -> float | None:
    missed = np.full(made.n_spells - made.delays.size, np.inf)
    middle = float(np.median(np.concatenate([made.delays, missed]))) if made.n_spells else np.inf
    return middle if np.isfinite(middle) else None


def _share(made: Alarms) -> float | None:
    return made.delays.size / made.n_spells if made.n_spells else None


def _rate(made: Alarms, days: float) -> float | None:
    return made.n_false / days if days and made.n_spells and made.n_raised else None


def _agreement(found: Flags, is_high: Flags) -> float | None:
    return float((found == is_high).mean()) if is_high.size else None
