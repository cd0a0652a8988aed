"""Statistics of Binance's public archive whose rows depend on their neighbours or on the file's day."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import polars as pl

from pipeline.sources.binance.depth_bands import BandHistory
from pipeline.sources.binance.vision_rows import PERIOD_DELAY_US, TRADE_DELAY_US, File, Rows
from pipeline.sources.reading.csv_frames import Moments
from pipeline.sources.reading.csv_text import Lines
from signals.table import UTC_US

_SECOND: Final = 1_000_000
_PERIOD_US: Final = 300 * _SECOND
DEPTH_DELAY_US: Final = 1_500_000
"""Half a second as for any snapshot, and the second to which the file cuts its times."""
RELABELLED: Final = int(datetime(2026, 6, 25, tzinfo=UTC).timestamp()) * _SECOND
"""From this day on create_time is the start of the five minutes, before it was their end (USD-M)."""
_SIDES: Final = {"BUY": 1, "SELL": -1}


@dataclass(slots=True)
class Positioning:
    """`metrics`: statistics of five minutes. Blank is null."""

    file: File
    label: str = ""

    def __call__(self, lines: Lines) -> Rows:
        """The meaning of create_time is the file's: told by its day, else by the day of its first row."""
        created = lines.time("create_time", self.file.unit)
        self.label = self.label or self._label(created)
        end = created + (_PERIOD_US if self.label == "start" else 0)
        interest, value = (_number(lines, name) for name in ("sum_open_interest", "sum_open_interest_value"))
        if self.file.is_inverse:  # contracts, and their worth in coin
            interest, value = value, interest * self.file.contract_size
        columns = {
            "period_start_ts": (end - _PERIOD_US).cast(UTC_US),
            "label": pl.repeat(self.label, len(lines.raw), eager=True),
            "open_interest_qty": interest,
            "open_interest_quote": value,
            "top_accounts_ratio": _number(lines, "count_toptrader_long_short_ratio"),
            "top_positions_ratio": _number(lines, "sum_toptrader_long_short_ratio"),
            "accounts_ratio": _number(lines, "count_long_short_ratio"),
            "taker_ratio": _number(lines, "sum_taker_long_short_vol_ratio"),
        }
        moments = Moments(end, "publish", PERIOD_DELAY_US)
        return Rows("positioning", moments, columns, created, foreign=lines.words("symbol"))

    def _label(self, created: pl.Series) -> str:
        span = self.file.place.days.span
        first = span[0] if span else created.drop_nulls().first()
        if self.file.is_inverse or (isinstance(first, int) and first >= RELABELLED):
            return "start"
        return "end"


def _number(lines: Lines, name: str) -> pl.Series:
    return lines.number(name, "free size", may_be_blank=True)


@dataclass(slots=True)
class Depth:
    """`bookDepth`: what is displayed within bands around the mid, about every 30 seconds. No book can be made of it.

    COIN-M counts contracts, and their worth in coin, as in its other files; were it not so, no mid would fit the bands
    and all rows be flagged as misaligned.
    """

    file: File
    history: BandHistory = field(default_factory=BandHistory)

    def __call__(self, lines: Lines) -> Rows:
        event = lines.time("timestamp", self.file.unit)
        depth, worth = (lines.number(name, "free size") for name in ("depth", "notional"))
        if self.file.is_inverse:
            depth, worth = worth, depth * self.file.contract_size
        bands = pl.DataFrame(
            {"event": event, "band_pct": lines.number("percentage"), "cum_qty": depth, "cum_quote": worth}
        )
        lines.refuse(bands["band_pct"] == 0, "percentage is 0, expected a band on a side of the mid")
        judged = self.history.judged(bands)
        columns = {name: judged[name] for name in judged.columns if name != "event"}
        return Rows("depth_bands", Moments(event, "publish", DEPTH_DELAY_US), columns, event)


@dataclass(slots=True)
class Liquidations:
    """`liquidationSnapshot`: forced orders, each written twice; what stands there 2 n times happened n times."""

    file: File
    seen: Counter[bytes] = field(default_factory=Counter)

    def __call__(self, lines: Lines) -> Rows:
        """At the average price of its fills if it has any, else what was ordered at the order's price.

        is_sampled: the feed behind it shows at most one forced order a second.
        """
        event = lines.time("time", self.file.unit)
        price, average = (lines.number(name, "free size", may_be_blank=True) for name in ("price", "average_price"))
        ordered = lines.number("original_quantity", "size")
        filled = lines.number("accumulated_fill_quantity", "level size", may_be_blank=True)
        is_filled = ((average > 0) & (filled > 0)).fill_null(False)
        at = average.zip_with(is_filled, price)
        lines.refuse(~(at > 0).fill_null(False), "it has neither an average price nor a price > 0")
        columns = {
            "order_side": lines.choice("side", _SIDES),
            "price": at,
            "price_kind": pl.select(pl.when(is_filled).then(pl.lit("average")).otherwise(pl.lit("order"))).to_series(),
            "qty": filled.zip_with(is_filled, ordered),
            "is_sampled": pl.repeat(True, len(lines.raw), eager=True),
        }
        moments = Moments(event, "match", TRADE_DELAY_US)
        return Rows("liquidations", moments, columns, event, copies=self._pairs(lines))

    def _pairs(self, lines: Lines) -> pl.Series:
        """Of each line, which pair of its like it belongs to, from 0."""
        pairs = []
        for raw in lines.raw:
            pairs.append(self.seen[raw] // 2)
            self.seen[raw] += 1
        return pl.Series(pairs, dtype=pl.Int64)
