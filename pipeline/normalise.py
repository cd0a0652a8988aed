"""One market-day of normalised tables, from the staged pieces of every file that touches it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipeline.errors import FootprintError
from pipeline.identity import DROPPED, merge
from pipeline.market import Instrument, Market
from pipeline.messages import Ints, Messages, after_losses
from pipeline.parts import Part, PartWriter, write_part
from pipeline.piece import is_alike, read_piece, repeated
from pipeline.sources.batch import RAW_KEPT, RECORD_TABLES, staged_schema
from pipeline.sources.reading.lines import blocks_of_lines
from pipeline.staging import pieces, quarantined
from signals.inputs.bookkeeping import ACCOUNTS, QUARANTINE
from signals.table import UTC_US, Table

_MERGED_BYTES = 4 << 20
"""Staged messages merged at once, if a slice of time does not hold more."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """A registered raw file: its id, where it was and where its pieces are, its source, and of which tables the sizes
    are in base units as sent."""

    file_id: str
    path: str
    folder: str
    source: str
    base_tables: frozenset[str] = frozenset()


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
    rejected = _rejected(files, day)
    for table in RECORD_TABLES:
        writer = PartWriter(root, table, market, day, fingerprint, lineage)
        lost = {
            source: rejected.filter(pl.col("file_id").is_in(ids), table_name=table.name)["event_ts"]
            for source, ids in _by_source(files).items()
        }
        tallies += _merge_day(table, files, day, market, instrument, writer, lost)
        parts.append(writer.close())
    left_out = pl.concat([_no_left_out(), *(tally.dropped for tally in tallies)])
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
    table: Table,
    files: Sequence[RawFile],
    day: date,
    market: Market,
    instrument: Instrument,
    writer: PartWriter,
    lost: dict[str, pl.Series],
) -> Iterator[_Tally]:
    """Merge slice by slice into `writer`, numbering rows and messages through the day.

    `lost` has by source the times of messages that could not be read.
    """
    seq = msg_id = 0
    base_files = [file.file_id for file in files if table.name in file.base_tables]
    for staged in _slices(table, files, day):
        messages = Messages.of(table.name, staged).in_base_units(instrument, base_files)
        merged = merge(messages, instrument.tick_size, instrument.qty_decimals)
        if table.name == "book_updates":
            wrong = merged.dropped.drop_nulls("reason")
            for source, ids in _by_source(files).items():
                gone = pl.concat([lost[source], wrong.filter(pl.col("file_id").is_in(ids))["event_ts"]])
                if gone.len():
                    is_own = messages.heads["source"].gather(merged.order) == source
                    messages, gone = after_losses(messages, merged.order[is_own.to_numpy()], gone)
                lost[source] = gone
        rows = _number(table, messages, merged.order, seq, msg_id)
        seq, msg_id = seq + rows.height, msg_id + merged.order.size
        writer.write(_complete(table, rows, market, instrument))
        came = _count(messages, None, "in")
        is_all = merged.order.size == messages.counts.size
        kept = came.with_columns(way=pl.lit("out")) if is_all else _count(messages, merged.order, "out")
        yield _Tally(came, kept, merged.dropped.with_columns(table_name=pl.lit(table.name)))


def _by_source(files: Sequence[RawFile]) -> dict[str, list[str]]:
    """The ids of the files of each source."""
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(file.source, []).append(file.file_id)
    return found


def _slices(table: Table, files: Sequence[RawFile], day: date) -> Iterator[pl.DataFrame]:
    """The staged messages of all files in time order: a slice of time, or several that are small."""
    found: dict[str, list[tuple[str, Path]]] = {}
    for file in sorted(files, key=lambda raw: raw.file_id):
        for start, paths in pieces(Path(file.folder), table.name, day).items():
            found.setdefault(start, []).extend((file.file_id, path) for path in paths)
    held: list[pl.DataFrame] = []
    for start in sorted(found):
        for file_id, path in found[start]:
            piece = read_piece(path)
            held.append(piece.hstack([repeated(pl.Series("file_id", [file_id]), piece.height)]))
        if sum(piece.estimated_size() for piece in held) > _MERGED_BYTES:
            yield pl.concat(held)
            held = []
    if held:
        yield pl.concat(held)


def _number(table: Table, messages: Messages, order: Ints, seq: int, msg_id: int) -> pl.DataFrame:
    """The rows of the messages in `order`, numbered on; the messages too where one has several rows."""
    rows = messages.rows(order)
    rows = rows.with_columns(seq=pl.int_range(seq, seq + rows.height, dtype=pl.Int64))
    if "msg_id" not in table.schema:
        return rows
    numbers = np.repeat(np.arange(msg_id, msg_id + order.size), messages.counts[order])
    return rows.with_columns(msg_id=pl.Series(numbers, dtype=pl.Int64))


def _complete(table: Table, rows: pl.DataFrame, market: Market, instrument: Instrument) -> pl.DataFrame:
    names = {"venue": market.venue, "symbol": market.symbol}
    rows = rows.hstack([repeated(pl.Series(name, [text]), rows.height).set_sorted() for name, text in names.items()])
    if table.name == "funding":
        interval = pl.lit(instrument.funding_interval_h, dtype=pl.Float64)
        rows = rows.with_columns(interval_h=pl.coalesce("interval_h", interval))
    return table.check(rows.select(table.schema.names()))


def _count(messages: Messages, chosen: Ints | None, way: str) -> pl.DataFrame:
    """Lines and records of the chosen messages by file; of all if None are named."""
    heads = messages.heads.select("file_id", "known_ts", "lines").with_columns(records=pl.Series(messages.counts))
    heads = heads if chosen is None else heads[chosen]
    said = pl.col("lines").sum(), pl.col("records").sum(), pl.col("known_ts").max()
    if heads.height and is_alike(heads["file_id"]):  # nearly always, and to group them takes long
        counts = heads.head(1).select("file_id").hstack(heads.select(said))
    else:
        counts = heads.group_by("file_id", maintain_order=True).agg(said)
    return counts.with_columns(table_name=pl.lit(messages.table), way=pl.lit(way))


def _rejected(files: Sequence[RawFile], day: date) -> pl.DataFrame:
    """Lines that were rejected while reading, with the id of their file."""
    found = [
        frame.with_columns(file_id=pl.lit(file.file_id))
        for file in files
        if (frame := quarantined(Path(file.folder), day)) is not None
    ]
    empty = pl.DataFrame(schema=staged_schema(QUARANTINE) | {"file_id": pl.String()})
    return pl.concat([empty, *(frame.select(empty.columns) for frame in found)])


def _quarantine(
    files: Sequence[RawFile], market: Market, rejected: pl.DataFrame, left_out: pl.DataFrame
) -> pl.DataFrame:
    """Rejected lines and those found wrong in merging, each line once."""
    wrong = left_out.filter(pl.col("reason").is_not_null())
    merged = wrong.with_columns(raw=_raw_lines(files, wrong)).select(rejected.columns)
    return (
        pl.concat([rejected, merged])  # of one line, a record may be found wrong here and another there
        .with_columns(pl.col("records", "lines").sum().over("file_id", "line"))
        .unique(("file_id", "line"), keep="first", maintain_order=True)
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
        first = 1
        for block in blocks_of_lines(Path(file.path)):
            for number in wanted & set(range(first, first + len(block))):
                texts[file.file_id, number] = block[number - first][:RAW_KEPT].decode(errors="replace")
            first += len(block)
    keys = wrong.select("file_id", "line").rows()
    return pl.Series("raw", [texts[key] for key in keys], dtype=pl.String)


def _accounts(market: Market, flows: pl.DataFrame, left_out: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Where every line and record of every file went."""
    of = ("file_id", "table_name")
    lines, records = pl.col("lines"), pl.col("records")
    kept = flows.filter(pl.col("way") == "out").group_by(of).agg(lines_kept=lines.sum(), rows_out=records.sum())
    came = (
        flows.filter(pl.col("way") == "in")
        .group_by(of)
        .agg(records.sum().alias("records_in"), pl.col("known_ts").max())
    )
    same = pl.col("reason").is_null()
    out = left_out.group_by(of).agg(
        lines_duplicate=lines.filter(same).sum(),
        lines_wrong=lines.filter(~same).sum(),
        records_duplicate=records.filter(same).sum(),
        records_wrong=records.filter(~same).sum(),
    )
    lost = rejected.group_by(of).agg(
        lines_rejected=lines.sum(), records_rejected=records.sum(), known_lost=pl.col("known_ts").max()
    )
    joined = came.join(kept, on=of, how="full", coalesce=True).join(out, on=of, how="full", coalesce=True)
    joined = joined.join(lost, on=of, how="full", coalesce=True)
    number = pl.selectors.numeric().fill_null(0)
    return (
        joined.with_columns(number)
        .with_columns(
            venue=pl.lit(market.venue),
            symbol=pl.lit(market.symbol),
            known_ts=pl.max_horizontal("known_ts", "known_lost"),
            lines_quarantined=pl.col("lines_wrong") + pl.col("lines_rejected"),
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
    schema = {"file_id": pl.String(), "lines": pl.Int64(), "records": pl.Int64(), "known_ts": UTC_US}
    return pl.DataFrame(schema=schema | {"table_name": pl.String(), "way": pl.String()})
