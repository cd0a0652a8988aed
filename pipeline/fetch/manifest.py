"""What was fetched, as lines of JSON beside the files; of several lines about one path the last holds."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, get_args

from pipeline import jsonl
from pipeline.errors import FootprintError

MANIFEST: Final = "fetched.jsonl"

Status = Literal["ok", "absent", "pending", "mismatch", "unverified"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file: where it came from, and how it stood at `fetched_at`.

    status: ok; unverified = the checksum published beside it could not be read; mismatch = it is not what the checksum
    says, and stands aside; absent = the archive has no such file; pending = not yet. `etag` and `last_modified` are
    those of the listing, else of the reply.
    """

    url: str
    path: str
    status: Status
    fetched_at: str
    bytes: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    sha256_published: str | None = None

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.fetched_at)


class Manifest:
    """The manifest of a folder of raw files."""

    def __init__(self, folder: Path) -> None:
        """Raises FP002 for a line that is none and was not cut short."""
        self._path = folder / MANIFEST
        self._rows = {row.path: row for row in _read(self._path)}

    def of(self, path: str) -> Fetched | None:
        return self._rows.get(path)

    def add(self, rows: Iterable[Fetched]) -> None:
        """Write rows down; on the disk when this returns."""
        added = list(rows)
        if not added:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        jsonl.append(self._path, (json.dumps(asdict(row)) for row in added), _is_row)
        self._rows |= {row.path: row for row in added}


def _read(path: Path) -> Iterable[Fetched]:
    for number, line in jsonl.numbered(path, _is_row):
        try:
            yield _row(line)
        except _NO_ROW as wrong:
            raise FootprintError(
                "FP002",
                f"line {number} of the manifest of fetched files is no row: {wrong}",
                where=str(path),
                hint="move the file aside; files that are there are then checked against their checksums again",
            ) from wrong


_NO_ROW: Final = (ValueError, TypeError, AttributeError)
_NAMES: Final = {spec.name for spec in fields(Fetched)}


def _row(line: str) -> Fetched:
    """Raises one of _NO_ROW for a line that is none. Keys that a later version may have written are left alone."""
    row = Fetched(**{name: value for name, value in json.loads(line).items() if name in _NAMES})
    if row.status not in get_args(Status) or row.at.tzinfo is None:
        raise ValueError(f"status is {row.status!r}, fetched_at {row.fetched_at!r}")
    return row


def _is_row(line: str) -> bool:
    try:
        _row(line)
    except _NO_ROW:
        return False
    return True
