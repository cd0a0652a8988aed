"""The command that reads what was fetched."""

import shlex
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from pipeline.fetch.remote import Remote
from pipeline.fetch.request import Request


def ingest_command(source: str, folder: Path, request: Request, remotes: Iterable[Remote]) -> str:
    """`footprint ingest` of files that are there, one pattern for each type; empty if there are none."""
    ordered = sorted(remotes, key=lambda remote: (remote.kind, remote.path))
    patterns = [
        pattern([str(folder / remote.path) for remote in of_kind])
        for _, of_kind in groupby(ordered, key=lambda remote: remote.kind)
    ]
    if not patterns:
        return ""
    market = f"--venue {request.venue} --symbol {shlex.quote(request.symbol)}"
    return f"footprint ingest {source} {' '.join(patterns)} {market}"


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
