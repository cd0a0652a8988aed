"""Hyperliquid's archives as they are published, LZ4 or plain: one reader, told by a file's first line what it is.

- `l2Book/{COIN}.lz4`: `{"time", "ver_num", "raw": {"channel": "l2Book", "data"}}`, 20 levels about twice a second. The
  outer time is the recording node's clock. The file is of one coin.
- `asset_ctxs/{YYYYMMDD}.csv.lz4`: state of every coin once a minute.
- `node_fills`: `[address, fill]`; `node_fills_by_block`: `{"local_time", "block_time", "block_number", "events":
  [[address, fill], ...]}`, every coin. `local_time` is the node's clock.
- `node_trades`: prints with both parties, every coin, without the id that fills have. They are the prints that fills
  tell of too, so they are a source of their own: of two sources, one feeds the signals.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, Batch, brief
from pipeline.sources.hyperliquid.contexts import read_contexts
from pipeline.sources.hyperliquid.files import FileHours, nothing_of
from pipeline.sources.hyperliquid.fills import Fill, FillPairs, Placed, fill_of, made_of
from pipeline.sources.hyperliquid.messages import TRADE_US, book, side_of
from pipeline.sources.reading.content import json_digest
from pipeline.sources.reading.csv_text import is_header
from pipeline.sources.reading.file_days import FileDays
from pipeline.sources.reading.lines import blocks_of_lines
from pipeline.sources.reading.record_lines import Part, RecordLines, Refused, Taken, parts
from pipeline.sources.reading.times import written_us

NAME: Final = "hyperliquid-archive"
NODE_TRADES: Final = "hyperliquid-node-trades"
_DATED: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][^,]*,")


@dataclass(slots=True)
class _File:
    """State that runs through one file of JSON lines."""

    market: Market
    lines: RecordLines
    days: FileDays
    kind: str = ""
    pairs: FillPairs = field(default_factory=FillPairs)


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate an archive of books, states or fills, of which the records of `market` are taken.

    Raises FP002 if it is none, FP003 if it has nothing of the market; fills and trades of all coins whose path tells
    their hour or day say then that nothing happened.
    """
    blocks = blocks_of_lines(path)
    first = next(blocks)
    whole = chain([first], blocks)
    if first[0][:1] in (b"{", b"["):
        yield from _read_json(path, market, whole, NAME)
    elif _is_state(first[0]):
        yield from read_contexts(path, market, whole, NAME)
    else:
        raise _unknown(path, first[0])


def _is_state(line: bytes) -> bool:
    """Whether a first line is of asset_ctxs: it names a coin's column, or begins with a time written out."""
    return b"coin" in line.split(b",") if is_header(line) else _DATED.match(line) is not None


def read_node_trades(path: Path, market: Market) -> Iterator[Batch]:
    """Translate an archive of node_trades; raises as `read`."""
    yield from _read_json(path, market, blocks_of_lines(path), NODE_TRADES)


def _read_json(path: Path, market: Market, blocks: Iterator[list[bytes]], source: str) -> Iterator[Batch]:
    hours = FileHours.of(path)
    file = _File(market, RecordLines(source, span=hours.span), hours.days)
    for block in blocks:
        first = file.lines.line + 1
        for text in block:
            file.lines.line += 1
            _take_line(file, text, path)
        yield file.lines.batch(block, first)
    if not file.kind:
        raise _unknown(path, text)
    if not file.lines.good:
        yield _quiet(file, path)
        return
    for halves in file.pairs.left():
        _keep_print(file, halves)
    yield file.lines.batch([], file.lines.line + 1)


def _quiet(file: _File, path: Path) -> Batch:
    """Of a file of all coins, that none of this one's traded in its hour or day. Raises as `read` for any other file
    without records of the market."""
    tables, lines = _KINDS[file.kind].all_coins, file.lines
    is_misspelt = any(other.lower() == file.market.symbol.lower() for other in lines.foreign)
    if not tables or lines.span is None or lines.refused or not lines.foreign or is_misspelt:
        raise nothing_of(file.market, lines, path)
    batch = lines.batch([], lines.line + 1)
    batch.quiet = tables
    return batch


def _take_line(file: _File, text: bytes, path: Path) -> None:
    table = _KINDS[file.kind].table if file.kind else "unknown"
    try:
        message = orjson.loads(text)
        kind = _kind_of(message)
        if kind and not file.kind:
            _require_source(kind, file.lines.source, path)
            file.kind, file.lines.recv_unit = kind, _KINDS[kind].recv_unit
        if not kind or kind != file.kind:
            raise BadRecordError(f"expected a line of {file.kind or 'an archive'}")
        table = _KINDS[kind].table
        _KINDS[kind].take(file, message, text)
    except orjson.JSONDecodeError as broken:
        file.lines.refuse(Refused(table, f"not JSON: {broken}"), text)
    except BadRecordError as reason:
        file.lines.refuse(Refused(table, brief(str(reason))), text)
    except KeyError as missing:
        file.lines.refuse(Refused(table, f"lacks field {missing}"), text)
    except (TypeError, ValueError, AttributeError) as wrong:
        file.lines.refuse(Refused(table, brief(f"malformed: {wrong}")), text)


