"""Whether a refill came as a native iceberg's would, or as a program's that posts again.

A native iceberg shows its next peak at once: an order executes beyond the display, or the display grows within
`native_ms` of the taker. A program has to hear of the fill first. Where the feed speaks of the book more seldom than
`native_ms`, the two cannot be told apart.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.table import Column

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEAST_FIRST = 10
"""So many refills must have been shown by the first update after the taker before they tell how fast the feed is."""

CLASS_COLUMNS = (
    Column("refill_class", pl.String(), "text", "native or synthetic if most refills are alike, else unresolved"),
    Column("n_native_like", pl.Int64(), "refills", "of these, as a native iceberg's: hidden, or within `native_ms`"),
    Column("n_synthetic_like", pl.Int64(), "refills", "of these, later, up to `synthetic_ms`: as a program's"),
)


def feed_interval_ms(ts: Ints, delay_ms: Floats, is_first: NDArray[np.bool_], times: Ints) -> Floats:
    """At each time, the interval of the feed as the refills up to then (by time) show it; NaN if too few did.

    A taker comes at any moment between two updates, so the first update after him is half an interval away in the
    median. Where takers' own updates come first (0), no refill is shown by a first one; then `delay_ms` alone counts.
    """
    from signals.kernels.trailing_quantile import trailing_medians  # numba is imported only to compute

    seen = ~np.isnan(delay_ms)
    n_first, n_later = (np.searchsorted(ts[seen & which], times, side="right") for which in (is_first, ~is_first))
    low, high, _ = trailing_medians(delay_ms[seen & is_first], np.zeros_like(n_first), n_first)
    without = np.where(n_later >= LEAST_FIRST, 0.0, np.nan)
    return np.where(n_first >= LEAST_FIRST, low + high, without)


def with_classes(chains: pl.DataFrame, feed_ms: Floats, *, native_ms: float, synthetic_ms: float) -> pl.DataFrame:
    """The refills with CLASS_COLUMNS of their chain up to each; `feed_ms`: the feed's interval as known at each."""
    is_native = pl.col("is_hidden") | (pl.col("refill_ms") <= native_ms)
    is_synthetic = ~is_native & (pl.col("refill_ms") <= synthetic_ms)
    most = {name: 2 * pl.col(f"n_{name}_like") > pl.col("n_refills") for name in ("native", "synthetic")}
    fine = chains.with_columns(_is_fine=pl.Series(feed_ms <= native_ms))  # NaN is not
    return fine.with_columns(
        n_native_like=(pl.col("_is_fine") & is_native).cast(pl.Int64).cum_sum().over("chain"),
        n_synthetic_like=(pl.col("_is_fine") & is_synthetic).cast(pl.Int64).cum_sum().over("chain"),
    ).with_columns(
        refill_class=pl.when(most["native"])
        .then(pl.lit("native"))
        .when(most["synthetic"])
        .then(pl.lit("synthetic"))
        .otherwise(pl.lit("unresolved"))
    )
