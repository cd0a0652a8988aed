"""Records of equal content told apart by how many like them stand before in their file.

A venue that gives prints no lasting id can still make two of the same moment, price, size and side. The second of a
file is the second of any other file of the same records, so that a copy is known and no print is lost.
"""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from pipeline.sources.reading.content import content_digests

_KEPT_US: Final = 60_000_000
"""Event time over which contents are remembered: what is equal has the same time, and files are sorted by it."""


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={"digest": pl.Int64, "before": pl.Int64, "event": pl.Int64})


@dataclass(slots=True)
class Occurrences:
    """Counts through one file, block by block."""

    seen: pl.DataFrame = field(default_factory=_nothing)

    def digests(self, content: pl.DataFrame, event: pl.Series) -> pl.Series:
        """A digest of each row and of how many equal rows came before; `event` in microseconds is part of it."""
        rows = content.select(content_digests(content.insert_column(0, event.alias("event"))), event=event)
        counted = rows.join(self.seen.select("digest", "before"), on="digest", how="left", maintain_order="left")
        occurrence = counted.select(
            occurrence=pl.int_range(pl.len(), dtype=pl.Int64).over("digest") + pl.col("before").fill_null(0)
        ).to_series()
        self._remember(rows)
        return content_digests(pl.DataFrame([rows["digest"], occurrence]))

    def _remember(self, rows: pl.DataFrame) -> None:
        now = rows["event"].drop_nulls()
        if now.is_empty():
            return
        new = rows.group_by("digest").agg(before=pl.len().cast(pl.Int64), event=pl.col("event").first())
        near = (pl.col("event") - int(now[-1])).abs() <= _KEPT_US
        both = pl.concat([self.seen, new.select(self.seen.columns)]).filter(near)
        self.seen = both.group_by("digest").agg(pl.col("before").sum(), pl.col("event").first()).sort("digest")
