"""Quote ledger: what came to the prices near the mid and what left them, every second, and what of it was withdrawn.

Between two updates of a level by dQ, with T executed there, only the sum dQ + T of what was added less what was
withdrawn is seen: below 0 it was withdrawn at least, above 0 added at least. Both are lower bounds, and the fewer
updates a feed has the less is left of them: `update_ms` stands beside them.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND
from signals.book_ledger import Blind
from signals.book_state import BAR_END
from signals.grid import Grid
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.stretches import time_inside
from signals.table import UTC_US, Column, Table
from signals.taker_flow import TAPE_MISSING
from signals.window_sums import sum_between

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_SIDES = ("bid", "ask")
_SUMS = (
    ("increased_qty", "added to {}s near the mid, at least: growth, and executions that the display does not show"),
    ("decreased_qty", "what the display of {}s lost: traded + cancelled + unattributable"),
    ("traded_qty", "of it, executed there since the level's update before"),
    ("cancelled_qty", "of it, withdrawn: no execution before or within the tolerance after explains it; at least"),
    ("unattributable_qty", "of it, either: a later print, one of unknown side, or a missing tape could explain it"),
)


def _float(name: str, unit: str, meaning: str) -> Column:
    return Column(name, pl.Float64(), unit, meaning)


QUOTE_LEDGER = Table(
    name="quote_ledger",
    grain="one row per second",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        *(_float(f"{side}_{name}", "base", meaning.format(side)) for side in _SIDES for name, meaning in _SUMS),
        _float(
            "pull_imbalance",
            "[-1, 1]",
            "(asks - bids) / (asks + bids) of what was withdrawn net of what was added; > 0 asks withdrawn: upward "
            "pressure; 0 if nothing was",
        ),
        _float("bid_pull_intensity", "per second", "bids withdrawn, net, over the mean depth of the last 60 s"),
        _float("ask_pull_intensity", "per second", "asks withdrawn, net, over the mean depth of the last 60 s"),
        _float("update_ms", "ms", "mean time between instants with book messages; null if there was none"),
        Column(
            "coverage",
            pl.Float64(),
            "0 to 1",
            "share of the second with the book OK or LOCKED, 0 if there was none at its start; null below 0.8",
        ),
        Column(
            "tape_coverage",
            pl.Float64(),
            "0 to 1",
            "share of the second that lies a tolerance or more from gaps of the tape; no pulls below 0.8",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class LedgerBars:
    """Whole numbers of a book's bars: end, microseconds covered, sums (sides, five, bars), depth in the band (sides,
    bars; -1 unknown), instants with messages and the microseconds between them."""

    ends: Ints
    covered: Ints
    sums: Ints
    depth: Ints
    messages: Ints
    gap_us: Ints

    @classmethod
    def of(cls, bars: Ints, last: Ints, band_bps: int) -> "LedgerBars":
        """From bars of `Book.feed` and the sums of the last of them."""
        from signals.kernels import book_fields as k  # numba is imported only to compute

        if band_bps not in k.BANDS_BPS:
            raise ValueError(f"the band of pulls must be one of {k.BANDS_BPS} bps, got {band_bps}")
        n, at = bars.shape[1], k.BANDS_BPS.index(band_bps)
        sums = bars[k.BID_LEDGER : k.HAS_BAND].reshape(2, len(_SUMS), n)  # each bar states the sums of the one before
        shifted = np.concatenate((sums[:, :, 1:], last[:, :, None]), axis=2) if n else sums
        return cls(
            bars[k.BAR_END],
            bars[k.COVERED_US] * bars[k.HAS_BAND],
            shifted,
            bars[[k.BID_DEPTH + at, k.ASK_DEPTH + at]],
            bars[k.MESSAGES],
            bars[k.GAP_US],
        )

    def head(self, count: int) -> "LedgerBars":
        return LedgerBars(
            self.ends[:count],
            self.covered[:count],
            self.sums[:, :, :count],
            self.depth[:, :count],
            self.messages[:count],
            self.gap_us[:count],
        )


def blind(gaps: pl.DataFrame, tolerance_us: int) -> Blind:
    """Stretches within a tolerance of gaps of the tape, of the gap's UTC day alone. gaps: rows of GAPS."""
    missing = gaps.filter(pl.col("table_name") == "trades", pl.col("reason").is_in(TAPE_MISSING)).sort("from_ts")
    begin, end = (missing[name].to_physical().to_numpy() for name in ("from_ts", "to_ts"))
    midnight = begin // DAY * DAY
    begin, end = np.maximum(begin - tolerance_us, midnight), np.minimum(end + tolerance_us, midnight + DAY)
    if not begin.size:
        return Blind(begin, end)
    reached = np.maximum.accumulate(end)
    first = np.concatenate(([0], 1 + np.flatnonzero(begin[1:] > reached[:-1])))
    return Blind(np.ascontiguousarray(begin[first]), np.maximum.reduceat(end, first))


