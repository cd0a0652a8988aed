"""How much of a chain is still to come, by what became of the chains before it.

Sizes are counted in peaks of the chain (the median of what it displayed anew). A past chain was executed completely
if takers took what it showed last, nothing came back, and that was less than a peak; or if most of its refills were
as fast as a native iceberg's and takers went through its price, for such an order has to be exhausted first. Else its
size is known from below only (censored). It counts from the size at which it was stated: shorter ones were never seen.
Chains that chance strings together would drown the others, so only even ones are learnt from: at least half of the
refills seen in the book came back at about the peak.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.chain_scores import Fits
from signals.survival import Survival
from signals.table import Column

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

COMPLETED, GIVEN_UP = 1, 2
"""Causes of an end: executed completely; withdrawn, or not shown again after a full peak. Others are censored."""

REMAINING_COLUMNS = (
    Column(
        "alive_share",
        pl.Float64(),
        "0 to 1",
        "probability that it is shown again after the tranche this refill shows (a hidden one: after one more peak)",
    ),
    Column(
        "completion_share",
        pl.Float64(),
        "0 to 1",
        "probability that it will be executed completely rather than given up (Aalen-Johansen)",
    ),
    Column(
        "remaining_qty",
        pl.Float64(),
        "base",
        "expected still to be executed, the tranche shown included, unless given up; up to the largest chain before",
    ),
    Column("remaining_low_qty", pl.Float64(), "base", "2.5 % of chains that came as far had less still to come"),
    Column("remaining_high_qty", pl.Float64(), "base", "97.5 % had less; the largest chain before if not seen to end"),
    Column("n_alike", pl.Int64(), "chains", "even chains before that came as far; if too few, all of these are null"),
)

_NAMES = [column.name for column in REMAINING_COLUMNS]
LOW, HIGH = 0.025, 0.975


def past_sizes(ends: pl.DataFrame, *, is_fine: bool, full_share: float) -> pl.DataFrame:
    """entry and size in peaks, and cause, of each even chain that went on after it was stated.

    is_fine: whether the feed is fine enough to tell a native iceberg; full_share: of its peak, what a last tranche
    must have to count as a full one.
    """
    taken = pl.col("ended_by").is_in(["taken", "passed"])
    is_last = taken & (pl.col("last_qty") < full_share * pl.col("displayed_peak_qty"))
    is_native = pl.lit(is_fine) & (2 * pl.col("n_fast") > pl.col("n_refills"))
    is_complete = is_last | (is_native & (pl.col("ended_by") == "passed"))
    is_even = 2 * pl.col("n_even") >= pl.col("n_refills") - pl.col("n_hidden")
    gave_up = taken | (pl.col("ended_by") == "withdrawn")
    # Of a tranche that was withdrawn takers had some part, of one left alone nothing is known.
    executed = pl.when(taken).then(1.0).when(pl.col("ended_by") == "withdrawn").then(0.5).otherwise(0.0)
    size = pl.col("own_qty") + executed * pl.col("last_qty").fill_null(0)
    return (
        ends.filter(pl.col("displayed_peak_qty") > 0, is_even)
        .select(
            entry=pl.col("detected_qty") / pl.col("displayed_peak_qty"),
            size=size / pl.col("displayed_peak_qty"),
            cause=pl.when(is_complete).then(COMPLETED).when(gave_up).then(GIVEN_UP).otherwise(0).cast(pl.Int64),
        )
        .filter(pl.col("entry") < pl.col("size"))
    )


def remaining_size(
    rows: pl.DataFrame, ends: pl.DataFrame, fits: Fits, *, lots: float, full_share: float, most: int, least: int
) -> pl.DataFrame:
    """REMAINING_COLUMNS of each row (fit; own, peak, shown in lots; is_hidden): by the chains of `ends` (in order of
    time) that were over at the time of its fit, the latest `most` of them; null if fewer than `least` came as far."""
    own, peak, shown, hidden, fit = (rows[name].to_numpy() for name in ("own", "peak", "shown", "is_hidden", "fit"))
    decided = ends["decided_ts"].to_physical().to_numpy()
    safe = np.maximum(peak, 1)
    reached, tranche = own / safe, np.where(hidden, 1.0, shown / safe)
    made = np.full((len(_NAMES), rows.height), np.nan)
    for which in np.unique(fit).tolist():
        mine = fit == which
        known = int(np.searchsorted(decided, fits.times[which], side="right"))
        past = past_sizes(ends[max(known - most, 0) : known], is_fine=bool(fits.is_fine[which]), full_share=full_share)
        made[:, mine] = _of_fit(past, reached[mine], tranche[mine], safe[mine] / lots, least)
    found = pl.DataFrame(dict(zip(_NAMES, made, strict=True)), dict.fromkeys(_NAMES, pl.Float64)).fill_nan(None)
    return found.with_columns(pl.col("n_alike").cast(pl.Int64))


def _of_fit(past: pl.DataFrame, reached: Floats, tranche: Floats, peak_qty: Floats, least: int) -> Floats:
    """The columns by one set of past chains; `reached` and `tranche` in peaks."""
    entry, size, cause = (past[name].to_numpy() for name in ("entry", "size", "cause"))
    completed = Survival.of(entry, size, np.where(cause == COMPLETED, 1, 0), min_at_risk=least)
    ended = Survival.of(entry, size, cause, causes=2, min_at_risk=least)
    n_alike = completed.beyond(entry, size, reached)
    values = np.array(
        (
            ended.conditional(reached + tranche, reached),
            ended.incidence(COMPLETED, reached),
            completed.remaining(reached, completed.largest) * peak_qty,
            (completed.quantile(reached, LOW) - reached) * peak_qty,
            (completed.quantile(reached, HIGH) - reached) * peak_qty,
        )
    )
    return np.vstack((np.where(n_alike >= least, values, np.nan), n_alike))
