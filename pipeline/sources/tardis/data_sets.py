"""CSV data sets of Tardis.dev, one symbol and day a file; incremental_book_L2 and trades, which are large, here.

The header tells which it is and in what order the columns stand. Times are microseconds; `side` of a trade is
the taker's; amounts are in the venue's own units. Book messages have no ids: consecutive rows of equal times are
one message, and a snapshot can be used at once. Field meanings: docs.tardis.dev, "Downloadable CSV files".
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import Batch, PriceGrid, Rejected, brief, conform, in_lists, joined_grid, quarantine_frame
from pipeline.sources.bybit.names import check_kind
from pipeline.sources.reading.lines import TextFile, first_line
from pipeline.sources.tardis import messages as marks
from pipeline.sources.tardis.exchanges import EXCHANGES
from pipeline.sources.tardis.faults import Fault, explain
from pipeline.sources.tardis.layout import Layout, layout_of, span_of, vendor_symbol
from pipeline.sources.tardis.lines import BAD, GOOD, INEXACT, ROW, count_lines, read_lines
from pipeline.sources.tardis.tables import DataSet, data_set_of
from pipeline.sources.tardis.tables import read as read_table
from signals.ahead import one_ahead
from signals.table import UTC_US

NAME: Final = "tardis"
SNAPSHOTS_NAME: Final = "tardis-snapshots"
DELAY_US: Final = {"book_updates": 100_000, "trades": 50_000}
"""How long after its event time a message is taken to be known where recv_ts does not say (domain defaults)."""

_CLOCKS: Final = {"book_updates": ("publish", "recv", "carried"), "trades": ("match", "recv", "carried")}
"""What the clock codes of `messages` are called."""

_PREFER: Final = "`prefer` in footprint.toml says which book feeds the signals"
_FOREIGN_KEPT: Final = 100
_BLOCK: Final = 8 << 20

_MOMENT: Final = ("event", "recv", "is_snapshot")
_NEWLINE: Final = ord("\n")

Rows = NDArray[np.void]
_NO_ROWS: Final = np.empty(0, ROW)
_NO_TEXT: Final = np.empty(0, np.uint8)
_MARGIN: Final = 1 << 12
"""Rows of room for a message that goes on from the block before; a longer one is copied."""


@dataclass(slots=True)
class _Reader:
    """State that runs through one file.

    held: rows of a book message that may go on in the next block; faults: of the lines among them that are bad.
    """

    layout: Layout
    span: tuple[int, int] | None
    held: Rows = field(default_factory=lambda: _NO_ROWS)
    faults: dict[int, Fault] = field(default_factory=dict)
    state: NDArray[np.int64] = field(default_factory=lambda: np.full(marks.FIELDS, -1, np.int64))
    foreign: set[str] = field(default_factory=set)
    good: int = 0


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of the file as rows, behind a margin for rows held from before; `text` where more has to be read of it.

    is_odd: some are not GOOD.
    """

    layout: Layout
    room: Rows
    text: NDArray[np.uint8]
    last_line: int
    is_odd: bool

    def after(self, held: Rows) -> Rows:
        """The held rows and the block's, one after the other."""
        if not self.room.size:
            return held
        if held.size > _MARGIN:
            return np.concatenate((held, self.room[_MARGIN:]))
        rows = self.room[_MARGIN - held.size :]
        rows[: held.size] = held
        return rows


def read(path: Path, market: Market, block_bytes: int = _BLOCK) -> Iterator[Batch]:
    """Translate the file at `path`, which should be about `market`, batch by batch.

    Raises FP002 if it is not such a file, FP003 if all of it is about others.
    """
    check_kind(market, path)
    file, span = TextFile(path, block_bytes), span_of(path)
    data_set = _data_set(path)
    if data_set is not None:
        _refuse_snapshots(path, data_set)
        yield from _read_table(path, data_set, market, NAME)
        return
    reader: _Reader | None = None
    for block in one_ahead(_blocks(file, market)):
        reader = reader or _Reader(block.layout, span)
        yield _batch(reader, block)
        _refuse_foreign(reader, path, block)
    if reader is None or file.lines == 1:
        raise FootprintError("FP002", "the file has a header and no rows", where=str(path), hint="is it complete?")
    yield _batch(reader, _Block(reader.layout, _NO_ROWS, _NO_TEXT, file.lines, False), is_last=True)


