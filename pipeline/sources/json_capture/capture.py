"""Captures of many markets as JSON lines: cryptofeed's recordings, and what `footprint record` and `fetch` write.

A file is read for one market: the parts of its messages that speak of it become
records; lines about other markets, or about none (headers, acknowledgements, kinds of
messages that no table holds), are lines beside. What a message says is told by the
dialect of its exchange (`dialects`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, Batch, ContractFacts, Rejected, Stamp, brief
from pipeline.sources.json_capture.dialects import DIALECTS
from pipeline.sources.json_capture.dialects.records import Origin, Part, Record
from pipeline.sources.json_capture.line import CaptureLine, parse_line
from pipeline.sources.json_capture.missed import Missed
from pipeline.sources.reading.carried import CarriedClock
from pipeline.sources.reading.content import json_digest
from pipeline.sources.reading.foreign import about_others
from pipeline.sources.reading.framing import frame_batch
from pipeline.sources.reading.lines import blocks_of_lines

NAME: Final = "json-capture"
_FOREIGN_KEPT: Final = 100
_SLIGHTLY_US: Final = 1_000_000
_TABLES: Final = {"depth": "book_updates", "trade": "trades", "ticker": "book_ticker", "mark": "derivative_ticker"}
"""Streams of `framing` that are not named as the table they fill."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A book from a reply: what it is to the book depends on whether the file holds a stream of it too."""

    stamp: Stamp
    record: Record


@dataclass(slots=True)
class _Reader:
    """State that runs through one file, and the records of the current block."""

    market: Market
    line: int = 0
    captured: int = 0
    """Lines of a capture so far, whatever they say."""
    venue: str = ""
    addresses: dict[str, str] = field(default_factory=dict)
    memories: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    series: dict[str, str] = field(default_factory=dict)
    streams_book: bool = False
    last_recv: int = 0
    last_event: dict[str, int] = field(default_factory=dict)
    clock: CarriedClock = field(default_factory=CarriedClock)
    records: int = 0
    foreign: set[Market] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    contract: ContractFacts | None = None
    contract_us: int = 0
    backwards_recv: int = 0
    own_lines: int = 0
    symbol: str = ""
    missed: Missed = field(default_factory=Missed)
    held: list[_Held] = field(default_factory=list)
    rows: dict[str, list[tuple[Stamp, Any]]] = field(default_factory=dict)
    bad: list[Rejected] = field(default_factory=list)


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate the capture at `path` as far as it speaks of `market`, batch by batch.

    A file may hold nothing but lists of instruments that name the market. Raises FP002 if it is no capture or none
    of an exchange that is known, FP003 if it says nothing of the market.
    """
    reader, found = _Reader(market), 0
    for block in blocks_of_lines(path):
        before = reader.line
        for text in block:
            reader.line += 1
            _take_line(reader, text)
        if not reader.captured:
            _refuse_file(reader, path)
        batch = _batch(reader, block, before)
        found += batch.lines
        yield batch
    if lost := reader.missed.left():
        end = _batch(reader, [], reader.line)
        end.holes = lost
        yield end
    if not found and (reader.contract is None or reader.foreign):
        _refuse_market(reader, path)


def _refuse_file(reader: _Reader, path: Path) -> None:
    first = reader.bad[0]
    raise FootprintError(
        "FP002",
        f'expected lines of a capture, as {{"t": "recv", "conn": ..., "ts": ..., "data": ...}}; none of '
        f"{reader.line:,} lines is one, the first: {first.reason}",
        where=f"{path}, line {first.line:,}",
        hint="is this the right source? `footprint ingest --help` lists them",
    )


def _refuse_market(reader: _Reader, path: Path) -> None:
    if reader.foreign:
        raise about_others(path, reader.market, reader.foreign, reader.line)
    why = f"no message of a market in {reader.line:,} lines"
    if reader.unknown:
        why = f"captures of {', '.join(sorted(reader.unknown))} are not read, only of {', '.join(sorted(DIALECTS))}"
    raise FootprintError("FP002", why, where=str(path), hint="`footprint ingest --help` lists what each source reads")


def _take_line(reader: _Reader, text: bytes) -> None:
    try:
        line = parse_line(text)
    except BadRecordError as reason:
        _reject(reader, text, "unknown", str(reason))
        reader.own_lines += 1
        return
    reader.captured += 1
    if line.kind == "header":
        facts = line.facts or {}
        reader.venue, reader.symbol = (str(facts.get(name, "")) for name in ("venue", "symbol"))
    elif line.kind == "hole":
        _take_hole(reader, line, text)
    elif line.kind in ("connect", "send"):
        if line.kind == "connect":
            reader.memories.pop(line.conn, None)
        reader.addresses[line.conn] = line.address
    elif line.message is not None:
        reader.own_lines += _take_message(reader, line, text)
        reader.missed.replied()
    if line.recv:
        reader.backwards_recv += line.recv < reader.last_recv
        reader.last_recv = line.recv


def _take_hole(reader: _Reader, line: CaptureLine, text: bytes) -> None:
    """A capture of one market knows which prints it missed; the line is a record of none."""
    if (reader.venue, reader.symbol) != (reader.market.venue, reader.market.symbol):
        return
    try:
        reader.missed.note(line)
    except BadRecordError as reason:
        _reject(reader, text, "trades", str(reason))
        reader.own_lines += 1


def _take_message(reader: _Reader, line: CaptureLine, text: bytes) -> bool:
    """Take what the message says of the market; whether it says anything."""
    dialect = DIALECTS.get(line.exchange)
    if dialect is None:
        if len(reader.unknown) < _FOREIGN_KEPT:
            reader.unknown.add(brief(line.exchange, 40))
        return False
    is_reply = line.kind == "http"
    address = line.address if is_reply else reader.addresses.get(line.conn, "")
    memory = reader.memories.setdefault(line.conn, {})
    origin = Origin(reader.market, address, is_reply, reader.venue, line.recv, line.text, line.body, memory)
    taken = 0
    try:
        for part in dialect.parts(origin, line.message):
            taken += _take_part(reader, part, line, text, taken == 0)
        if (facts := dialect.facts(origin, line.message)) is not None:
            reader.contract, reader.contract_us = facts, line.recv
    except BadRecordError as reason:
        _reject(reader, text, "unknown", str(reason), int(taken == 0))
        return True
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        _reject(reader, text, "unknown", _malformed(wrong), int(taken == 0))
        return True
    return taken > 0


def _take_part(reader: _Reader, part: Part, line: CaptureLine, text: bytes, is_first: bool) -> int:
    """Take a part if it is the market's; how many records it gave or would have given."""
    if part.market != reader.market:
        if len(reader.foreign) < _FOREIGN_KEPT:
            reader.foreign.add(replace(part.market, symbol=brief(part.market.symbol, 40)))
        return 0
    if part.series and reader.series.setdefault(part.table, part.series) != part.series:
        return 0
    taken = 0
    try:
        for record in part.take():
            _keep(reader, record, line, is_first and taken == 0)
            taken += 1
    except BadRecordError as reason:
        _reject(reader, text, part.table, str(reason), int(is_first and taken == 0))
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        _reject(reader, text, part.table, _malformed(wrong), int(is_first and taken == 0))
    else:
        return taken
    return taken + 1


