"""Parts: immutable Parquet files of one partition, written before they are committed.

The fingerprint of what a part was made from is in its name and its lineage in its
metadata. A part appears under its name only when it is whole.
"""

import json
import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pipeline.market import Market

if TYPE_CHECKING:  # imported where used: `plan` and `status` need none of them
    import polars as pl
    import pyarrow as pa

    from signals.table import Table

_ROW_GROUP: Final = 1 << 20
_ROWS_AT_ONCE: Final = 1 << 16
"""Rows of a column that the encoder takes at once: with its own 1,024 it takes a tenth longer."""
_LABELS: Final = ("clock", "source")
"""Text that is one of a few words, nearly always the same in all rows."""
_COME_AGAIN: Final = ("price", "qty", "qty_native")
_NEVER_NULL: Final = (
    "event_ts", "known_ts", "clock", "seq", "msg_id", "is_snapshot", "side", "is_backwards", "source",
)  # fmt: skip
"""Columns of a table of records in which every row has a value: written as required, a sixth less work."""
LINEAGE_KEY: Final = b"lineage"


@dataclass(frozen=True, slots=True)
class Part:
    """A written file, not yet visible: what a commit needs to know of it."""

    table: str
    path: str
    size: int
    rows: int
    market: Market
    day: date | None
    fingerprint: str
    stats: str


def partition_values(market: Market, day: date | None) -> dict[str, str | None]:
    values: dict[str, str | None] = {"venue": market.venue, "symbol": market.symbol}
    return values if day is None else values | {"date": day.isoformat()}


def partition_folder(market: Market, day: date | None) -> str:
    folder = f"venue={quote(market.venue, safe='')}/symbol={quote(market.symbol, safe='')}"
    return folder if day is None else f"{folder}/date={day.isoformat()}"


def part_path(market: Market, day: date | None, fingerprint: str, number: int = 0) -> str:
    """Where a part lies below its table; the fingerprint of what made it is in its name."""
    return f"{partition_folder(market, day)}/part-{fingerprint}-{number}.parquet"


def fingerprint_of(path: str) -> str:
    return path.rsplit("/", 1)[-1].removeprefix("part-").split("-")[0]


def arrow_schema(table: "Table") -> "pa.Schema":
    """The columns as they lie in a file: without those that the folder names tell."""
    schema = table.empty().to_arrow().schema
    import pyarrow as pa

    fields = [_plain(item) for item in schema if item.name not in ("venue", "symbol")]
    return pa.schema(fields)


def _plain(item: "pa.Field") -> "pa.Field":
    """Polars' large strings and lists as the ordinary ones that every reader knows."""
    import pyarrow as pa

    if pa.types.is_large_list(item.type):
        return pa.field(item.name, pa.list_(item.type.value_type))
    if pa.types.is_large_string(item.type) or pa.types.is_string_view(item.type):
        return pa.field(item.name, pa.string())
    return item


