"""Lines of a raw file, plain or gzip, a block at a time."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from isal import igzip, isal_zlib

from pipeline.errors import FootprintError

_GZIP_MAGIC = b"\x1f\x8b"
_BLOCK = 8 << 20
_LONGEST_LINE = 64 << 20


def blocks_of_lines(path: Path) -> Iterator[list[bytes]]:
    """Yield the file's lines without their ends, in blocks of about 8 MB of text.

    Raises FP002 if the file is empty, its compressed stream is cut or damaged, or it has no lines to speak of.
    """
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
                if len(rest) > _LONGEST_LINE:
                    raise FootprintError(
                        "FP002",
                        f"expected lines, found none of its ends in {_LONGEST_LINE >> 20} MB",
                        where=f"{path}, line {read + 1:,}",
                        hint="is this a capture? `footprint ingest --help` lists the sources",
                    )
    except (EOFError, zlib.error, isal_zlib.IsalError, gzip.BadGzipFile) as damage:  # type: ignore[misc]  # its stub calls IsalError a value
        raise FootprintError(
            "FP002",
            f"the gzip stream ends or breaks after line {read:,} ({damage})",
            where=str(path),
            hint="copy the file again; if the recorder was killed, `zcat FILE > whole.txt` saves what is readable",
        ) from damage
    if rest:
        yield [rest]
    elif not read:
        raise FootprintError("FP002", "the file is empty", where=str(path), hint="check how it was recorded or copied")
