"""Sweeps against the orders that truly swept the book, and how well their size tells the informed ones.

The naive baseline is a threshold of size: prints above the 99.5th percentile of all prints, the future included, so
that it is not worse than it could be.
"""

import polars as pl

from backtest.scores.concordance import auc
from backtest.scores.matching import Matching, match
from backtest.scores.measure import Measure
from backtest.scores.true_sweeps import instant

DETECTOR = "sweeps"
NAIVE_PERCENTILE = 0.995
CHANCE_AUC = 0.5

_EVENT = ("venue", "symbol", "side", "start_ts", "end_ts")


def score_sweeps(sweeps: pl.DataFrame, trades: pl.DataFrame, truth: pl.DataFrame) -> list[Measure]:
    """Precision and recall of the sweeps, and areas under the ROC curve of their size and levels for informed ones.

    sweeps: rows of the signal; trades: the tape, for the baseline; truth: rows of `true_sweeps` of the same market and
    time. An order is found if a sweep of its side lies in its millisecond. The areas are over found sweeps that are
    true; None if all or none of them are informed.
    """
    made = matched_sweeps(sweeps, truth)
    plain = match(truth, large_prints(trades), tolerance_ms=0)
    found, true = sweeps[made.found_rows], truth[made.true_rows]
    is_informed = true["is_informed"].to_numpy()
    areas = [
        Measure(DETECTOR, f"informed_auc_{name}", value, None if value is None else CHANCE_AUC, made.n_matched)
        for name in ("qty", "levels")
        for value in [auc(found[name].cast(pl.Float64).to_numpy(), is_informed)]
    ]
    return [
        Measure(DETECTOR, "precision", made.precision, plain.precision, made.n_found),
        Measure(DETECTOR, "recall", made.recall, plain.recall, made.n_true),
        Measure(DETECTOR, "f1", made.f1, plain.f1, made.n_true + made.n_found),
        *areas,
    ]


def matched_sweeps(sweeps: pl.DataFrame, truth: pl.DataFrame) -> Matching:
    """Which sweep is which true one: of one market, side and millisecond."""
    return match(truth, sweeps.with_columns(instant("event_ts")).select(_EVENT), tolerance_ms=0)


def large_prints(trades: pl.DataFrame) -> pl.DataFrame:
    """The baseline's sweeps: a print above the percentile, at most one a side and millisecond."""
    trades = trades.filter(~pl.col("is_off_market"), pl.col("taker_side") != 0)
    is_large = pl.col("qty") > pl.col("qty").quantile(NAIVE_PERCENTILE, "higher")
    events = trades.filter(is_large).with_columns(instant("event_ts"), side="taker_side").select(_EVENT)
    return events.unique(maintain_order=True)
