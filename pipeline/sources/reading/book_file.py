"""A file of one market's order-book messages, a JSON object a line, in the order in which the venue sent them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, Batch, Rejected, Stamp, brief
from pipeline.sources.reading.file_days import FileDays
from pipeline.sources.reading.framing import Row, frame_batch
from pipeline.sources.reading.times import EARLIEST, LATEST

UPDATE_DELAY_US: Final = 100_000
SNAPSHOT_DELAY_US: Final = 500_000
"""How long after its event a message is taken to be known; no earlier than it was sent, where that is stated."""
AHEAD_US: Final = 60_000_000
"""By how much a message may lie before another one that stands before it in the file: more is no order at all."""

_FOREIGN_KEPT: Final = 100


class BookMessage(NamedTuple):
    """What a line says; times in microseconds. `number` counts the message (None where the venue does not)."""

    symbol: str
    event: int
    publish: int | None
    clock: str
    is_snapshot: bool
    number: int | None
    bids: list[list[str]]
    asks: list[list[str]]


Ids = tuple[int | None, int | None]


@dataclass(slots=True)
class BookFile:
    """State that runs through one file, and the records of the current block.

    parse: what a JSON object says; raises BadRecordError, KeyError, TypeError or ValueError. ids: update_id and
    prev_update_id of the next message.
    """

    source: str
    path: Path
    market: Market
    days: FileDays
    parse: Callable[[dict[str, Any]], BookMessage]
    ids: Callable[[BookMessage], Ids]
    line: int = 0
    latest: int = 0
    own: int = 0
    others: set[str] = field(default_factory=set)
    moment: int = 0
    repeats: dict[int, int] = field(default_factory=dict)
    """Digests of the messages without an id of the last moment, and how many of them there were."""
    rows: list[Row] = field(default_factory=list)
    bad: list[Rejected] = field(default_factory=list)
    blank: int = 0

    def read(self, blocks: Iterator[list[bytes]]) -> Iterator[Batch]:
        """Raises FP002 if no line is a book message, FP003 if all are of other markets."""
        for block in blocks:
            before = self.line
            for text in block:
                self.line += 1
                self._take(text)
            yield self._batch(block, before)
            if not self.own:
                self._refuse_foreign()
        if not self.own:
            raise FootprintError(
                "FP002",
                f"expected lines of an order book in JSON; none of {self.line:,} lines is one of {self.market.symbol}",
                where=str(self.path),
                hint="`footprint ingest --help` lists the sources and what they read",
            )

    def _take(self, text: bytes) -> None:
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError as broken:
            if text.strip():
                self._reject(text, f"not JSON: {broken}")
            else:
                self.blank += 1
            return
        try:
            if type(message) is not dict:
                raise BadRecordError(f"expected a JSON object, got {type(message).__name__}")
            self._add(self.parse(message))
        except BadRecordError as reason:
            self._reject(text, str(reason))
        except KeyError as missing:
            self._reject(text, f"the message lacks field {missing}")
        except (TypeError, ValueError, AttributeError) as wrong:
            self._reject(text, f"the message is malformed: {wrong}")

    def _add(self, message: BookMessage) -> None:
        if message.symbol != self.market.symbol:
            if len(self.others) < _FOREIGN_KEPT:
                self.others.add(brief(str(message.symbol), 40))
            raise BadRecordError(f"foreign symbol {message.symbol!r}, expected {self.market.symbol!r}")
        stated = message.event
        if not self.days.has(stated):
            raise BadRecordError(self.days.complaint)
        if stated < self.latest - AHEAD_US:
            late = (self.latest - stated) / 1e6
            raise BadRecordError(f"its time lies {late:,.0f} s before that of a message before it, expected at most 60")
        _check_levels(message.bids)
        _check_levels(message.asks)
        update_id, prev_id = self.ids(message)
        delay = SNAPSHOT_DELAY_US if message.is_snapshot else UPDATE_DELAY_US
        if message.publish is not None:
            delay = max(delay, message.publish - stated)
        stamp = Stamp(
            self.line,
            None,
            stated,
            message.publish,
            delay,
            self._digest(message, update_id),
            stated < self.latest,
            message.clock,
            position=self.line,
        )
        if stated < self.latest:  # messages change the book in the order in which they were sent
            stamp = stamp._replace(event=self.latest, delay=max(delay - self.latest + stated, 0), clock="carried")
        self.latest = max(self.latest, stated)
        self.own += 1
        self.rows.append((stamp, (update_id, None, prev_id, message.is_snapshot, message.bids, message.asks)))

    def _digest(self, message: BookMessage, update_id: int | None) -> int:
        """Of the content; without an id also of the time, and of how many equal messages of it came before."""
        content = orjson.dumps((message.is_snapshot, message.number, message.bids, message.asks))
        digest = int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)
        if update_id is not None:
            return digest
        if message.event != self.moment:
            self.moment, self.repeats = message.event, {}
        seen = self.repeats.get(digest, 0)
        self.repeats[digest] = seen + 1
        told = blake2b(b"%d %d %d" % (digest, message.event, seen), digest_size=8)
        return int.from_bytes(told.digest(), "big", signed=True)

    def _reject(self, text: bytes, reason: str) -> None:
        self.bad.append(
            Rejected(self.line, self.latest, "book_updates", brief(reason), max(1, text.count(b'["')), text)
        )

    def _batch(self, block: list[bytes], before: int) -> Batch:
        batch = frame_batch(self.source, {"depth": self.rows}, self.bad, lambda line: block[line - before - 1])
        batch.lines, batch.lines_beside = len(block) - self.blank, self.blank
        batch.span = self.days.span
        self.rows, self.bad, self.blank = [], [], 0
        return batch

    def _refuse_foreign(self) -> None:
        if not self.others:
            return
        found = sorted(self.others)[:3]
        raise FootprintError(
            "FP003",
            f"expected a book of {self.market.symbol}, found only {', '.join(found)} in {self.line:,} lines",
            where=str(self.path),
            hint=f"--symbol {found[0]}, or check the file",
        )


def milliseconds(value: Any, name: str) -> int:
    """A whole number of milliseconds, as a number or as text, in microseconds."""
    if type(value) is str and value.isascii() and value.isdigit():
        value = int(value[:20])
    if type(value) is not int or not EARLIEST <= value * 1_000 < LATEST:
        raise BadRecordError(
            f"{name} is {brief(repr(value), 60)}, expected milliseconds since 1970 between 2009 and 2100"
        )
    return value * 1_000


def _check_levels(levels: list[list[str]]) -> None:
    """Raise BadRecordError if these are no lists of at least a price and a size."""
    if type(levels) is not list:
        raise BadRecordError(f"expected a list of levels, got {type(levels).__name__}")
    if levels and (set(map(type, levels)) != {list} or min(map(len, levels)) < 2):
        raise BadRecordError("expected levels of [price, size]")
