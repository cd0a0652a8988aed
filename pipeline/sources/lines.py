"""Text of a raw file, plain or gzip, a block of whole lines at a time."""

import gzip
import io
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from isal import igzip, isal_zlib

from pipeline.errors import FootprintError

_GZIP_MAGIC = b"\x1f\x8b"
_BLOCK = 8 << 20
_LONGEST_LINE = 64 << 20


def blocks_of_lines(path: Path) -> Iterator[list[bytes]]:
    """Yield the file's lines without their ends, in blocks; raises as `TextFile.blocks`."""
    file = TextFile(path)
    for text in file.blocks():
        block = bytes(text[:-1]).split(b"\n")
        file.lines += len(block)
        yield block


class _EndlessLineError(ValueError):
    """A line too long to be one."""


@dataclass(slots=True)
class TextFile:
    """A file of lines. `lines` says how many were taken; whoever takes them counts."""

    path: Path
    block_bytes: int = _BLOCK
    lines: int = 0

    def blocks(self) -> Iterator[memoryview]:
        """Yield the text in blocks of about `block_bytes`, whole lines with their ends.

        A thread reads a block while the one before is in use; a block is overwritten when the next is asked for.
        Raises FP002 if the file is empty, its compressed stream is cut or damaged, or it has no lines to speak of.
        """
        reading, is_empty = self._read(), True
        try:
            with ThreadPoolExecutor(1) as thread:
                coming = thread.submit(next, reading, None)
                while (block := coming.result()) is not None:
                    is_empty = False
                    coming = thread.submit(next, reading, None)
                    yield block
        except (EOFError, zlib.error, isal_zlib.IsalError, gzip.BadGzipFile) as damage:  # type: ignore[misc]  # its stub calls IsalError a value
            raise FootprintError(
                "FP002",
                f"the gzip stream ends or breaks after line {self.lines:,} ({damage})",
                where=str(self.path),
                hint="copy the file again; if the recorder was killed, `zcat FILE > whole.txt` saves what is readable",
            ) from damage
        except _EndlessLineError as endless:
            raise FootprintError(
                "FP002",
                f"expected lines, found none of its ends in {_LONGEST_LINE >> 20} MB",
                where=f"{self.path}, line {self.lines + 1:,}",
                hint="is this a capture? `footprint ingest --help` lists the sources",
            ) from endless
        if is_empty:
            raise FootprintError(
                "FP002", "the file is empty", where=str(self.path), hint="check how it was recorded or copied"
            )

    def _read(self) -> Iterator[memoryview]:
        """The blocks, in two buffers by turns."""
        text, spare, held = bytearray(self.block_bytes + 1), bytearray(), 0
        with self._open() as file:
            while count := file.readinto(memoryview(text)[held:-1]):
                end = held + count
                whole = text.rfind(b"\n", 0, end) + 1
                if whole:
                    yield memoryview(text)[:whole].toreadonly()
                held = end - whole
                if held > _LONGEST_LINE:
                    raise _EndlessLineError
                room = len(text) if 2 * held < len(text) else 2 * len(text)  # for more of a long line
                if len(spare) < room:
                    spare = bytearray(room)
                spare[:held] = text[whole:end]
                text, spare = spare, text
        if held:
            text[held : held + 1] = b"\n"
            yield memoryview(text)[: held + 1].toreadonly()

    def _open(self) -> io.BufferedIOBase:
        with self.path.open("rb") as raw:
            zipped = raw.read(2) == _GZIP_MAGIC
        return cast(io.BufferedIOBase, igzip.open(self.path, "rb")) if zipped else self.path.open("rb")