def _blocks(file: TextFile, market: Market) -> Iterator[_Block]:
    """The file's blocks, read into rows: two rooms are filled by turns, a block is good until the next but one."""
    layout: Layout | None = None
    room, spare = _NO_ROWS, _NO_ROWS
    for block in file.blocks():
        text = np.frombuffer(block, np.uint8)
        if layout is None:
            header = bytes(block).split(b"\n", 1)[0]
            layout = layout_of(header, file.path, market)
            text, file.lines = text[len(header) + 1 :], 1
            order, shared = layout.order, layout.shared
            exchange, symbol = (np.frombuffer(name.encode(), np.uint8) for name in (layout.exchange, layout.symbol))
        lines = count_lines(text)
        if room.size < _MARGIN + lines:
            room = np.empty(_MARGIN + lines, ROW)
        new = room[_MARGIN : _MARGIN + lines]
        is_odd = bool(read_lines(text, order, shared, exchange, symbol, new, file.lines + 1))
        file.lines += lines
        is_told = is_odd or not layout.is_book  # the text is overwritten when the next block is asked for
        yield _Block(layout, room[: _MARGIN + lines], text.copy() if is_told else _NO_TEXT, file.lines, is_odd)
        room, spare = spare, room


def read_snapshots(path: Path, market: Market) -> Iterator[Batch]:
    """As `read`, of files of book snapshots only, which are another source: the few levels of each would replace the
    whole book that increments build."""
    check_kind(market, path)
    data_set = _data_set(path)
    if data_set is None or data_set.kind != "snapshots":
        raise _no_snapshots(path)
    return _read_table(path, data_set, market, SNAPSHOTS_NAME)


def _read_table(path: Path, data_set: DataSet, market: Market, source: str) -> Iterator[Batch]:
    span = span_of(path)
    for batch in read_table(path, data_set, EXCHANGES[market.venue], vendor_symbol(market), source):
        batch.span = span
        yield batch


def _data_set(path: Path) -> DataSet | None:
    return data_set_of(first_line(path).decode(errors="replace").split(","), path)


def _refuse_snapshots(path: Path, data_set: DataSet) -> None:
    if data_set.kind == "snapshots":
        raise FootprintError(
            "FP002",
            "expected any data set but book snapshots: their few levels would replace the book of incremental_book_L2",
            where=f"{path}, line 1",
            hint=f"footprint ingest {SNAPSHOTS_NAME} ...; {_PREFER}",
        )


def _no_snapshots(path: Path) -> FootprintError:
    header = first_line(path).decode(errors="replace")
    is_vendor_s = header.startswith("exchange,symbol,timestamp,local_timestamp,")
    return FootprintError(
        "FP002",
        "expected the header of book_snapshot_5 or _25 (exchange,symbol,timestamp,local_timestamp,asks[0].price,...), "
        f"got {brief(repr(header), 200)}",
        where=f"{path}, line 1",
        hint=f"footprint ingest {NAME} ...; {_PREFER}"
        if is_vendor_s
        else "is this the right source? `footprint ingest --help` lists them",
    )


def _refuse_foreign(reader: _Reader, path: Path, block: _Block) -> None:
    """A file that begins with nothing but others' records is about them."""
    if reader.foreign and not reader.good and not reader.held.size:
        raise FootprintError(
            "FP003",
            f"expected records of {reader.layout.symbol} on {reader.layout.exchange}, found only "
            f"{', '.join(sorted(reader.foreign)[:3])} in the first {block.last_line - 1:,} lines",
            where=str(path),
            hint="check --venue, --symbol and the file",
        )


def _batch(reader: _Reader, block: _Block, *, is_last: bool = False) -> Batch:
    """The block's records as frames; of a book, the last message is held back unless `is_last`."""
    layout, bad = reader.layout, list[Rejected]()
    rows, text = block.after(reader.held), block.text
    lines = rows.size - reader.held.size
    if block.is_odd:
        rows = _explained(reader, rows, text, bad)

    size = rows.size
    times, codes = np.empty((marks.TIMES, size), np.int64), np.empty((marks.CODES, size), np.int8)
    sides, numbers = np.empty(size, np.int8), np.empty((marks.NUMBERS, size), np.float64)
    rejected = np.empty((size, 2), np.int64)
    grid, counts = np.zeros((marks.DECIMALS, 2), np.int64), np.empty(marks.COUNTS, np.int64)
    used = marks.mark_messages(
        rows, rows["price"].view(np.uint64), rows["qty"].view(np.uint64), layout.is_book, is_last,
        DELAY_US[layout.table], times, codes, sides, numbers, rejected, reader.state, grid, counts,
    )  # fmt: skip
    for first, count in rejected[: counts[marks.REJECTED]].tolist():
        bad.append(_rejected(reader, rows[first : first + count]))
    reader.held = rows[used:].copy()
    messages, records = counts[marks.MESSAGES], counts[marks.RECORDS]
    times, codes = times[:, :messages], codes[:, :messages]
    reader.good += int(messages)
    frames = {}
    if messages:
        frame = _heads(layout.table, times, codes)
        values = [
            pl.Series("side", sides[:records]),
            pl.Series("price", numbers[marks.PRICE, :records]),
            pl.Series("qty", numbers[marks.QTY, :records]),
        ]
        if layout.is_book:
            ends = np.insert(times[marks.END], 0, 0)
            is_snapshot = pl.Series("is_snapshot", codes[marks.IS_SNAPSHOT].view(bool))
            levels = pl.Series("lines", np.diff(ends))
            frame = frame.with_columns(levels, is_snapshot, *(in_lists(value, ends) for value in values))
        else:
            ids = _ids(rows[rows["fault"] != BAD], text)
            frame = frame.with_columns(ids, *values, taker_side=values[0], is_off_market=pl.lit(False))
        frames[layout.table] = conform(frame, layout.table, NAME)
    return Batch(
        frames=frames,
        quarantine=quarantine_frame(bad),
        lines=lines,
        grid=_price_grid(grid),
        qty_decimals=int(counts[marks.QTY_DECIMALS]),
        offsets_ms=_histogram((times[marks.RECV] - times[marks.EVENT])[codes[marks.CLOCK] == marks.STATED]),
        backwards_recv=int(counts[marks.BACKWARDS_RECV]),
        recv_unit="us",
        span=reader.span,
    )


