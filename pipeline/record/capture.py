"""The capture of one market: a file for each UTC hour, written in whole frames, that survives a kill."""

import fcntl
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

import orjson

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.record import frames

SUFFIX: Final = ".jsonl.zst"
_HOUR_NS: Final = 3_600 * 10**9
_NAME: Final = re.compile(r"\d{8}T\d{2}\.jsonl\.zst")


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that go into one file as one frame."""

    path: Path
    data: bytes


class Capture:
    """Lines of one market by the hour in which they were received.

    `write` only remembers; `take` hands over what waits, and `store` puts it on the disk and may run in another
    thread: the clock that stamps messages does not wait for the disk. What was stored survives a kill of the process,
    and of the machine, for each frame is flushed to the device (fsync).
    """

    def __init__(self, folder: Path, header: Callable[[int, int], bytes]) -> None:
        """`header` makes the first line of a file from the time (ns) and the bytes cut from it at this start.

        Raises FP024 if another process records into the folder, or it cannot be written.
        """
        self.folder = folder
        self.counts: Counter[str] = Counter()
        self.files: list[Path] = []
        self.stored = 0
        self._header = header
        self._waiting: list[tuple[int, bytes]] = []
        self._hour = -1
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(folder)
        except OSError as error:
            raise _refused(error, folder) from error
        try:
            self._cut = self._repair()
        except OSError as error:
            self._lock.close()
            raise _refused(error, folder) from error

    def write(self, ns: int, line: bytes, kind: str) -> None:
        """Remember a line received at `ns`; `kind` is what it is counted as."""
        hour = max(ns // _HOUR_NS, self._hour)  # a clock set back does not reopen a file
        if hour > self._hour:
            self._hour = hour
            self._waiting.append((hour, self._header(ns, self._cut)))
            self._cut = 0
        self._waiting.append((hour, line))
        self.counts[kind] += 1

    def take(self) -> list[Piece]:
        """What waits, a piece for each file, in order."""
        by_hour: dict[int, list[bytes]] = {}
        for hour, line in self._waiting:
            by_hour.setdefault(hour, []).append(line)
        self._waiting = []
        return [Piece(self.folder / name_of(hour), b"".join(found)) for hour, found in by_hour.items()]

    def store(self, pieces: list[Piece]) -> None:
        """Append the pieces, each as a frame; FP024 if the disk refuses, and then no part of a frame stays."""
        for piece in pieces:
            if piece.path not in self.files:
                self.files.append(piece.path)
            try:
                self.stored += _append(piece)
            except OSError as error:
                raise _refused(error, piece.path) from error

    def close(self) -> None:
        """Store what waits and let others record here."""
        try:
            self.store(self.take())
        finally:
            self._lock.close()

    def last(self, conn: str) -> Mapping[str, Any] | None:
        """The last reply of this connection in the newest file, of an earlier process; None if there is none."""
        newest, mark = _newest(self.folder), b'{"t":"http","conn":' + orjson.dumps(conn) + b","
        texts = frames.backwards(newest) if newest else ()
        for text in texts:
            found = [one for one in text.splitlines() if one.startswith(mark)]
            if found:
                return dict(orjson.loads(found[-1]))
        return None

    def _repair(self) -> int:
        newest = _newest(self.folder)
        return frames.repair(newest) if newest else 0


def name_of(hour: int) -> str:
    """The file of an hour, counted from 1970: 20240808T23.jsonl.zst."""
    return f"{datetime.fromtimestamp(hour * 3600, UTC):%Y%m%dT%H}{SUFFIX}"


def folder_of(to: Path, market: Market) -> Path:
    """Where a market is recorded; characters of a symbol that a path cannot hold are percent-encoded."""
    name = quote(market.symbol, safe=":@ ")
    if name.startswith("."):
        raise FootprintError("FP009", f"{market.symbol!r} is no symbol of a market", where=str(market))
    return to / market.venue / name


def _newest(folder: Path) -> Path | None:
    return max((one for one in folder.iterdir() if _NAME.fullmatch(one.name)), default=None)


def _append(piece: Piece) -> int:
    """Write one frame and wait until the device has it; on a failure the file is as long as before."""
    data, is_new = frames.frame(piece.data), not piece.path.exists()
    with piece.path.open("ab") as file:
        before = file.tell()
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.ftruncate(file.fileno(), before)
            raise
    if is_new:
        _sync_folder(piece.path.parent)
    return len(data)


def _sync_folder(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _locked(folder: Path) -> IO[bytes]:
    """The lock of a folder, held until it is closed or the process ends."""
    lock = (folder / ".lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        lock.close()
        raise FootprintError(
            "FP024",
            "another process is recording this market into the same folder",
            where=str(folder),
            hint="end that one, or record elsewhere with --to",
        ) from held
    return lock


def _refused(error: OSError, path: Path) -> FootprintError:
    return FootprintError(
        "FP024",
        f"the system refused: {error.strerror or error}",
        where=str(path),
        hint="make room or choose another --to, then start again: what was stored is whole and is gone on with",
    )
