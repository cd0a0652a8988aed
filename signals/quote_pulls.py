"""Quote pulls: the best price of a side is withdrawn, and the side's next best is far away.

A best that falls in several steps within one update interval, as feeds of single events show it, falls once: the pull
is of the first price, at the time of the last step.

A pull is seen a tolerance after it (`seen_ts`: prints that would explain it have come) and decided once it had its time
to be restored (`known_ts`). Repricing after the market moved elsewhere looks the same.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND
from signals.grid import Grid
from signals.inputs.columns import EVENT_TS, KNOWN_TS, SYMBOL, VENUE
from signals.known import Known
from signals.table import UTC_US, Column, Table
from signals.taker_flow import MISSING, TAPE_MISSING

Ints = NDArray[np.int64]

QUOTE_PULLS = Table(
    name="quote_pulls",
    grain="one row per best price withdrawn",
    key=("venue", "symbol", "event_ts", "seq"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column("seq", pl.Int64(), "count", "position in the day by event time, from 0"),
        Column("side", pl.Int8(), "+1/-1", "+1 a bid was withdrawn, -1 an ask"),
        Column("direction", pl.Int8(), "+1/-1", "-side: +1 asks withdrawn, upward pressure"),
        Column("price", pl.Float64(), "quote per base", "the best price withdrawn"),
        Column("displayed_qty", pl.Float64(), "base", "displayed there before"),
        Column(
            "traded_qty",
            pl.Float64(),
            "base",
            "executed at the best while it fell, and there within the tolerance after",
        ),
        Column(
            "pulled_qty",
            pl.Float64(),
            "base",
            "withdrawn meanwhile from all prices of the side near the mid, at least",
        ),
        Column("gap_bps", pl.Float64(), "bps of mid", "how far the best of the side moved away"),
        Column("spread_before_bps", pl.Float64(), "bps of mid", "spread just before"),
        Column("seen_ts", UTC_US, "UTC", "from when it was known but for its return: the prints around it are in"),
        Column(
            "is_restored",
            pl.Boolean(),
            "flag",
            "the price or better ones displayed at least half of displayed_qty in time (of the best five prices)",
        ),
        Column("restored_ms", pl.Float64(), "ms", "after how long; null if they did not"),
    ),
)


class Pulls:
    """Collects what kernels.pulls decided while a book took chunk after chunk."""

    def __init__(self, *, tolerance_us: int, restore_us: int) -> None:
        self._tolerance_us, self._restore_us = tolerance_us, restore_us
        self._found: list[Ints] = []
        self._seen: list[Ints] = []
        self._known: list[Ints] = []

    def add(self, found: Ints, book: Known, tape: Known) -> None:
        """Pulls decided by now; what `book` and `tape` have been fed reaches at least to their decision."""
        from signals.kernels import pulls as k  # numba is imported only to compute

        if not found.size:
            return
        seen, over = found[k.TS] + self._tolerance_us + 1, found[k.TS] + self._restore_us + 1
        prints = tape.before(seen)
        self._found.append(found.copy())
        self._seen.append(np.maximum(book.before(seen), prints))
        self._known.append(np.maximum(book.before(over), prints))

    def taken(self) -> tuple[Ints, Ints, Ints]:
        """Pulls, one a column, and the latest known_ts of what they were seen and decided by."""
        from signals.kernels import pulls as k  # numba is imported only to compute

        nothing = np.empty(0, np.int64)
        found = np.concatenate([np.empty((k.FIELDS, 0), np.int64), *self._found], axis=1)
        return found, np.concatenate([nothing, *self._seen]), np.concatenate([nothing, *self._known])


def quote_pulls(
    pulls: Pulls,
    spreads: tuple[Ints, Ints],
    gaps: pl.DataFrame,
    grid: Grid,
    *,
    venue: str,
    symbol: str,
    tolerance_us: int,
    restore_us: int,
    book_delay_us: int,
    trade_delay_us: int,
    max_traded_share: float,
    spread_share: float,
    spread_s: int,
) -> pl.DataFrame:
    """Rows of QUOTE_PULLS.

    spreads: ends of seconds with the book OK, and their spread in ticks; gaps: rows of GAPS. A pull within reach of a
    gap of the book or the tape is none: what explains it, or its return, may be missing.
    """
    from signals.kernels import pulls as k  # numba is imported only to compute

    found, seen, known = pulls.taken()
    ts = found[k.TS]
    missing = gaps.filter(
        (pl.col("table_name") == "book_updates") & pl.col("reason").is_in(MISSING)
        | (pl.col("table_name") == "trades") & pl.col("reason").is_in(TAPE_MISSING)
    )
    told = Known(by_day=True)
    missing = missing.sort("from_ts")
    begin, end, came = (missing[name].to_physical().to_numpy() for name in ("from_ts", "to_ts", "known_ts"))
    told.feed(begin, came)
    seen = np.maximum.reduce((seen, told.before(ts + tolerance_us + 1), ts + tolerance_us + trade_delay_us))
    over = ts + restore_us
    known = np.maximum.reduce((known, seen, told.before(over + 1), over + book_delay_us))

    moved = np.abs(found[k.X] - found[k.NEW_X])
    far = moved >= spread_share * _median_spread(spreads, ts, found[k.SPREAD], spread_s)
    theta = found[k.TRADED] < max_traded_share * found[k.DISPLAYED]
    keeps = far & theta & (found[k.PULLED] > 0) & ~_touches(begin, end, ts - tolerance_us, over)
    found, ts, seen, known, moved = found[:, keeps], ts[keeps], seen[keeps], known[keeps], moved[keeps]

    day = ts // DAY
    side = (1 - 2 * found[k.SIDE]).astype(np.int8)
    restored = found[k.RESTORED]
    return pl.DataFrame(
        {
            "event_ts": pl.Series(ts).cast(UTC_US),
            "known_ts": pl.Series(known).cast(UTC_US),
            "seq": np.arange(ts.size) - np.searchsorted(day, day),
            "side": side,
            "direction": -side,
            "price": grid.price(np.abs(found[k.X])),
            "displayed_qty": grid.qty(found[k.DISPLAYED]),
            "traded_qty": grid.qty(found[k.TRADED]),
            "pulled_qty": grid.qty(found[k.PULLED]),
            "gap_bps": 20_000 * moved / found[k.MID2],
            "spread_before_bps": 20_000 * found[k.SPREAD] / found[k.MID2],
            "seen_ts": pl.Series(seen).cast(UTC_US),
            "is_restored": restored >= 0,
            "restored_ms": pl.Series(np.where(restored >= 0, (restored - ts) / 1_000, np.nan)).fill_nan(None),
        }
    ).select(pl.lit(venue).alias("venue"), pl.lit(symbol).alias("symbol"), pl.all())


def _median_spread(spreads: tuple[Ints, Ints], ts: Ints, just_before: Ints, length_s: int) -> NDArray[np.float64]:
    """Median spread, ticks, of the seconds that ended within `length_s` before each time and in its UTC day; the spread
    just before if there is none."""
    from signals.kernels.trailing_quantile import trailing_medians  # numba is imported only to compute

    ends, ticks = spreads
    first = np.searchsorted(ends, np.maximum(ts - length_s * SECOND, ts // DAY * DAY), side="right")
    lower, upper, has_any = trailing_medians(ticks, first, np.searchsorted(ends, ts, side="right"))
    return np.where(has_any, (lower + upper) / 2, just_before)


def _touches(begin: Ints, end: Ints, from_ts: Ints, to_ts: Ints) -> NDArray[np.bool_]:
    """Whether any stretch (in order of begin, they may overlap) meets each of the times [from, to]."""
    if not begin.size:
        return np.zeros(from_ts.size, np.bool_)
    reached = np.maximum.accumulate(end)
    last = np.searchsorted(begin, to_ts, side="right") - 1
    return (last >= 0) & (reached[np.maximum(last, 0)] > from_ts)
