"""Columns that several tables share."""

import polars as pl

from signals.table import UTC_US, Column

VENUE = Column("venue", pl.String(), "text", "venue and product, as binance-usdm")
SYMBOL = Column("symbol", pl.String(), "text", "the venue's own symbol")
EVENT_TS = Column("event_ts", UTC_US, "UTC", "matching-engine time where the venue gives it, else the best it gives")
PUBLISH_TS = Column("publish_ts", UTC_US, "UTC", "when the venue sent the message; null if not stated")
RECV_TS = Column("recv_ts", UTC_US, "UTC", "the recorder's clock as recorded; null if there was none")
KNOWN_TS = Column("known_ts", UTC_US, "UTC", "from when the row may be used: max(recv_ts, event_ts + the feed's delay)")
CLOCK = Column(
    "clock", pl.String(), "text", "which clock event_ts is: match, publish, recv, or carried from the record before"
)
SEQ = Column("seq", pl.Int64(), "count", "position in the partition after deduplication and sorting, from 0")
IS_BACKWARDS = Column(
    "is_backwards", pl.Boolean(), "flag", "event time lies before the one preceding it in its stream and file"
)
SOURCE = Column("source", pl.String(), "text", "the source module that read the record")
TABLE_NAME = Column("table_name", pl.String(), "text", "normalised table the row speaks of")
FILE_ID = Column("file_id", pl.String(), "text", "first 16 hex digits of the raw file's sha256")

RECORD = (VENUE, SYMBOL, EVENT_TS, PUBLISH_TS, RECV_TS, KNOWN_TS, CLOCK, SEQ)
"""What every record of a market begins with: where and when it was, and from when it may be used."""

ORIGIN = (IS_BACKWARDS, SOURCE)
"""What every record of a market ends with: how it came."""
