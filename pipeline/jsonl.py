"""Files of JSON lines that are only ever appended to, by several writers, and that survive a kill.

A line that a kill or a full disk cut short is set aside: the next writer ends it with a mark, so that it stays to be
seen and poisons nothing. `is_whole` says of a line without an end whether all of it is there.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import Final

_CUT: Final = " (cut short)"

IsWhole = Callable[[str], bool]


def append(path: Path, lines: Iterable[str], is_whole: IsWhole) -> None:
    """Append lines, given without their ends; safe beside other writers, on the disk when this returns."""
    text = "".join(f"{line}\n" for line in lines)
    with path.open("a+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        left = (_ending(file, is_whole) + text).encode()
        while left:  # a full disk takes a part, and refuses the rest in a sentence
            left = left[file.write(left) :]
        os.fsync(file.fileno())


def numbered(path: Path, is_whole: IsWhole) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, none that was cut short; of the last one, which has no end, only if it is whole."""
    *ended, last = _text(path).split("\n")
    for number, line in enumerate(ended, start=1):
        if not line.endswith(_CUT):
            yield number, line
    if last and is_whole(last):
        yield len(ended) + 1, last


def cut_short(path: Path, is_whole: IsWhole) -> list[int]:
    """Numbers of the lines that were cut short while they were written."""
    whole = {number for number, _ in numbered(path, is_whole)}
    return [number for number, line in enumerate(_text(path).split("\n"), start=1) if line and number not in whole]


def _text(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open(encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # no writer is in the middle of a line
        return file.read()


def _ending(file: FileIO, is_whole: IsWhole) -> str:
    """What the last line lacks: nothing, its end, or the mark and its end."""
    size = file.seek(0, os.SEEK_END)
    if size == 0 or os.pread(file.fileno(), 1, size - 1) == b"\n":
        return ""
    last = os.pread(file.fileno(), size, 0).decode().rpartition("\n")[2]
    return "\n" if is_whole(last) else f"{_CUT}\n"
