"""Lines of a raw file, plain or gzip, a block at a time."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from isal import igzip

from pipeline.errors import FootprintError

_GZIP_MAGIC = b"\x1f\x8b"
_BLOCK = 8 << 20


def blocks_of_lines(path: Path) -> Iterator[list[bytes]]:
    """Yield the file's lines without their ends, in blocks of about 8 MB of text.

    Raises FP002 if the file is empty or its compressed stream is cut or damaged.
    """
    if path.stat().st_size == 0:
        raise FootprintError("FP002", "the file is empty", where=str(path), hint="check how it was recorded or copied")
    with path.open("rb") as raw:
        zipped = raw.read(2) == _GZIP_MAGIC
    rest, read = b"", 0
    try:
        with igzip.open(path, "rb") if zipped else path.open("rb") as file:
            while block := file.read(_BLOCK):
                *lines, rest = (rest + block).split(b"\n")
                read += len(lines)
                if lines:
                    yield lines
    except (EOFError, zlib.error, gzip.BadGzipFile) as damage:
        raise FootprintError(
            "FP002",
            f"the gzip stream ends or breaks after line {read:,} ({damage})",
            where=str(path),
            hint="copy the file again; if the recorder was killed, `zcat FILE > whole.txt` saves what is readable",
        ) from damage
    if rest:
        yield [rest]
