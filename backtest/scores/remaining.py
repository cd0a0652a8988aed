"""When a chain is noticed, and how well what is left of it is foretold.

What an iceberg set out to trade is known here also if it was cancelled, so nothing is censored.
"""

from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.scores.concordance import concordance
from backtest.scores.graded_chains import Graded
from backtest.scores.measure import Measure

DETECTOR = "replenishment"
LEAST = 10
"""Fewer predictions have no slope."""

_TAPE_STEP = timedelta(milliseconds=1)
"""Tapes state times in whole milliseconds: a refill may seem up to that much earlier than it was."""

_PAIR = ("venue", "symbol", "day", "chain_id")


def delays(graded: Graded, refills: pl.DataFrame) -> list[Measure]:
    """Medians over true chains: what the iceberg had executed when its chain was known, in base and as a share of all
    that it executed.

    refills: of the truth. Executed is counted up to the last refill before: at least that.
    """
    pairs = _pairs(graded, graded.firsts()).with_columns(at="known_ts")
    seen = _executed_by(pairs, refills)
    share = seen.filter(pl.col("all_executed_qty") > 0).select(pl.col("executed") / pl.col("all_executed_qty"))
    return [
        Measure(DETECTOR, "delay_qty", _median(seen["executed"]), None, seen.height),
        Measure(DETECTOR, "delay_share", _median(share.to_series()), None, share.height),
    ]


def score_remaining(replenishment: pl.DataFrame, graded: Graded, refills: pl.DataFrame) -> list[Measure]:
    """Slope of the true remaining size on `remaining_qty` (1: calibrated), over all rows of true chains with a
    prediction, and Harrell's C, over all pairs of rows of different icebergs.

    The true one is total_qty less what was executed before that refill. Values are None without the column or with
    too few rows. The naive baseline foretells the mean: it has no slope, and C of one half.
    """
    names = ("calibration_slope", "concordance")
    if "remaining_qty" not in replenishment.columns:
        return [Measure(DETECTOR, name, None, None, 0) for name in names]
    rows = replenishment.with_columns(day=pl.col("event_ts").dt.date()).drop_nulls("remaining_qty")
    pairs = _pairs(graded, np.flatnonzero(graded.iceberg >= 0)).drop("known_ts")
    predicted = rows.select(*_PAIR, "remaining_qty", at="event_ts").join(pairs, on=_PAIR)
    seen = _executed_by(predicted, refills)
    guess, left = seen["remaining_qty"].to_numpy(), (seen["total_qty"] - seen["executed"]).to_numpy()
    if seen.height < LEAST:
        return [Measure(DETECTOR, name, None, None, seen.height) for name in names]
    slope = float(np.cov(guess, left, bias=True)[0, 1] / np.var(guess)) if np.ptp(guess) else None
    agreed = concordance(guess, left, seen["chain"].to_numpy())
    return [
        Measure(DETECTOR, names[0], slope, None, seen.height),
        Measure(DETECTOR, names[1], agreed, None if agreed is None else 0.5, seen.height),
    ]


def _pairs(graded: Graded, rows: NDArray[np.int64]) -> pl.DataFrame:
    """One row per chain found: which, of which iceberg, when it was known, and the iceberg's sizes."""
    icebergs = graded.truth[graded.iceberg[rows]].select("chain", "total_qty", all_executed_qty="executed_qty")
    return pl.concat([graded.found[rows].select(*_PAIR, "known_ts"), icebergs], how="horizontal")


def _executed_by(pairs: pl.DataFrame, refills: pl.DataFrame) -> pl.DataFrame:
    """The rows with `executed`: of their iceberg up to its last refill by the time `at`; 0 before its first."""
    times = refills.select("venue", "symbol", "chain", at="event_ts", executed="executed_qty").sort("at")
    shifted = pairs.with_columns(pl.col("at") + _TAPE_STEP).sort("at")
    by = ["venue", "symbol", "chain"]
    return shifted.join_asof(times, on="at", by=by, strategy="backward", check_sortedness=False).with_columns(
        pl.col("executed").fill_null(0.0)
    )


def _median(values: pl.Series) -> float | None:
    return float(np.median(values.to_numpy())) if len(values) else None
