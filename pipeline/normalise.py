"""One market-day of normalised tables, from the staged pieces of every file that touches it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipeline.contracts import in_base_units
from pipeline.errors import FootprintError
from pipeline.identity import DROPPED, merge, message_starts
from pipeline.market import Instrument, Market
from pipeline.parts import Part, PartWriter, write_part
from pipeline.sources.batch import RAW_KEPT, RECORD_TABLES
from pipeline.sources.lines import blocks_of_lines
from pipeline.staging import pieces, quarantined
from signals.inputs import ACCOUNTS, QUARANTINE
from signals.table import UTC_US, Table

_COUNTED_ELSEWHERE = {"funding"}
"""Tables whose lines are counted where they give their first record."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """A registered raw file: its id, where it was and where its pieces are."""

    file_id: str
    path: str
    folder: str


def normalise(
    root: Path,
    market: Market,
    day: date,
    files: Sequence[RawFile],
    instrument: Instrument,
    fingerprint: str,
    lineage: Mapping[str, Any],
) -> list[Part]:
    """Write the market-day's tables; a pure function of the set of files and the instrument.

    Raises FP013 if a line has to be read again for quarantine and its file has gone.
    """
    parts: list[Part] = []
    tallies: list[_Tally] = []
    for table in RECORD_TABLES:
        writer = PartWriter(root, table, market, day, fingerprint, lineage)
        tallies += _merge_day(table, files, day, market, instrument, writer)
        parts.append(writer.close())
    left_out = pl.concat([_no_left_out(), *(tally.dropped for tally in tallies)])
    rejected = _rejected(files, day)
    bad = _quarantine(files, market, rejected, left_out)
    parts.append(write_part(root, QUARANTINE, market, day, fingerprint, lineage, bad))
    counted = pl.concat([_no_counts(), *(count for tally in tallies for count in (tally.came, tally.kept))])
    book = _accounts(market, counted, left_out, rejected)
    parts.append(write_part(root, ACCOUNTS, market, day, fingerprint, lineage, book))
    return parts


@dataclass(frozen=True, slots=True)
class _Tally:
    """What came, stayed and was left out in one slice, counted per file."""

    came: pl.DataFrame
    kept: pl.DataFrame
    dropped: pl.DataFrame


def _merge_day(
    table: Table, files: Sequence[RawFile], day: date, market: Market, instrument: Instrument, writer: PartWriter
) -> Iterator[_Tally]:
    """Merge slice by slice into `writer`, numbering rows and messages through the day."""
    seq = messages = 0
    for rows in _slices(table, files, day):
        rows = in_base_units(table.name, rows, instrument)
        came = _count(table.name, rows, "in")
        merged = merge(table.name, rows, instrument.tick_size, instrument.qty_decimals)
        del rows  # a slice is held once, not once per stage
        numbered = _number(table, merged.kept, seq, messages)
        if numbered.height:
            seq += numbered.height
            messages = int(numbered["msg_id"][-1]) + 1 if "msg_id" in numbered.columns else 0
        writer.write(_complete(table, numbered, market, instrument))
        yield _Tally(
            came, _count(table.name, numbered, "out"), merged.dropped.with_columns(table_name=pl.lit(table.name))
        )


def _slices(table: Table, files: Sequence[RawFile], day: date) -> Iterator[pl.DataFrame]:
    """The staged rows of all files, ten minutes at a time, in time order."""
    found: dict[str, list[tuple[str, Path]]] = {}
    for file in sorted(files, key=lambda raw: raw.file_id):
        for start, paths in pieces(Path(file.folder), table.name, day).items():
            found.setdefault(start, []).extend((file.file_id, path) for path in paths)
    for start in sorted(found):
        yield pl.concat([pl.read_parquet(path).with_columns(file_id=pl.lit(file_id)) for file_id, path in found[start]])


def _number(table: Table, rows: pl.DataFrame, seq: int, msg_id: int) -> pl.DataFrame:
    """Number rows, and messages where a message has several, from where the slice before ended."""
    rows = rows.with_columns(seq=pl.int_range(seq, seq + rows.height, dtype=pl.Int64))
    if "msg_id" not in table.schema:
        return rows
    starts = pl.struct("file_id", "line").rle_id().cast(pl.Int64)
    return rows.with_columns(msg_id=starts + msg_id)


def _complete(table: Table, rows: pl.DataFrame, market: Market, instrument: Instrument) -> pl.DataFrame:
    rows = rows.with_columns(venue=pl.lit(market.venue), symbol=pl.lit(market.symbol))
    if table.name == "funding":
        interval = pl.lit(instrument.funding_interval_h, dtype=pl.Float64)
        rows = rows.with_columns(interval_h=pl.coalesce("interval_h", interval))
    return table.check(rows.select(table.schema.names()))


def _count(table: str, rows: pl.DataFrame, way: str) -> pl.DataFrame:
    starts = message_starts(rows)
    records = pl.Series("records", np.diff(np.append(starts, rows.height)), dtype=pl.Int64)
    messages = rows.select("file_id", "known_ts")[starts].with_columns(records)
    return messages.group_by("file_id", maintain_order=True).agg(
        table_name=pl.lit(table),
        way=pl.lit(way),
        lines=pl.len().cast(pl.Int64),
        records=pl.col("records").sum(),
        known_ts=pl.col("known_ts").max(),
    )


def _rejected(files: Sequence[RawFile], day: date) -> pl.DataFrame:
    """Lines that were rejected while reading, with the id of their file."""
    found = [
        frame.with_columns(file_id=pl.lit(file.file_id))
        for file in files
        if (frame := quarantined(Path(file.folder), day)) is not None
    ]
    empty = QUARANTINE.empty().drop("venue", "symbol")
    return pl.concat([empty, *(frame.select(empty.columns) for frame in found)])


def _quarantine(
    files: Sequence[RawFile], market: Market, rejected: pl.DataFrame, left_out: pl.DataFrame
) -> pl.DataFrame:
    """Rejected lines and those found wrong in merging, each line once."""
    wrong = left_out.filter(pl.col("reason").is_not_null()).unique(
        ("file_id", "line"), keep="first", maintain_order=True
    )
    merged = wrong.with_columns(raw=_raw_lines(files, wrong)).select(rejected.columns)
    return (
        pl.concat([rejected, merged])
        .with_columns(venue=pl.lit(market.venue), symbol=pl.lit(market.symbol))
        .select(QUARANTINE.schema.names())
        .sort("file_id", "line")
    )


def _raw_lines(files: Sequence[RawFile], wrong: pl.DataFrame) -> pl.Series:
    """The text of lines found wrong only after reading, from their files."""
    texts: dict[tuple[str, int], str] = {}
    for file in files:
        wanted = set(wrong.filter(pl.col("file_id") == file.file_id)["line"].to_list())
        if not wanted:
            continue
        if not Path(file.path).exists():
            raise FootprintError(
                "FP013",
                f"{len(wanted):,} of its lines go to quarantine and are kept as they came",
                where=file.path,
                hint="put the file back, or `footprint forget` it",
            )
        number = 0
        for block in blocks_of_lines(Path(file.path)):
            for line in block:
                number += 1
                if number in wanted:
                    texts[file.file_id, number] = line[:RAW_KEPT].decode(errors="replace")
    keys = wrong.select("file_id", "line").rows()
    return pl.Series("raw", [texts[key] for key in keys], dtype=pl.String)


def _accounts(market: Market, flows: pl.DataFrame, left_out: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Where every line and record of every file went."""
    of = ("file_id", "table_name")
    lines = pl.when(pl.col("table_name").is_in(_COUNTED_ELSEWHERE)).then(0).otherwise(pl.col("lines")).cast(pl.Int64)
    kept = (
        flows.filter(pl.col("way") == "out").group_by(of).agg(lines_kept=lines.sum(), rows_out=pl.col("records").sum())
    )
    came = (
        flows.filter(pl.col("way") == "in")
        .group_by(of)
        .agg(pl.col("records").sum().alias("records_in"), pl.col("known_ts").max())
    )
    same = pl.col("reason").is_null()
    out = left_out.group_by(of).agg(
        lines_duplicate=same.sum(),
        lines_wrong=(~same).sum(),
        records_duplicate=pl.col("records").filter(same).sum(),
        records_wrong=pl.col("records").filter(~same).sum(),
    )
    lost = rejected.group_by(of).agg(
        lines_rejected=pl.len(), records_rejected=pl.col("records").sum(), known_lost=pl.col("known_ts").max()
    )
    joined = came.join(kept, on=of, how="full", coalesce=True).join(out, on=of, how="full", coalesce=True)
    joined = joined.join(lost, on=of, how="full", coalesce=True)
    number = pl.selectors.numeric().fill_null(0)
    elsewhere = pl.col("table_name").is_in(_COUNTED_ELSEWHERE)
    return (
        joined.with_columns(number)
        .with_columns(
            venue=pl.lit(market.venue),
            symbol=pl.lit(market.symbol),
            known_ts=pl.max_horizontal("known_ts", "known_lost"),
            lines_duplicate=pl.when(elsewhere).then(0).otherwise(pl.col("lines_duplicate")),
            lines_quarantined=pl.when(elsewhere).then(0).otherwise(pl.col("lines_wrong") + pl.col("lines_rejected")),
            records_in=pl.col("records_in") + pl.col("records_rejected"),
            records_quarantined=pl.col("records_wrong") + pl.col("records_rejected"),
        )
        .select(ACCOUNTS.schema.names())
        .cast(ACCOUNTS.schema)
        .sort(ACCOUNTS.key)
    )


def _no_left_out() -> pl.DataFrame:
    return pl.DataFrame(schema=DROPPED | {"table_name": pl.String()})


def _no_counts() -> pl.DataFrame:
    schema = {"file_id": pl.String, "table_name": pl.String, "way": pl.String, "lines": pl.Int64, "records": pl.Int64}
    return pl.DataFrame(schema=schema | {"known_ts": UTC_US})
