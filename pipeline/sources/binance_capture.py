"""Raw captures of Binance websockets: lines of `<local time> <json>`, gzip or plain.

Dialect USD-M futures (binance-usdm): streams depth, trade, bookTicker, markPrice,
and REST depth snapshots between them. Field meanings: Binance USD-M futures
documentation, "Diff. Book Depth Streams", "Mark Price Stream". `m` true means the
buyer was the maker, so the taker SOLD. The local time is in microseconds or
nanoseconds; the file says which by its number of digits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.errors import FootprintError
from pipeline.sources.batch import BadRecordError, Batch, Rejected, Stamp, brief
from pipeline.sources.framing import frame_batch
from pipeline.sources.lines import blocks_of_lines

NAME: Final = "binance-capture"
DELAY_US: Final = {"depth": 100_000, "snapshot": 500_000, "trade": 50_000, "ticker": 100_000, "mark": 100_000}
"""How long after its event time a message is taken to be known where recv_ts does not say (domain defaults)."""

_UNITS: Final = {13: ("ms", 1_000), 16: ("us", 1), 19: ("ns", -1_000)}
_EARLIEST_MS: Final = 1_230_768_000_000  # 2009-01-01: before it nothing was traded
_LATEST_MS: Final = 4_102_444_800_000  # 2100-01-01
_FOREIGN_KEPT: Final = 100
_OFF_MARKET: Final = frozenset({"INSURANCE_FUND", "ADL", "NA"})


@dataclass(slots=True)
class _Reader:
    """State that runs through one file, and the records of the current block."""

    symbol: str
    line: int = 0
    digits: int = 0
    last_recv: int = 0
    last_event: dict[str, int] = field(default_factory=dict)
    carried: int = 0
    foreign: set[str] = field(default_factory=set)
    good: int = 0
    named: int = 0
    backwards_recv: int = 0
    rows: dict[str, list[tuple[Stamp, tuple[Any, ...]]]] = field(default_factory=dict)
    bad: list[Rejected] = field(default_factory=list)


def read(path: Path, symbol: str) -> Iterator[Batch]:
    """Translate the capture at `path`, which should be about `symbol`, batch by batch.

    Raises FP002 if it is not such a capture, FP003 if all of it is about others.
    """
    reader = _Reader(symbol)
    for block in blocks_of_lines(path):
        before = reader.line
        for text in block:
            reader.line += 1
            _take_line(reader, text, path)
        yield _batch(reader, block, before)
    if not reader.good or (reader.foreign and not reader.named):
        _refuse(reader, path)


def _refuse(reader: _Reader, path: Path) -> None:
    if reader.foreign:
        named = ", ".join(sorted(reader.foreign)[:3])  # a snapshot names no symbol and proves nothing
        raise FootprintError(
            "FP003",
            f"expected records of {reader.symbol}, found only {named} in {reader.line:,} lines",
            where=str(path),
            hint=f"--symbol {sorted(reader.foreign)[0]}, or check the file",
        )
    raise FootprintError(
        "FP002",
        f"expected lines of `<local time> <json>` with USD-M messages; none of {reader.line:,} lines is one",
        where=str(path),
        hint="`footprint ingest --help` lists the sources and what they read",
    )


def _take_line(reader: _Reader, text: bytes, path: Path) -> None:
    stamp_text, _, body = text.partition(b" ")
    if reader.line == 1:
        reader.digits = _clock_digits(stamp_text, path)
    try:
        recv = _recv_us(stamp_text, reader.digits)
        try:
            message = orjson.loads(body)
        except orjson.JSONDecodeError as broken:
            raise BadRecordError(f"not JSON: {broken}") from broken
        if not isinstance(message, dict):
            raise BadRecordError(f"expected a JSON object, got {type(message).__name__}")
        data = message.get("data", message)
        _take_message(reader, data, recv)
    except BadRecordError as reason:
        table, records = _guess(text)
        reader.bad.append(Rejected(reader.line, reader.carried, table, brief(str(reason)), records, text))
        return
    if recv < reader.last_recv:
        reader.backwards_recv += 1
    reader.last_recv = recv
    reader.good += 1


def _clock_digits(stamp: bytes, path: Path) -> int:
    if stamp.isdigit() and len(stamp) in _UNITS:
        return len(stamp)
    raise FootprintError(
        "FP002",
        "expected the first line to begin with a local time of 13 (ms), 16 (us) or 19 (ns) digits, "
        f"got {stamp[:40].decode(errors='replace')!r}",
        where=f"{path}, line 1",
        hint="is this the right source? `footprint ingest --help` lists them",
    )


def _recv_us(stamp: bytes, digits: int) -> int:
    if not stamp.isdigit() or len(stamp) != digits:
        raise BadRecordError(f"local time {stamp[:40].decode(errors='replace')!r} has not the file's {digits} digits")
    factor = _UNITS[digits][1]
    return int(stamp) * factor if factor > 0 else int(stamp) // -factor


def _guess(text: bytes) -> tuple[str, int]:
    """Table and number of records a rejected line would have given, as far as its text tells."""
    for mark, table in (
        (b'"depthUpdate"', "book_updates"),
        (b'"lastUpdateId"', "book_updates"),
        (b'"e":"trade"', "trades"),
        (b'"bookTicker"', "book_ticker"),
        (b'"markPriceUpdate"', "derivative_ticker"),
    ):
        if mark in text:
            return table, max(1, text.count(b'["')) if table == "book_updates" else 1
    return "unknown", 1


def _batch(reader: _Reader, block: list[bytes], lines_before: int) -> Batch:
    """The block's records as frames; empties the reader for the next block."""
    batch = frame_batch(NAME, reader.rows, reader.bad, lambda line: block[line - lines_before - 1])
    batch.lines = len(block)
    batch.recv_unit = _UNITS[reader.digits][0]
    batch.backwards_recv = reader.backwards_recv
    reader.rows, reader.bad, reader.backwards_recv = {}, [], 0
    return batch


