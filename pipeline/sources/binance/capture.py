"""Raw captures of Binance websockets: lines of `<local time> <json>`, gzip or plain.

The market's venue says which dialect the file speaks (USD-M futures, COIN-M futures or
spot): streams depth, trade, bookTicker, markPrice, and REST depth snapshots between
them. The local time is in milli-, micro- or nanoseconds; the file says which by its
number of digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, Batch, Rejected, Stamp, brief
from pipeline.sources.binance.messages import DIALECTS, KINDS, kind_of, time_us, venue_of
from pipeline.sources.reading.capture_lines import UNITS, clock_digits, message_of
from pipeline.sources.reading.carried import CarriedClock
from pipeline.sources.reading.content import json_digest
from pipeline.sources.reading.foreign import about_others
from pipeline.sources.reading.framing import frame_batch
from pipeline.sources.reading.lines import blocks_of_lines

NAME: Final = "binance-capture"

_FOREIGN_KEPT: Final = 100
_UNNAMED: Final = object()


@dataclass(slots=True)
class _Reader:
    """State that runs through one file, and the records of the current block."""

    market: Market
    line: int = 0
    digits: int = 0
    last_recv: int = 0
    last_event: dict[str, int] = field(default_factory=dict)
    clock: CarriedClock = field(default_factory=CarriedClock)
    foreign: set[Market] = field(default_factory=set)
    good: int = 0
    named: int = 0
    backwards_recv: int = 0
    rows: dict[str, list[tuple[Stamp, tuple[Any, ...]]]] = field(default_factory=dict)
    unplaced: list[tuple[int, int]] = field(default_factory=list)
    """Update id and place in the block's depth rows of snapshots without a time that no diff has gone beyond yet."""
    bad: list[Rejected] = field(default_factory=list)


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate the capture at `path`, which should be about `market`, batch by batch.

    Raises FP002 if it is not such a capture, FP003 if all of it is about others.
    """
    reader = _Reader(market)
    for block in blocks_of_lines(path):
        before = reader.line
        for text in block:
            reader.line += 1
            _take_line(reader, text, path)
        yield _batch(reader, block, before)
    if not reader.good or (reader.foreign and not reader.named):
        _refuse(reader, path)


def _refuse(reader: _Reader, path: Path) -> None:
    if reader.foreign and not reader.named:  # a snapshot that names no symbol proves nothing
        raise about_others(path, reader.market, reader.foreign, reader.line)
    raise FootprintError(
        "FP002",
        f"expected lines of `<local time> <json>` with messages of {reader.market.venue}; "
        f"none of {reader.line:,} lines is one",
        where=str(path),
        hint="`footprint ingest --help` lists the sources and what they read",
    )


def _take_line(reader: _Reader, text: bytes, path: Path) -> None:
    if reader.line == 1:
        reader.digits = clock_digits(text, path)
    try:
        recv, message = message_of(text, reader.digits)
        data = message.get("data", message)
        _take_message(reader, data, recv)
    except BadRecordError as reason:
        table, records = _guess(text)
        reader.bad.append(Rejected(reader.line, reader.clock.latest, table, brief(str(reason)), records, text))
        return
    if recv < reader.last_recv:
        reader.backwards_recv += 1
    reader.last_recv = recv
    reader.good += 1


def _guess(text: bytes) -> tuple[str, int]:
    """Table and number of records a rejected line would have given, as far as its text tells."""
    for mark, table in (
        (b'"depthUpdate"', "book_updates"),
        (b'"lastUpdateId"', "book_updates"),
        (b'"e":"trade"', "trades"),
        (b'"bookTicker"', "book_ticker"),
        (b'"markPriceUpdate"', "derivative_ticker"),
        (b'"B":', "book_ticker"),  # spot's, which has no name
    ):
        if mark in text:
            return table, max(1, text.count(b'["')) if table == "book_updates" else 1
    return "unknown", 1


def _batch(reader: _Reader, block: list[bytes], lines_before: int) -> Batch:
    """The block's records as frames; empties the reader for the next block."""
    batch = frame_batch(NAME, reader.rows, reader.bad, lambda line: block[line - lines_before - 1])
    batch.lines = len(block)
    batch.recv_unit = UNITS[reader.digits][0]
    batch.backwards_recv = reader.backwards_recv
    reader.rows, reader.unplaced, reader.bad, reader.backwards_recv = {}, [], [], 0
    return batch


def _take_message(reader: _Reader, data: Any, recv: int) -> None:
    """Route one message to its table; raises BadRecordError with the reason if it cannot be taken."""
    if not isinstance(data, dict):
        raise BadRecordError(f"expected an object under data, got {type(data).__name__}")
    kind = kind_of(data)
    if kind not in KINDS:
        raise BadRecordError(f"unknown stream {kind!r}")
    _require_own(reader, kind, data)
    try:
        stream, delay, clock, event, values = DIALECTS[reader.market.venue][kind](data)
    except KeyError as missing:
        raise BadRecordError(f"{kind} lacks field {missing}") from missing
    except (TypeError, ValueError) as wrong:
        raise BadRecordError(f"{kind} is malformed: {wrong}") from wrong
    if event is None:
        event = reader.clock.latest
        if not event:
            raise BadRecordError(f"{kind} has no time, and no message before it in the file has one")
    publish = data.get("E")
    stamp = Stamp(
        reader.line,
        recv,
        event,
        None if publish is None else time_us(publish, kind),
        delay,
        json_digest(data),
        event < reader.last_event.get(kind, event),
        clock,
    )
    reader.last_event[kind] = event
    reader.clock.saw(event)
    rows = reader.rows.setdefault(stream, [])
    if kind == "depthUpdate":
        _pass(reader, values[0], event)
    elif kind == "snapshot" and clock == "carried":
        stamp = stamp.moved_to(reader.clock.of_snapshot(values[0]))
        reader.unplaced.append((values[0], len(rows)))
    rows.append((stamp, values))


def _require_own(reader: _Reader, kind: str, data: dict[str, Any]) -> None:
    """Raise BadRecordError for a message of another venue's dialect or another symbol."""
    own, symbol = reader.market, data.get("s", data.get("symbol", _UNNAMED))
    venue, is_named = venue_of(kind, data) or own.venue, symbol is not _UNNAMED
    if venue == own.venue and (symbol == own.symbol or not is_named):
        reader.named += is_named
        return
    if is_named and len(reader.foreign) < _FOREIGN_KEPT:
        reader.foreign.add(Market(venue, brief(str(symbol), 40)))
    if venue != own.venue:
        raise BadRecordError(f"{kind} in the form of {venue}, expected that of {own.venue}")
    raise BadRecordError(f"foreign symbol {symbol!r}, expected {own.symbol!r}")


def _pass(reader: _Reader, update_id: int, event: int) -> None:
    """Note a diff; a snapshot before it in the file that it goes beyond stands no later than it."""
    reader.clock.saw_diff(update_id, event)
    if not reader.unplaced:
        return
    rows = reader.rows["depth"]
    for last_id, at in reader.unplaced:
        stamp, values = rows[at]
        if last_id < update_id and event < stamp.event:
            rows[at] = stamp.moved_to(event), values
    reader.unplaced = [snapshot for snapshot in reader.unplaced if snapshot[0] >= update_id]