def _explained(reader: _Reader, rows: Rows, text: NDArray[np.uint8], bad: list[Rejected]) -> Rows:
    """Read what the fast reader left: the value of a long number, and what is wrong with a bad line.

    A bad line that does not tell its times counts to the message of the line before it. Lines of another market
    belong to no message; the rows returned are without them.
    """
    is_ours = np.ones(rows.size, dtype=bool)
    moment = (int(reader.state[marks.LAST]), int(reader.state[marks.LAST_RECV]), 0)
    for at in np.flatnonzero(rows["fault"] != GOOD).tolist():
        if at < reader.held.size:
            continue
        row, begin = rows[at], int(rows["begin"][at])
        raw = text[begin : begin + int(np.argmax(text[begin:] == _NEWLINE))].tobytes()
        if row["fault"] == INEXACT:
            named = dict(zip(reader.layout.names, raw.split(b","), strict=True))
            row["price"], row["qty"], row["fault"] = float(named["price"]), float(named["amount"]), GOOD
            continue
        fault = explain(raw, reader.layout)
        before = tuple(rows[list(_MOMENT)][at - 1]) if at else moment
        row["event"], row["recv"], row["is_snapshot"] = fault.moment or before
        if not fault.foreign:
            reader.faults[int(row["line"])] = fault
            continue
        is_ours[at] = False
        if len(reader.foreign) < _FOREIGN_KEPT:
            reader.foreign.add(fault.foreign)
        bad.append(Rejected(int(row["line"]), max(int(row["event"]), 0), "unknown", fault.reason, 1, raw))
    return rows if is_ours.all() else rows[is_ours]


def _rejected(reader: _Reader, message: Rows) -> Rejected:
    """The message for quarantine, in the words of its first bad line."""
    line = int(message["line"][message["fault"] == BAD][0])
    fault = reader.faults.pop(line)
    for other in message["line"].tolist():
        reader.faults.pop(other, None)
    event = max(int(message["event"][0]), 0)
    return Rejected(line, event, reader.layout.table, fault.reason, message.size, fault.raw, message.size)


def _heads(table: str, times: NDArray[np.int64], codes: NDArray[np.int8]) -> pl.DataFrame:
    """What a message is, without its records."""
    clock, names = codes[marks.CLOCK], _CLOCKS[table]
    return pl.DataFrame(
        {
            "line": times[marks.LINE],
            "digest": times[marks.DIGEST],
            "event_ts": pl.Series(times[marks.EVENT]).cast(UTC_US),
            "recv_ts": pl.Series(times[marks.RECV]).cast(UTC_US),
            "known_ts": pl.Series(times[marks.KNOWN]).cast(UTC_US),
            "clock": pl.Series(clock).replace_strict(dict(enumerate(names)), return_dtype=pl.String),
            "is_backwards": codes[marks.IS_BACKWARDS].view(bool),
        }
    )


def _ids(rows: Rows, text: NDArray[np.uint8]) -> pl.Series:
    """The text of each print's id."""
    raw = text.tobytes()
    spans = zip(rows["id_begin"].tolist(), rows["id_size"].tolist(), strict=True)
    return pl.Series("trade_id", [raw[begin : begin + size].decode(errors="replace") for begin, size in spans])


def _price_grid(grid: NDArray[np.int64]) -> PriceGrid:
    joined = PriceGrid()
    for decimals, (divisor, largest) in enumerate(grid.tolist()):
        if divisor:
            joined = joined_grid(joined, PriceGrid(divisor, decimals, largest))
    return joined


def _histogram(offsets: NDArray[np.int64]) -> dict[int, int]:
    """How often each recv - event offset occurs, in whole milliseconds."""
    values, counts = np.unique(offsets // 1_000, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))