def _malformed(wrong: Exception) -> str:
    return f"field {wrong} is missing" if isinstance(wrong, KeyError) else f"malformed: {wrong}"


def _reject(reader: _Reader, text: bytes, table: str, reason: str, lines: int = 1) -> None:
    reader.bad.append(Rejected(reader.line, reader.clock.latest, table, brief(reason), 1, text, lines))


def _keep(reader: _Reader, record: Record, line: CaptureLine, is_first: bool) -> None:
    event, clock = record.event, record.clock
    is_held = record.book in ("bridge", "reply")
    if event is None:
        event, clock = reader.clock.latest, "carried"
        if not event and not is_held:
            raise BadRecordError("it has no time, and no message before it in the file has one")
    reader.records += 1
    last = reader.last_event.get(record.stream, event)
    is_backwards = event < last
    if is_backwards and _follows(record, last - event):
        event, clock = last, "carried"
    stamp = Stamp(
        reader.line,
        None if record.is_history else line.recv,
        event,
        record.publish,
        record.delay,
        _digest(record),
        is_backwards,
        clock,
        int(is_first),
        reader.records if record.position is None else record.position,
    )
    if is_held:
        reader.held.append(_Held(stamp, record))
        return
    if record.stream == "trades":
        reader.missed.heard(line, event, record.values)
    reader.last_event[record.stream] = max(event, last)
    reader.clock.saw(event)
    if record.book == "stream":
        reader.streams_book = True
        if record.values[0] is not None:
            reader.clock.saw_diff(record.values[0], event)
    reader.rows.setdefault(record.stream, []).append((stamp, record.values))


def _follows(record: Record, behind: int) -> bool:
    """Whether a book message stamped `behind` the one before it stands after it all the same.

    A stream's messages change the book in the order in which they come. Ids would show a break where a time is far
    off; without ids nothing would.
    """
    return record.book == "stream" and (record.values[0] is None or behind <= _SLIGHTLY_US)


def _digest(record: Record) -> int:
    """Of what two copies of the record have in common; not of a time that the file around it gave it."""
    known_by = record.values if record.known_by is None else record.known_by
    return json_digest((_TABLES.get(record.stream, record.stream), record.event, known_by))


def _batch(reader: _Reader, block: list[bytes], lines_before: int) -> Batch:
    """The block's records as frames; empties the reader for the next block."""
    for held in reader.held:
        _place_book(reader, held, block[held.stamp.line - lines_before - 1])
    batch = frame_batch(NAME, reader.rows, reader.bad, lambda line: block[line - lines_before - 1])
    batch.lines, batch.lines_beside = reader.own_lines, len(block) - reader.own_lines
    batch.recv_unit = "s"
    batch.backwards_recv = reader.backwards_recv
    batch.contract, batch.contract_us = reader.contract, reader.contract_us
    batch.holes = reader.missed.taken()
    reader.rows, reader.bad, reader.held, reader.own_lines, reader.backwards_recv = {}, [], [], 0, 0
    return batch


def _place_book(reader: _Reader, held: _Held, text: bytes) -> None:
    """A book from a reply, now that it is known whether a stream of the book is in the file.

    Beside a stream whose ids it shares it waits for the diff that bridges it, and stands no later than that; beside
    one that begins with a snapshot of its own it would only break the chain; alone it is the book.
    """
    stamp, record = held.stamp, held.record
    values = list(record.values)
    if not reader.streams_book:
        values[2] = values[0]
        if stamp.clock == "carried" and stamp.recv:  # nothing but the recorder's clock tells its time
            stamp = stamp._replace(event=stamp.recv, clock="recv")
    elif record.book == "reply":
        reader.own_lines -= stamp.lines
        return
    elif stamp.clock == "carried":
        known = [event for event in (stamp.event, reader.clock.passed(values[0])) if event]
        if not known:
            reader.bad.append(Rejected(stamp.line, 0, "book_updates", _NO_TIME, 1, text, stamp.lines))
            return
        stamp = stamp.moved_to(min(known)) if stamp.event else stamp._replace(event=min(known))
    reader.rows.setdefault("depth", []).append((stamp, tuple(values)))


_NO_TIME: Final = "the book has no time, and no message before it in the file has one"
