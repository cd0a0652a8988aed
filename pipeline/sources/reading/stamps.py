"""Stamps of messages as columns."""

from collections.abc import Sequence
from operator import itemgetter

import polars as pl

from pipeline.sources.batch import Stamp
from signals.table import UTC_US


def stamped(stamps: Sequence[Stamp]) -> pl.DataFrame:
    """A row per stamp, with the staged columns that every table has."""
    columns = {name: list(map(itemgetter(at), stamps)) for at, name in enumerate(Stamp._fields)}
    whole = dict.fromkeys(("publish", "digest", "recv", "position", "lines"), pl.Int64)
    frame = pl.DataFrame(columns, schema_overrides=whole)
    return frame.select(
        "line",
        "lines",
        "digest",
        "position",
        "clock",
        event_ts=pl.col("event").cast(UTC_US),
        publish_ts=pl.col("publish").cast(UTC_US),
        recv_ts=pl.col("recv").cast(UTC_US),
        known_ts=pl.max_horizontal("recv", pl.col("event") + pl.col("delay")).cast(UTC_US),
        is_backwards=pl.col("backwards"),
    )
