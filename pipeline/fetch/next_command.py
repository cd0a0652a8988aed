"""The command that reads what was fetched."""

import shlex
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from pipeline.fetch.origin import Origin
from pipeline.fetch.remote import Remote
from pipeline.fetch.request import Request


def ingest_command(
    origin: Origin, folder: Path, request: Request, remotes: Iterable[Remote], options: Sequence[str] = ()
) -> str:
    """`footprint ingest` of files that are there, one pattern for each type; with && where two sources read them.

    Files that no source reads are left out; empty if there are no others. `options` go on each command.
    """
    patterns: dict[str, list[str]] = {}
    for kind, of_kind in groupby(sorted(remotes, key=_kind_and_path), key=lambda remote: remote.kind):
        if (reader := origin.reader_of(kind, request.venue)) is not None:
            patterns.setdefault(reader, []).append(pattern([str(folder / remote.path) for remote in of_kind]))
    market = shlex.join(["--venue", request.venue, "--symbol", request.symbol, *options])
    return " && ".join(f"footprint ingest {reader} {' '.join(found)} {market}" for reader, found in patterns.items())


def not_read(origin: Origin, request: Request, remotes: Iterable[Remote]) -> list[str]:
    """The types among the files that `footprint ingest` has no source for."""
    return sorted({remote.kind for remote in remotes if origin.reader_of(remote.kind, request.venue) is None})


def _kind_and_path(remote: Remote) -> tuple[str, str]:
    return remote.kind, remote.path


def pattern(paths: list[str]) -> str:
    """A shell pattern that fits all of several paths of equal depth, quoted where it must be."""
    folded = []
    for parts in zip(*(path.split("/") for path in paths), strict=True):
        if len(set(parts)) == 1:
            folded.append(shlex.quote(parts[0]) if parts[0] else "")
        else:
            head = _common_head(parts)
            tail = _common_head([part[len(head) :][::-1] for part in parts])[::-1]
            folded.append(f"{shlex.quote(head) if head else ''}*{shlex.quote(tail) if tail else ''}")
    return "/".join(folded)


def _common_head(texts: Sequence[str]) -> str:
    """What all of them begin with, character by character."""
    low, high = min(texts), max(texts)
    same = (number for number, letter in enumerate(low) if number >= len(high) or letter != high[number])
    return low[: next(same, len(low))]
