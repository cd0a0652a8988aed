"""Refills: what comes back at a price after takers took from what was displayed there, or went past it.

The display grows within `refill_ms` after takers took from it, as often as it does; or it grows while takers took from
better prices only, and is now the best of its side (both seen in the book); or one taker order executes more than was
displayed (hidden, seen on the tape). Most of it is of others who quote: a refill is where an order that shows itself
again could have done so, no more. What a display shows after a hidden refill is the same liquidity, no other refill.
Where nothing was displayed nothing is refilled: what is executed there was hidden altogether, or came and went between
two messages.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY
from signals.grid import Grid
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.table import UTC_US, Column, Table

Ints = NDArray[np.int64]

REFILLS = Table(
    name="refills",
    grain="one row per growth of a price after takers took from it or went past it, or hidden size that they found",
    key=("venue", "symbol", "event_ts", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column("seq", pl.Int64(), "count", "position in the day by event time, from 0"),
        Column("side", pl.Int8(), "+1/-1", "+1 a bid was refilled (passive buying), -1 an ask"),
        Column("price", pl.Float64(), "quote per base", "the price refilled"),
        Column(
            "taken_ts", UTC_US, "UTC", "the last taker order that took from it before; if none did, from better prices"
        ),
        Column(
            "executed_qty",
            pl.Float64(),
            "base",
            "executed at the price since its display last grew; 0: at better prices only",
        ),
        Column(
            "displayed_qty", pl.Float64(), "base", "displayed before that, or where nothing was executed before it grew"
        ),
        Column(
            "refilled_qty",
            pl.Float64(),
            "base",
            "how much came back: growth of the display; of a hidden refill, executed beyond the display",
        ),
        Column("refill_ms", pl.Float64(), "ms", "from taken_ts to the growth of the display; null if hidden"),
        Column("is_hidden", pl.Boolean(), "flag", "seen on the tape only: more executed than displayed"),
        Column(
            "is_first_update",
            pl.Boolean(),
            "flag",
            "the first update of the price after taken_ts shows it, as a native iceberg would; false if hidden",
        ),
        Column("is_best", pl.Boolean(), "flag", "the best price of its side once it had grown; false if hidden"),
    ),
)


def refills(found: Ints, known: Ints, grid: Grid, *, venue: str, symbol: str) -> pl.DataFrame:
    """Rows of REFILLS from columns of kernels.refills in order of time, and from when each was known."""
    from signals.kernels import refills as k  # numba is imported only to compute

    kind = found[k.R_KIND]
    hidden = kind == k.HIDDEN_REFILL
    day = found[k.R_TS] // DAY
    waited = (found[k.R_TS] - found[k.R_TAKEN]) / 1_000
    return pl.DataFrame(
        {
            "event_ts": pl.Series(found[k.R_TS]).cast(UTC_US),
            "known_ts": pl.Series(known).cast(UTC_US),
            "seq": np.arange(kind.size) - np.searchsorted(day, day),
            "side": np.sign(found[k.R_X]).astype(np.int8),
            "price": grid.price(np.abs(found[k.R_X])),
            "taken_ts": pl.Series(found[k.R_TAKEN]).cast(UTC_US),
            "executed_qty": grid.qty(found[k.R_EXECUTED]),
            "displayed_qty": grid.qty(found[k.R_DISPLAYED]),
            "refilled_qty": grid.qty(found[k.R_REFILLED]),
            "refill_ms": pl.Series(np.where(hidden, np.nan, waited)).fill_nan(None),
            "is_hidden": hidden,
            "is_first_update": kind == k.FIRST_UPDATE,
            "is_best": found[k.R_IS_BEST] == 1,
        }
    ).select(pl.lit(venue).alias("venue"), pl.lit(symbol).alias("symbol"), pl.all())