def _take_message(reader: _Reader, data: Any, recv: int) -> None:
    """Route one message to its table; raises BadRecordError with the reason if it cannot be taken."""
    if not isinstance(data, dict):
        raise BadRecordError(f"expected an object under data, got {type(data).__name__}")
    kind = "snapshot" if "lastUpdateId" in data else str(data.get("e"))
    take = _TAKERS.get(kind)
    if take is None:
        raise BadRecordError(f"unknown stream {kind!r}")
    named = data.get("s", reader.symbol)
    if named != reader.symbol:
        if len(reader.foreign) < _FOREIGN_KEPT:
            reader.foreign.add(brief(str(named), 40))
        raise BadRecordError(f"foreign symbol {named!r}, expected {reader.symbol!r}")
    try:
        stream, delay, event_ms, values = take(data)
    except KeyError as missing:
        raise BadRecordError(f"{kind} lacks field {missing}") from missing
    except (TypeError, ValueError) as wrong:
        raise BadRecordError(f"{kind} is malformed: {wrong}") from wrong
    event = _time_us(event_ms, kind)
    publish = data.get("E")
    digest = _digest(data)
    stamp = Stamp(
        reader.line,
        recv,
        event,
        None if publish is None else _time_us(publish, kind),
        delay,
        digest,
        event < reader.last_event.get(kind, event),
    )
    reader.named += "s" in data
    reader.last_event[kind] = event
    reader.carried = max(reader.carried, event)
    reader.rows.setdefault(stream, []).append((stamp, values))


def _digest(data: dict[str, Any]) -> int:
    """Of the content, whatever the order of its keys."""
    try:
        content = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    except TypeError as deep:
        raise BadRecordError(f"nested too deeply: {deep}") from deep
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)


def _time_us(ms: Any, kind: str) -> int:
    if type(ms) is not int or not _EARLIEST_MS <= ms < _LATEST_MS:
        raise BadRecordError(f"{kind} has time {ms!r}, expected milliseconds since 1970 between 2009 and 2100")
    return ms * 1_000


_Taken = tuple[str, int, Any, tuple[Any, ...]]


def _depth(data: dict[str, Any]) -> _Taken:
    ids = _id(data["u"]), _id(data["U"]), _id(data["pu"])
    return "depth", DELAY_US["depth"], data["T"], (*ids, False, _levels(data["b"]), _levels(data["a"]))


def _snapshot(data: dict[str, Any]) -> _Taken:
    ids = _id(data["lastUpdateId"]), None, None
    return "depth", DELAY_US["snapshot"], data["T"], (*ids, True, _levels(data["bids"]), _levels(data["asks"]))


def _trade(data: dict[str, Any]) -> _Taken:
    if not isinstance(data["m"], bool):
        raise BadRecordError(f"trade has m = {data['m']!r}, expected true or false")
    label = data.get("X")
    if label is not None and not isinstance(label, str):
        raise BadRecordError(f"trade has X = {label!r}, expected text")
    values = (str(_id(data["t"])), data["p"], data["q"], -1 if data["m"] else 1, label in _OFF_MARKET, label)
    return "trade", DELAY_US["trade"], data["T"], values


def _ticker(data: dict[str, Any]) -> _Taken:
    values = (_id(data["u"]), data["b"], data["B"], data["a"], data["A"])
    return "ticker", DELAY_US["ticker"], data["T"], values


def _mark(data: dict[str, Any]) -> _Taken:
    """`T` is the NEXT settlement; the message's own time is `E`."""
    settlement = _time_us(data["T"], "next settlement of markPriceUpdate")
    return "mark", DELAY_US["mark"], data["E"], (data["p"], data["i"], data.get("P"), data["r"], settlement)


def _id(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise BadRecordError(f"expected an id, got {value!r}")
    return value


def _levels(levels: Any) -> list[list[str]]:
    if not isinstance(levels, list) or not (set(map(type, levels)) <= {list} and min(map(len, levels), default=2) >= 2):
        raise BadRecordError("expected levels as [price, quantity] pairs")
    return levels


_TAKERS: Final[dict[str, Callable[[dict[str, Any]], _Taken]]] = {
    "depthUpdate": _depth,
    "snapshot": _snapshot,
    "trade": _trade,
    "bookTicker": _ticker,
    "markPriceUpdate": _mark,
}