def _kind_of(message: Any) -> str:
    """The archive a line is of; empty if of none."""
    if isinstance(message, list):
        return "node_fills" if len(message) == 2 and isinstance(message[1], dict) else ""
    if not isinstance(message, dict):
        return ""
    return next((kind for mark, kind in _MARKS.items() if mark in message), "")


def _take_book(file: _File, message: dict[str, Any], text: bytes) -> None:
    raw, recv = message["raw"], written_us(message["time"], "line")
    data = raw["data"]
    if raw["channel"] != "l2Book" or data["coin"] != file.market.symbol:
        file.lines.saw(data["coin"])
        raise BadRecordError(f"foreign {raw['channel']} of {data['coin']!r}, expected l2Book of {file.market.symbol!r}")
    taken = book(data)
    file.days.require(taken.event)
    file.lines.take([taken], recv, text)


def _take_fill(file: _File, message: list[Any], text: bytes) -> None:
    _take_fills(file, [message], None, None, text)


def _take_block(file: _File, message: dict[str, Any], text: bytes) -> None:
    number = message["block_number"]
    if type(number) is not int:
        raise BadRecordError(f"block_number is {number!r}, expected a whole number")
    _take_fills(file, message["events"], written_us(message["local_time"], "block"), number, text)


def _take_fills(file: _File, events: list[Any], recv: int | None, block: int | None, text: bytes) -> None:
    """The fills of the market among those of a line, and the prints that they complete."""
    found: list[Fill] = []

    def take(event: Any) -> list[Taken]:
        address, data = event
        if data["coin"] != file.market.symbol:
            file.lines.saw(data["coin"])
            return []
        fill = fill_of(address, data, block)
        file.days.require(fill.event)
        found.append(fill)
        return [fill.taken()]

    file.lines.take(parts("fills", events, take), recv, text)
    for fill in found:
        _keep_print(file, file.pairs.meet(Placed(fill, file.lines.line, recv)))


def _keep_print(file: _File, halves: tuple[Placed, ...]) -> None:
    for taken, line, recv in made_of(halves) if halves else ():
        file.lines.keep(taken, recv, line=line, lines=0)


def _take_trade(file: _File, message: dict[str, Any], text: bytes) -> None:
    found: list[Part] = []
    if message["coin"] == file.market.symbol:
        found.append(_node_trade(message))
        file.days.require(found[0].event)  # type: ignore[union-attr]
    else:
        file.lines.saw(message["coin"])
    file.lines.take(found, None, text)


def _node_trade(data: dict[str, Any]) -> Taken:
    """A print; `side_info` has the buyer first."""
    event, side = written_us(data["time"], "trade"), side_of(data)
    buyer, seller = data["side_info"]
    taker, maker = (buyer, seller) if side > 0 else (seller, buyer)
    override = data.get("trade_dir_override")
    for party in (taker, maker):
        if not isinstance(party["user"], str) or type(party["oid"]) is not int:
            raise BadRecordError(f"side_info has {brief(repr(party))}, expected user and oid")
    values = {
        "trade_id": None,
        "price": data["px"],
        "qty": data["sz"],
        "taker_side": side,
        "taker_order_id": taker["oid"],
        "maker_order_id": maker["oid"],
        "is_off_market": False,
        "print_type": None if override in (None, "Na") else str(override),
        "is_aggregate": False,
        "taker_address": taker["user"],
        "maker_address": maker["user"],
    }
    return Taken("trades", event, "match", TRADE_US, json_digest(data), values)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a line of one of the archives is read, and the table it fills first; of an archive whose files are of all
    coins, the tables that it fills."""

    table: str
    take: Callable[[_File, Any, bytes], None]
    recv_unit: str = ""
    all_coins: tuple[str, ...] = ()


_FILLED: Final = ("trades", "liquidations", "fills")
_KINDS: Final = {
    "l2Book": _Kind("book_updates", _take_book, "ns"),
    "node_fills": _Kind("fills", _take_fill, all_coins=_FILLED),
    "node_fills_by_block": _Kind("fills", _take_block, "ns", all_coins=_FILLED),
    "node_trades": _Kind("trades", _take_trade, all_coins=("trades",)),
}
_MARKS: Final = {"raw": "l2Book", "events": "node_fills_by_block", "side_info": "node_trades"}
"""By a field that only one archive has."""


def _require_source(kind: str, source: str, path: Path) -> None:
    right = NODE_TRADES if kind == "node_trades" else NAME
    if source != right:
        raise FootprintError(
            "FP002",
            f"this is an archive of {kind}, which {source} does not read",
            where=str(path),
            hint=f"footprint ingest {right} ...",
        )


def _unknown(path: Path, line: bytes) -> FootprintError:
    return FootprintError(
        "FP002",
        "expected lines of l2Book, asset_ctxs, node_trades, node_fills or node_fills_by_block, got "
        f"{brief(line.decode(errors='replace'), 40)!a}",
        where=str(path),
        hint="is this the right source? `footprint ingest --help` lists them",
    )
