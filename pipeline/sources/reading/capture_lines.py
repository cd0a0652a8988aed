"""The line of a raw websocket capture: `<local time> <json>`, whatever the venue.

The local time is in milli-, micro- or nanoseconds; a file says which by its number of digits.
"""

from pathlib import Path
from typing import Any, Final

import orjson

from pipeline.errors import FootprintError
from pipeline.sources.batch import BadRecordError

UNITS: Final = {13: ("ms", 1_000), 16: ("us", 1), 19: ("ns", -1_000)}
"""By digits of the local time: its unit, and microseconds in one or, if negative, how many make a microsecond."""


def clock_digits(line: bytes, path: Path) -> int:
    """Digits of the local time at the head of a file's first line. Raises FP002 if there is none."""
    stamp = line.partition(b" ")[0]
    if stamp.isdigit() and len(stamp) in UNITS:
        return len(stamp)
    raise FootprintError(
        "FP002",
        "expected the first line to begin with a local time of 13 (ms), 16 (us) or 19 (ns) digits, "
        f"got {stamp[:40].decode(errors='replace')!r}",
        where=f"{path}, line 1",
        hint="is this the right source? `footprint ingest --help` lists them",
    )


def message_of(line: bytes, digits: int) -> tuple[int, dict[str, Any]]:
    """When the line was received, microseconds, and its message; BadRecordError says what is wrong with it."""
    stamp, _, body = line.partition(b" ")
    recv = _recv_us(stamp, digits)
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError as broken:
        raise BadRecordError(f"not JSON: {broken}") from broken
    if not isinstance(message, dict):
        raise BadRecordError(f"expected a JSON object, got {type(message).__name__}")
    return recv, message


def _recv_us(stamp: bytes, digits: int) -> int:
    if not stamp.isdigit() or len(stamp) != digits:
        raise BadRecordError(f"local time {stamp[:40].decode(errors='replace')!r} has not the file's {digits} digits")
    factor = UNITS[digits][1]
    return int(stamp) * factor if factor > 0 else int(stamp) // -factor
