"""Tiny hand-made USD-M captures, message by message as the venue sends them."""

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

SYMBOL = "BTCUSDT"
NOON = 1_709_640_000_000
"""2024-03-05 12:00:00 UTC in milliseconds: the first event of a hand-made capture."""

MIDNIGHT = NOON + 12 * 3_600_000
"""2024-03-06 00:00:00 UTC in milliseconds."""

Message = dict[str, Any]
Levels = Sequence[Any]


def trade(number: int, *, at: int | None = None, price: str = "100.0", qty: str = "1.000", **other: Any) -> Message:
    """Print `number`; a taker buy a hundred milliseconds after the one before, unless told otherwise."""
    ms = NOON + 100 * number if at is None else at
    head = {"e": "trade", "E": ms, "T": ms, "s": SYMBOL, "t": number, "p": price, "q": qty, "X": "MARKET", "m": False}
    return head | other


def snapshot(at: int, last_id: int, bids: list[list[str]], asks: list[list[str]]) -> Message:
    return {"lastUpdateId": last_id, "E": at, "T": at, "bids": bids, "asks": asks}


def depth(at: int, ids: tuple[int, int, int], bids: Levels = (), asks: Levels = (), **other: Any) -> Message:
    """`ids` are first, last and previous last update id."""
    first, last, before = ids
    head = {"e": "depthUpdate", "E": at, "T": at, "s": SYMBOL, "U": first, "u": last, "pu": before}
    return head | {"b": list(bids), "a": list(asks)} | other


def ticker(at: int, update_id: int, bid: str = "99.9", ask: str = "100.1", **other: Any) -> Message:
    head = {"e": "bookTicker", "u": update_id, "s": SYMBOL, "b": bid, "B": "2.000", "a": ask, "A": "3.000"}
    return head | {"T": at, "E": at} | other


def mark(at: int, **other: Any) -> Message:
    head = {"e": "markPriceUpdate", "E": at, "s": SYMBOL, "p": "100.01", "P": "100.02", "i": "100.00", "r": "0.0001"}
    return head | {"T": NOON + 4 * 3_600_000} | other


def line(message: Message, *, recv_us: int | None = None) -> bytes:
    """The line a recorder writes a millisecond after the message was sent."""
    sent = message.get("E")
    recv = 1_000 * (sent if isinstance(sent, int) else NOON) + 1_000 if recv_us is None else recv_us
    return b"%d %b" % (recv, orjson.dumps(message))


def write_capture(path: Path, lines: Iterable[bytes | Message], end: bytes = b"\n") -> Path:
    """Write lines (or messages, as `line` frames them) to `path`; gzip if its name says so."""
    texts = [text if isinstance(text, bytes) else line(text) for text in lines]
    body = b"".join(text + end for text in texts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(body, 1, mtime=0) if path.suffix == ".gz" else body)
    return path


def tape(count: int, *, first: int = 0) -> list[Message]:
    """`count` good prints in a row."""
    return [trade(number) for number in range(first, first + count)]


def session() -> list[Message]:
    """Four seconds of a whole recording: a bridged snapshot, depth, quotes, mark and forty prints."""
    book = [
        snapshot(NOON, 10, [["99.9", "2.000"], ["99.8", "4.000"]], [["100.1", "3.000"], ["100.2", "5.000"]]),
        depth(NOON + 50, (9, 11, 8), [["99.9", "2.500"]]),
        depth(NOON + 1_500, (12, 13, 11), [], [["100.1", "1.000"]]),
        depth(NOON + 3_950, (14, 15, 13), [["99.7", "1.000"]]),
    ]
    quotes = [ticker(NOON + 60, 11), ticker(NOON + 1_510, 13)]
    messages = [*book, *quotes, mark(NOON + 1_000), mark(NOON + 2_000), *tape(40)]
    return sorted(messages, key=lambda message: message["E"])


def over_midnight() -> list[Message]:
    """A bridged book and a print every half second from three seconds before midnight to three and a half after."""
    start = MIDNIGHT - 3_000
    book = [
        snapshot(start, 10, [["99.9", "2.000"]], [["100.1", "3.000"]]),
        depth(start + 50, (9, 11, 8), [["99.9", "2.500"]]),
        depth(MIDNIGHT + 50, (12, 13, 11), [], [["100.1", "1.000"]]),
    ]
    prints = [trade(number, at=start + 500 * number) for number in range(14)]
    return sorted([*book, *prints], key=lambda message: message["E"])
