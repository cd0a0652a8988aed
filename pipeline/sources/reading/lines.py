"""Text of a raw file, whatever it is wrapped in, a block of whole lines at a time."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import FootprintError
from pipeline.sources.reading.containers import DamagedError, damage_told, opened, rescuer
from signals.ahead import one_ahead

_BLOCK = 8 << 20
_HEAD = 1 << 16
_LONGEST_LINE = 64 << 20


def blocks_of_lines(path: Path) -> Iterator[list[bytes]]:
    """Yield the file's lines without their ends, in blocks; raises as `TextFile.blocks`."""
    file = TextFile(path)
    for text in file.blocks():
        block = bytes(text[:-1]).split(b"\n")
        file.lines += len(block)
        yield block


def first_line(path: Path) -> bytes:
    """The first line without its end; raises as `TextFile.blocks`."""
    blocks = TextFile(path, _HEAD).blocks()
    try:
        return bytes(next(blocks)).split(b"\n", 1)[0].rstrip(b"\r")
    finally:
        blocks.close()


def _again(path: Path) -> str:
    """What to do about a file that is cut or damaged."""
    program = rescuer(path)
    saved = f"; if a recorder was killed, `{program} FILE > whole.txt` saves what is readable" if program else ""
    return f"copy or fetch it again{saved}"


class _EndlessLineError(ValueError):
    """A line too long to be one."""


@dataclass(slots=True)
class TextFile:
    """A file of lines. `lines` says how many were taken; whoever takes them counts."""

    path: Path
    block_bytes: int = _BLOCK
    lines: int = 0

    def blocks(self) -> Generator[memoryview]:
        """Yield the text in blocks of about `block_bytes`, whole lines with their ends.

        A thread reads a block while the one before is in use; a block is overwritten when the next is asked for.
        Raises FP002 if the file is empty, its compressed stream is cut or damaged, or it has no lines to speak of.
        """
        is_empty = True
        try:
            for block in one_ahead(self._read()):
                is_empty = False
                yield block
        except DamagedError as damage:
            raise FootprintError(
                "FP002",
                f"the compressed stream ends or breaks after line {self.lines:,} ({damage})",
                where=str(self.path),
                hint=_again(self.path),
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
        with damage_told(), opened(self.path) as file:
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
