"""Order books of OKX's archive: one instrument and UTC day a file, 400 or 5,000 levels, JSON lines in tar.gz.

Messages have no numbers, so that a lost one shows only in the next of the 96 snapshots of a day. `ts` is the time of
sending; sizes of swaps and futures are contracts; the third value of a level is its number of orders and is left out.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, Batch, brief
from pipeline.sources.reading.book_file import BookFile, BookMessage, Ids, milliseconds
from pipeline.sources.reading.file_days import file_days

_KINDS: Final = {"snapshot": True, "update": False}


def read(source: str, path: Path, market: Market, blocks: Iterator[list[bytes]]) -> Iterator[Batch]:
    return BookFile(source, path, market, file_days(path.name), _message, _no_ids).read(blocks)


def _message(message: dict[str, Any]) -> BookMessage:
    kind = _KINDS.get(message["action"])
    if kind is None:
        raise BadRecordError(f"action is {brief(repr(message['action']), 60)}, expected snapshot or update")
    ts = milliseconds(message["ts"], "ts")
    return BookMessage(message["instId"], ts, None, "publish", kind, None, message["bids"], message["asks"])


def _no_ids(_message: BookMessage) -> Ids:
    return None, None