def decided_at(ends: Ints, tolerance_us: int) -> Ints:
    """When bars can be told: a tolerance after their end, but at midnight by 00:00 UTC, which nothing crosses."""
    return np.minimum(ends + tolerance_us, (ends - 1) // DAY * DAY + DAY)


def quote_ledger(
    bars: LedgerBars,
    known: Ints,
    blind: Blind,
    grid: Grid,
    *,
    venue: str,
    symbol: str,
    tolerance_us: int,
    delay_us: int,
    depth_s: int,
    min_coverage: float,
) -> pl.DataFrame:
    """Rows of QUOTE_LEDGER.

    known: latest known_ts of everything up to `decided_at` of each bar; delay_us: how long after that time it is usable
    at the earliest.
    """
    coverage = bars.covered / SECOND
    tape = 1 - _blind_us(blind, bars.ends) / SECOND
    stands = coverage >= min_coverage
    tells = stands & (tape >= min_coverage)
    columns: dict[str, Floats] = {
        f"{side}_{name}": _where(stands, grid.qty(bars.sums[at, row]))
        for at, side in enumerate(_SIDES)
        for row, (name, _) in enumerate(_SUMS)
    }
    increased, cancelled = bars.sums[:, 0], bars.sums[:, 3]
    bid, ask = np.maximum(cancelled - increased, 0)
    with np.errstate(divide="ignore", invalid="ignore"):  # such rows are nulled or 0
        columns["pull_imbalance"] = _where(tells, np.where(bid + ask == 0, 0.0, (ask - bid) / (ask + bid)))
        for side, pulled, depth in zip(_SIDES, (bid, ask), bars.depth, strict=True):
            mean = _trailing_mean(depth, bars.ends, depth_s, min_coverage)
            columns[f"{side}_pull_intensity"] = _where(tells & (mean > 0), pulled / mean)
        columns["update_ms"] = _where(bars.messages > 0, bars.gap_us / bars.messages / 1_000)
    times = {"bar_end": bars.ends, "known_ts": np.maximum(decided_at(bars.ends, tolerance_us) + delay_us, known)}
    rows = pl.DataFrame({**times, **columns, "coverage": coverage, "tape_coverage": tape})
    return rows.select(
        pl.lit(venue).alias("venue"),
        pl.lit(symbol).alias("symbol"),
        pl.col("bar_end", "known_ts").cast(UTC_US),
        pl.col(QUOTE_LEDGER.schema.names()[4:]).fill_nan(None),
    )


def _where(stands: NDArray[np.bool_], values: Floats) -> Floats:
    """The values, NaN (null in the end) where they do not stand."""
    return np.where(stands, values, np.nan)


def _trailing_mean(depth: Ints, ends: Ints, length_s: int, least: float) -> Floats:
    """Mean depth of the seconds up to each, of its UTC day, that say one; NaN if too few do."""
    said = depth >= 0
    first = np.searchsorted(ends, np.maximum(ends - length_s * SECOND, (ends - 1) // DAY * DAY), side="right")
    after = np.arange(1, ends.size + 1)
    n = sum_between(said, first, after)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n >= least * length_s, sum_between(np.where(said, depth, 0), first, after) / n, np.nan)


def _blind_us(blind: Blind, ends: Ints) -> Ints:
    """Microseconds of each bar in blind stretches."""
    return time_inside(blind.begins, blind.ends - blind.begins, ends, SECOND)
