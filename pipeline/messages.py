"""Messages of one table as they were staged, and the records they hold.

What is done with messages (finding copies, putting them in order) is done once a
message, whatever the number of its records: an order-book message holds a record
per level, every other message one.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts import in_base_units
from pipeline.market import Instrument
from pipeline.piece import is_alike, repeated
from pipeline.sources.batch import LEVELS

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int64]

_ORIGIN = ("line", "lines", "digest", "position", "file_id")


@dataclass(frozen=True, slots=True)
class Messages:
    """`heads` has a row per message, `records` a row per record, in the same order; `counts` records of each message.

    Where every message is one record, `records` has the columns of `heads` too.
    """

    table: str
    heads: pl.DataFrame
    records: pl.DataFrame
    counts: Ints

    @classmethod
    def of(cls, table: str, staged: pl.DataFrame) -> "Messages":
        """From staged rows, with anything that was added to them; sizes are as they were sent."""
        lists = LEVELS.get(table)
        if lists is None:
            heads, records, counts = staged, staged, np.ones(staged.height, np.int64)
        else:
            laid = [staged[name].to_arrow() for name in lists]
            heads, records = staged.drop(lists), pl.DataFrame(dict(zip(lists, map(_values, laid), strict=True)))
            counts = np.diff(pl.Series(values=laid[0].offsets).to_numpy())  # Arrow would import pandas for it
        if "qty" in records.columns:
            records = records.with_columns(qty_native=pl.col("qty"))
        return cls(table, heads, records, counts)

    def in_base_units(self, instrument: Instrument, base_files: Collection[str] = ()) -> "Messages":
        """With sizes as base units, in which those of `base_files` (ids) come; `qty_native` stays as sent."""
        is_base = None
        if base_files:
            is_base = np.repeat(self.heads["file_id"].is_in(list(base_files)).to_numpy(), self.counts)
        return replace(self, records=in_base_units(self.table, self.records, instrument, is_base))

    @property
    def starts(self) -> Ints:
        """The first record of each message."""
        return np.cumsum(self.counts) - self.counts

    def rows(self, order: Ints) -> pl.DataFrame:
        """All columns of the records of the messages in `order`, without where they came from."""
        counts, records = self.counts[order], self.records
        if len(order) < len(self.counts) or not (order[1:] > order[:-1]).all():
            ends = np.cumsum(counts)
            inside = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
            records = records[np.repeat(self.starts[order], counts) + inside]
        if self.table not in LEVELS:
            return records.drop(_ORIGIN)
        heads = self.heads.drop(_ORIGIN)
        columns = [
            repeated(column, records.height) if is_alike(column) else _repeated_each(column, order, counts)
            for column in heads
        ]
        return pl.DataFrame(columns).hstack(records)


def _values(lists: "pa.LargeListArray") -> pl.Series:
    """What lies in the lists, one after the other."""
    return pl.Series(values=lists.flatten())


def _repeated_each(column: pl.Series, order: Ints, counts: Ints) -> pl.Series:
    """The values at `order`, each so many times."""
    if column.null_count() or not (column.dtype.is_temporal() or column.dtype.is_numeric()):
        return column[np.repeat(order, counts)]
    numbers = np.repeat(column.to_physical().to_numpy()[order], counts)
    return pl.Series(column.name, numbers).cast(column.dtype)


def after_losses(messages: Messages, order: Ints, lost: pl.Series) -> tuple[Messages, pl.Series]:
    """Book messages that have no id, marked where the one before them in `order` is among the `lost` (times).

    A snapshot of the very time heals nothing, for it may stand before the message that was lost. Update ids show a
    hole by themselves. Returns too the times of the lost after which no message stands here.
    """
    if lost.is_empty() or not order.size:
        return messages, lost
    heads = messages.heads
    event = heads["event_ts"].to_physical().to_numpy()[order]
    times = lost.to_physical().to_numpy()
    following = np.searchsorted(event, times)
    snapshots = heads["is_snapshot"].to_numpy()[order]
    while (goes := _stands_at(following, event, times, snapshots)).any():  # it may have stood before what was lost
        following = following + goes
    marked = np.zeros(heads.height, dtype=bool)
    marked[order[following[following < order.size]]] = True
    nameless = heads["update_id"].is_null() & ~heads["is_snapshot"] & pl.Series(marked)
    prev_id = heads["prev_update_id"].zip_with(~nameless, pl.Series([0], dtype=pl.Int64)).alias("prev_update_id")
    return replace(messages, heads=heads.with_columns(prev_id)), lost.filter(pl.Series(following == order.size))


def _stands_at(at: Ints, event: Ints, times: Ints, snapshots: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the message at each place is a snapshot of the very time."""
    inside = np.minimum(at, event.size - 1)
    return (at < event.size) & snapshots[inside] & (event[inside] == times)