class PartWriter:
    """Writes one part, a frame at a time, and gives it its name when it is whole.

    The frames must satisfy the table's schema and come in the order of its key. A thread encodes a frame while
    the caller makes the next.
    """

    def __init__(
        self, root: Path, table: "Table", market: Market, day: date | None, fingerprint: str, lineage: Mapping[str, Any]
    ) -> None:
        import pyarrow.parquet as pq

        self._table, self._market, self._day, self._fingerprint = table, market, day, fingerprint
        self._path = part_path(market, day, fingerprint)
        self._file = root / table.name / self._path
        self._scratch = self._file.with_name(f"{self._file.name}.{os.getpid()}.tmp")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._schema = _file_schema(table)
        self._rows = 0
        metadata = {LINEAGE_KEY: json.dumps(lineage, sort_keys=True).encode()}
        self._writer = pq.ParquetWriter(
            self._scratch,
            self._schema,
            compression="zstd",
            compression_level=1,
            write_batch_size=_ROWS_AT_ONCE,
            store_schema=False,  # a label is text to every reader, however it was handed over here
            **_encodings(table),
        )
        self._writer.add_key_value_metadata(metadata)  # a schema that is not stored carries none
        self._thread = ThreadPoolExecutor(1)
        self._encoding: Future[None] | None = None

    def write(self, frame: "pl.DataFrame") -> None:
        """Hand over a frame; raises what went wrong with the one before."""
        import pyarrow as pa

        arrays = [_array(frame[item.name], item.type) for item in self._schema]
        rows = pa.Table.from_arrays(arrays, schema=self._schema)
        self._rows += frame.height
        if self._encoding:
            self._encoding.result()
        self._encoding = self._thread.submit(self._writer.write_table, rows, row_group_size=_ROW_GROUP)

    def close(self) -> Part:
        """Finish the file; it stays invisible until committed."""
        if self._encoding:
            self._encoding.result()
        self._thread.shutdown()
        self._writer.close()
        self._scratch.replace(self._file)
        return Part(
            self._table.name,
            self._path,
            self._file.stat().st_size,
            self._rows,
            self._market,
            self._day,
            self._fingerprint,
            json.dumps({"numRecords": self._rows}),
        )


def _file_schema(table: "Table") -> "pa.Schema":
    """The table's columns as they are handed to the writer: labels by their place in a dictionary."""
    import pyarrow as pa

    label = pa.dictionary(pa.int32(), pa.string())
    required = _NEVER_NULL if "seq" in table.schema else ()
    return pa.schema(
        [
            pa.field(item.name, label if item.name in _LABELS else item.type, nullable=item.name not in required)
            for item in arrow_schema(table)
        ]
    )


def _array(column: "pl.Series", kind: "pa.DataType") -> "pa.Array":
    import polars as pl
    import pyarrow as pa

    if column.null_count() == column.len():
        return pa.nulls(column.len(), kind)
    if not pa.types.is_dictionary(kind):
        return column.to_arrow().cast(kind)
    if (column == column[0]).all():
        word, places = column.head(1).to_arrow().cast(pa.string()), pl.zeros(column.len(), pl.Int32, eager=True)
        return pa.DictionaryArray.from_arrays(places.to_arrow(), word)  # Arrow imports pandas to look at plain lists
    return column.to_arrow().cast(pa.string()).dictionary_encode()


def _encodings(table: "Table") -> dict[str, Any]:
    """How each column is encoded, and which have statistics by which a reader skips row groups.

    Dictionaries for text, flags, prices and sizes, which come again; deltas for counters and times, but plain
    (which zstd halves again) for times that all levels of a message share; byte streams for other floats.
    """
    from polars import Float64, Int64

    plain = {name: dtype for name, dtype in table.schema.items() if name not in ("venue", "symbol")}
    times = [name for name, dtype in plain.items() if dtype.is_temporal()]
    deltas = [name for name, dtype in plain.items() if dtype == Int64]
    floats = [name for name, dtype in plain.items() if dtype == Float64 and name not in _COME_AGAIN]
    encoded = dict.fromkeys(deltas, "DELTA_BINARY_PACKED") | dict.fromkeys(floats, "BYTE_STREAM_SPLIT")
    encoded |= dict.fromkeys(times, "PLAIN" if "msg_id" in plain else "DELTA_BINARY_PACKED")
    return {
        "use_dictionary": [name for name, dtype in plain.items() if name not in encoded and not dtype.is_nested()],
        "column_encoding": encoded,
        "write_statistics": times,
    }


def write_part(
    root: Path,
    table: "Table",
    market: Market,
    day: date | None,
    fingerprint: str,
    lineage: Mapping[str, Any],
    frame: "pl.DataFrame",
) -> Part:
    """Check one frame against its table and write it as a part."""
    writer = PartWriter(root, table, market, day, fingerprint, lineage)
    writer.write(table.check(frame))
    return writer.close()
