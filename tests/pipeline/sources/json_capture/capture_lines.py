"""Lines of a capture: a JSON text each, of what was sent, received and asked for."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

NOON = 1_709_640_000_000
"""2024-03-05 12:00:00 UTC in milliseconds: the first event of every capture here."""
HOUR = 3_600_000

Line = dict[str, Any]
Levels = Sequence[Sequence[str]]


def header(exchange: str, **facts: Any) -> Line:
    return {"t": "header", "format": 2, "exchange": exchange, "recorded": NOON / 1000, **facts}


def connect(conn: str, address: str, at: int = NOON) -> Line:
    return {"t": "connect", "conn": conn, "ts": at / 1000, "addr": address}


def send(conn: str, address: str, text: str, at: int = NOON) -> Line:
    return {"t": "send", "conn": conn, "ts": at / 1000, "addr": address, "data": text}


def recv(conn: str, message: Any, at: int = NOON) -> Line:
    """A message received a hundred milliseconds after `at`."""
    return {"t": "recv", "conn": conn, "ts": (at + 100) / 1000, "data": orjson.dumps(message).decode()}


def http(conn: str, url: str, reply: Any, at: int = NOON, body: Any = None) -> Line:
    sent = {} if body is None else {"body": orjson.dumps(body).decode()}
    return {
        "t": "http",
        "conn": conn,
        "ts": (at + 100) / 1000,
        "url": url,
        **sent,
        "data": orjson.dumps(reply).decode(),
    }


def write(path: Path, lines: Iterable[Line | bytes]) -> Path:
    """One JSON text a line; zstd if the name says so."""
    body = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pa.compress(body, codec="zstd", asbytes=True) if path.suffix == ".zst" else body)
    return path
