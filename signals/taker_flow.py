"""Taker flow: what takers bought and sold, every second.

Off-market prints and prints of unknown side are in no number. A quiet second is 0 if the tape was recorded;
a second of which too much lies in a gap of the tape is null, never 0.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND
from signals.book_state import BAR_END
from signals.grid import Grid
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.stretches import time_inside
from signals.table import UTC_US, Column, Table

Ints = NDArray[np.int64]

TAKER_FLOW = Table(
    name="taker_flow",
    grain="one row per second",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column("buy_qty", pl.Float64(), "base", "bought by takers; 0 in a quiet second, null where the tape has a gap"),
        Column("sell_qty", pl.Float64(), "base", "sold by takers"),
        Column("n_prints", pl.Int64(), "prints", "prints on the public book"),
        Column(
            "n_orders", pl.Int64(), "orders", "taker orders behind them; a lower bound where the venue gives no ids"
        ),
        Column("net_quote", pl.Float64(), "quote", "notional bought minus sold by takers"),
        Column("cvd_qty", pl.Float64(), "base", "running sum of bought minus sold since 00:00 UTC or the last gap"),
        Column("coverage", pl.Float64(), "0 to 1", "share of the bar outside gaps of the tape; null values below 0.8"),
    ),
)

COLUMNS = ("event_ts", "known_ts", "price", "qty", "taker_side", "taker_order_id", "is_off_market")
"""What `Tape.feed` reads of TRADES."""

MISSING = ("silence", "not_recorded")
"""Reasons of gaps in which records of any feed may be missing. Before and after a recording there is no bar."""
TAPE_MISSING = (*MISSING, "sequence_break")
"""Those in which prints may be missing."""


class Tape:
    """Sums prints into the bars `ends` (microseconds); feed it frames of TRADES in order, cut anywhere."""

    def __init__(self, grid: Grid, ends: Ints, *, bar_us: int = SECOND) -> None:
        from signals.kernels import taker_flow as kernel  # numba is imported only to compute

        self._kernel, self._grid, self._bar_us = kernel, grid, bar_us
        self.ends = ends
        self.sums = np.zeros((kernel.COLUMNS, ends.size), np.int64)
        self.known_us = np.full(ends.size, -1, np.int64)
        """Latest known_ts among the prints of each bar alone; -1 = no print."""
        self._last = np.zeros(kernel.FIELDS, np.int64)

    def feed(self, frame: pl.DataFrame) -> None:
        """Raises ValueError if a price or quantity is off the grid, or a sum too large to be exact."""
        frame = frame.filter(~pl.col("is_off_market"))  # such prints need not be on the book's grid either
        if frame.is_empty() or not self.ends.size:
            return
        ts = frame["event_ts"].to_physical().to_numpy()
        known = frame["known_ts"].to_physical().to_numpy()
        start = int(self.ends[0]) - self._bar_us
        bar = (ts - start) // self._bar_us
        bad = self._kernel.add_prints(
            ts,
            bar,
            frame["taker_side"].to_numpy(),
            self._grid.ticks(frame["price"].to_numpy()),
            self._grid.whole_lots(frame["qty"].to_numpy()),
            frame["taker_order_id"].fill_null(-1).to_numpy(),
            self._last,
            self.sums,
        )
        if bad >= 0:
            raise ValueError(
                f"trades: the notional of the second up to the print at {frame['event_ts'][bad]} is too large to be "
                f"counted in ticks and lots: is qty_decimals right?"
            )
        inside = (bar >= 0) & (bar < self.ends.size)
        np.maximum.at(self.known_us, bar[inside], known[inside])


def taker_flow(
    tape: Tape,
    grid: Grid,
    gaps: pl.DataFrame,
    *,
    venue: str,
    symbol: str,
    bar_us: int,
    delay_us: int,
    min_coverage: float,
) -> pl.DataFrame:
    """Turn a tape into rows of TAKER_FLOW. gaps: rows of GAPS; those of trades that are TAPE_MISSING count."""
    k, ends = tape._kernel, tape.ends
    gaps = gaps.filter(pl.col("table_name") == "trades", pl.col("reason").is_in(TAPE_MISSING)).sort("from_ts")
    missing = _missing_us(gaps, ends, bar_us)
    coverage = 1 - missing / bar_us
    day = (ends - bar_us) // DAY
    frame = pl.DataFrame(
        {
            "bar_end": ends,
            "known": _known(tape, gaps, ends, day),
            "buy_qty": grid.qty(tape.sums[k.BUY]),
            "sell_qty": grid.qty(tape.sums[k.SELL]),
            "net": tape.sums[k.BUY] - tape.sums[k.SELL],
            "n_prints": tape.sums[k.PRINTS],
            "n_orders": tape.sums[k.ORDERS],
            "net_quote": grid.quote(tape.sums[k.NET]),
            "coverage": coverage,
            "stands": coverage >= min_coverage,
            "run": np.cumsum((np.diff(day, prepend=-1) != 0) | (missing > 0)),
        }
    )
    running = frame.select(pl.when("stands").then("net").otherwise(0).cum_sum().over("run")).to_series().to_numpy()
    # NumPy divides; polars multiplies by the reciprocal, and 3 lots of 0.1 become 0.30000000000000004.
    frame = frame.with_columns(cvd_qty=pl.Series(grid.qty(running)))
    values = "buy_qty", "sell_qty", "n_prints", "n_orders", "net_quote", "cvd_qty"
    return frame.with_columns(
        pl.when("stands").then(pl.col(*values)),
        pl.col("bar_end").cast(UTC_US),
        venue=pl.lit(venue),
        symbol=pl.lit(symbol),
        known_ts=pl.max_horizontal(pl.col("bar_end") + delay_us, "known").cast(UTC_US),
    ).select(TAKER_FLOW.schema.names())


def _known(tape: Tape, gaps: pl.DataFrame, ends: Ints, day: Ints) -> Ints:
    """Running maximum since 00:00 UTC of known_ts over prints and gaps that began before each bar's end."""
    began, known = (gaps[name].to_physical().to_numpy() for name in ("from_ts", "known_ts"))
    at = np.searchsorted(ends, began, side="right")  # the first bar that ends after the gap began
    latest = tape.known_us.copy()
    inside = at < ends.size
    np.maximum.at(latest, at[inside], known[inside])
    return (
        pl.DataFrame({"latest": latest, "day": day})
        .select(pl.col("latest").cum_max().over("day"))
        .to_series()
        .to_numpy()
    )


def _missing_us(gaps: pl.DataFrame, ends: Ints, bar_us: int) -> Ints:
    """Microseconds of each bar inside at least one of the gaps (sorted by from_ts)."""
    began, good = (gaps[name].to_physical().to_numpy() for name in ("from_ts", "to_ts"))
    if not began.size:
        return np.zeros(ends.size, np.int64)
    # Gaps may overlap: each counts from where all before it have ended.
    covered = np.concatenate(([began[0]], np.maximum.accumulate(good)[:-1]))
    first = np.maximum(began, covered)
    length = np.maximum(good - first, 0)
    return time_inside(first, length, ends, bar_us)
