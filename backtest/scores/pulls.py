"""Pulls of quotes against the seconds in which a market maker truly withdrew from a side.

A case is a second and a side. The score of the detector is the intensity of its withdrawals, that of the naive baseline
what the display lost near the mid, traded or not. Both are graded by the area under the curve of precision over recall,
over the share of true cases: 1 is chance.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.scores.measure import Measure

DETECTOR = "quote_pulls"

Floats = NDArray[np.float64]


def score_pulls(ledger: pl.DataFrame, pulls: pl.DataFrame, truth: pl.DataFrame) -> list[Measure]:
    """ledger: QUOTE_LEDGER; pulls: QUOTE_PULLS; truth: withdrawals of makers, all of one market and time.

    Seconds of which the ledger says nothing are no cases. `event_precision` is the share of stated pulls in whose
    second and side a maker withdrew, beside the share of all cases; None without a true or a stated one.
    """
    cases = true_cases(ledger, truth)
    true = cases["is_true"].to_numpy()
    base = float(true.mean()) if true.size else 0.0
    area, naive = (average_precision(cases[name].to_numpy(), true) for name in ("intensity", "decreased"))
    stated = pulls.select(_second(), "side").join(cases, on=["bar_end", "side"], how="inner", maintain_order="left")
    hits = stated["is_true"].mean()
    return [
        Measure(DETECTOR, "auc_pr_over_base", _over(area, base), _over(naive, base), int(true.sum())),
        Measure(DETECTOR, "event_precision", None if hits is None else float(hits), base or None, stated.height),  # type: ignore[arg-type]
    ]


def true_cases(ledger: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """bar_end, side (+1 bids), intensity, decreased, is_true: a row per second and side of which the ledger speaks."""
    withdrawn = truth.select(_second(), "side").unique().with_columns(is_true=True)
    sides = [
        ledger.select(
            "bar_end",
            side=pl.lit(side, pl.Int8),
            intensity=f"{name}_pull_intensity",
            decreased=f"{name}_decreased_qty",
        )
        for side, name in ((1, "bid"), (-1, "ask"))
    ]
    cases = pl.concat(sides).drop_nulls()
    return cases.join(withdrawn, on=["bar_end", "side"], how="left", maintain_order="left").with_columns(
        pl.col("is_true").fill_null(False)
    )


def average_precision(score: Floats, is_true: NDArray[np.bool_]) -> float | None:
    """Precision at each score, summed over the recall it adds; equal scores count together. None without true cases."""
    if not is_true.any():
        return None
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(is_true[order])
    last = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    precision, recall = hits[last] / (last + 1), hits[last] / hits[-1]
    return float((precision * np.diff(recall, prepend=0.0)).sum())


def _second() -> pl.Expr:
    return pl.col("event_ts").dt.truncate("1s").dt.offset_by("1s").alias("bar_end")


def _over(area: float | None, base: float) -> float | None:
    return None if area is None else area / base
