"""Raw captures of Hyperliquid's websocket: lines of `<local time> <json>`, gzip or plain, of any number of coins."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, Batch, brief
from pipeline.sources.hyperliquid.files import nothing_of
from pipeline.sources.hyperliquid.messages import coins_of, message_parts
from pipeline.sources.reading.capture_lines import UNITS, clock_digits, message_of
from pipeline.sources.reading.lines import blocks_of_lines
from pipeline.sources.reading.record_lines import RecordLines, Refused

NAME: Final = "hyperliquid-capture"
_TABLES: Final = {
    b'"l2Book"': "book_updates",
    b'"trades"': "trades",
    b'"bbo"': "book_ticker",
    b'AssetCtx"': "derivative_ticker",
}
"""By its channel: the table a line that cannot be read would have filled."""


def read(path: Path, market: Market) -> Iterator[Batch]:
    """Translate the capture at `path`, of which the messages about `market` are taken.

    Raises FP002 if it is no such capture, FP003 if it has nothing of the market.
    """
    lines, digits = RecordLines(NAME), 0
    for block in blocks_of_lines(path):
        first = lines.line + 1
        for text in block:
            lines.line += 1
            if lines.line == 1:
                digits = clock_digits(text, path)
                lines.recv_unit = UNITS[digits][0]
            _take_line(lines, text, digits, market)
        yield lines.batch(block, first)
    if not lines.good:
        raise nothing_of(market, lines, path)


def _take_line(lines: RecordLines, text: bytes, digits: int, market: Market) -> None:
    try:
        recv, message = message_of(text, digits)
        found = message_parts(message, market.symbol, recv)
    except BadRecordError as reason:
        lines.refuse(Refused(_table_of(text), brief(str(reason))), text)
        return
    for coin in coins_of(message) - {market.symbol}:
        lines.saw(coin)
    lines.take(found, recv, text)


def _table_of(text: bytes) -> str:
    return next((table for mark, table in _TABLES.items() if mark in text), "unknown")
