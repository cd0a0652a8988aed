"""Order books of Bybit's archive: one market and UTC day a file, `orderbook.{depth}` messages of the public stream.

`cts` is the time of matching, `ts` that of sending; `u` counts messages by one. A file opens with a snapshot a moment
after midnight and closes with the one that opens the next. A snapshot replaces the book; after a restart of the venue
it has `u` 1 and the count begins anew. From a snapshot that sets the count back to the end of the file messages have
no update_id, for numbers would name two messages; holes in the count are marked all the same. Orders of retail price
improvement are not in these books. Field meanings: v5 websocket docs, "Orderbook".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, Batch, brief
from pipeline.sources.reading.book_file import AHEAD_US, BookFile, BookMessage, Ids, milliseconds
from pipeline.sources.reading.file_days import file_days

_KINDS = {"snapshot": True, "delta": False}


def read(source: str, path: Path, market: Market, blocks: Iterator[list[bytes]]) -> Iterator[Batch]:
    return BookFile(source, path, market, file_days(path.name), _Depth().parse, _Count().ids).read(blocks)


@dataclass(slots=True)
class _Depth:
    """How deep the file's book is: books of other depths count their messages apart."""

    topic: str = ""

    def parse(self, message: dict[str, Any]) -> BookMessage:
        topic, data = message["topic"], message["data"]
        if not self.topic:
            self.topic = topic.rpartition(".")[0]
        symbol = data["s"]
        if not topic.startswith("orderbook.") or topic != f"{self.topic}.{symbol}":
            raise BadRecordError(f"topic is {brief(repr(topic), 60)}, expected {self.topic}.{symbol}")
        kind = _KINDS.get(message["type"])
        if kind is None:
            raise BadRecordError(f"type is {brief(repr(message['type']), 60)}, expected snapshot or delta")
        publish = milliseconds(message["ts"], "ts")
        cts = message.get("cts")  # not in the oldest files
        event = publish if cts is None else milliseconds(cts, "cts")
        if event > publish + AHEAD_US:
            raise BadRecordError(f"cts lies {(event - publish) / 1e6:,.0f} s after ts, expected at most 60")
        clock = "publish" if cts is None else "match"
        return BookMessage(symbol, event, publish, clock, kind, _whole(data["u"]), data["b"], data["a"])


@dataclass(slots=True)
class _Count:
    """Where the count of messages stands, and whether it was set back."""

    last: int = 0
    was_set_back: bool = False

    def ids(self, message: BookMessage) -> Ids:
        u = message.number
        assert u is not None, "every message is counted"
        self.was_set_back |= message.is_snapshot and u < self.last
        is_next = u == self.last + 1
        if message.is_snapshot or is_next or not self.was_set_back:
            self.last = u
        if not self.was_set_back:
            return u, u if message.is_snapshot else u - 1
        return None, None if message.is_snapshot or is_next else 0


def _whole(u: Any) -> int:
    if type(u) is not int or not 0 < u < 1 << 61:
        raise BadRecordError(f"u is {brief(repr(u), 60)}, expected a whole number > 0")
    return u
