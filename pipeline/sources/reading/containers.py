"""What a raw file is wrapped in: nothing, gzip, zstd, LZ4 frames, a zip or a tar of one file. Its first bytes tell."""

import errno
import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final, cast

from isal import igzip, isal_zlib

from pipeline.errors import FootprintError

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ARROW: Final = {b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4"}
_TAR: Final = b"ustar"
_TAR_AT: Final = 257
_SWOLLEN: Final = 1_000
"""Text is at most so many times as large as its zip says: books shrink to a twentieth, bombs to less than this."""
_SMALL: Final = 1 << 20
"""A text that is not larger is no bomb."""


class DamagedError(ValueError):
    """The wrapping ends before its content does, or is not what it says; the text says how."""


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedIOBase]:
    """The file's text as bytes. Raises FP002 for an archive of several files, one that is no file, or a bomb."""
    with path.open("rb") as raw:
        head = raw.read(4)
    if head[:2] == _GZIP:
        with _gzip(path) as text:
            yield text
    elif head in _ZIP:
        with _zip(path) as text:
            yield text
    elif head in _ARROW:
        import pyarrow as pa  # brings the decompressors along

        with pa.input_stream(str(path), compression=_ARROW[head]) as stream:
            yield cast(io.BufferedIOBase, stream)
    else:
        with path.open("rb") as plain:
            yield plain


def rescuer(path: Path) -> str:
    """The program that prints what is readable of a file that a recorder did not end; "" where there is none."""
    with path.open("rb") as raw:
        head = raw.read(4)
    return "zcat" if head[:2] == _GZIP else "zstdcat" if _ARROW.get(head) == "zstd" else ""


@contextmanager
def damage_told() -> Iterator[None]:
    """Whatever a decompressor says of damage, as DamagedError."""
    try:
        yield
    except (
        EOFError,
        zlib.error,
        isal_zlib.IsalError,  # type: ignore[misc]  # its stub calls IsalError a value
        gzip.BadGzipFile,
        zipfile.BadZipFile,
        tarfile.TarError,
        struct.error,
        NotImplementedError,  # a method or version of zip that there is not
    ) as damage:
        raise DamagedError(str(damage) or type(damage).__name__) from damage
    except OSError as damage:  # Arrow tells of damage without a number of the system, zipfile by seeking before 0
        if damage.errno not in (None, errno.EINVAL):
            raise
        raise DamagedError(str(damage)) from damage


@contextmanager
def _gzip(path: Path) -> Iterator[io.BufferedIOBase]:
    with igzip.open(path, "rb") as text:
        is_tar = text.read(_TAR_AT + len(_TAR))[_TAR_AT:] == _TAR
    if is_tar:
        with _tar(path) as member:
            yield member
    else:
        with igzip.open(path, "rb") as text:
            yield cast(io.BufferedIOBase, text)


@contextmanager
def _tar(path: Path) -> Iterator[io.BufferedIOBase]:
    with igzip.open(path, "rb") as text, tarfile.open(fileobj=text, mode="r|") as archive:
        first = archive.next()
        if first is None or not first.isfile():
            raise _not_one_file(path, [] if first is None else [first.name])
        _check_name(path, first.name)
        member = archive.extractfile(first)
        assert member is not None, "a regular file has content"
        yield cast(io.BufferedIOBase, member)
        if (second := archive.next()) is not None:
            raise _not_one_file(path, [first.name, second.name])


@contextmanager
def _zip(path: Path) -> Iterator[io.BufferedIOBase]:
    with zipfile.ZipFile(path) as archive:
        files = [member for member in archive.infolist() if not member.is_dir()]
        if len(files) != 1:
            raise _not_one_file(path, [member.filename for member in files])
        (member,) = files
        _check_name(path, member.filename)
        if member.flag_bits & 1:
            raise FootprintError("FP002", "the zip is encrypted", where=str(path), hint="no public archive is")
        if member.file_size > _SMALL and member.file_size > _SWOLLEN * member.compress_size:
            raise FootprintError(
                "FP002",
                f"{member.compress_size:,} bytes of the zip say that they hold {member.file_size:,}; "
                f"text is at most {_SWOLLEN:,} times as large",
                where=str(path),
                hint="do not unpack it; fetch it again from where it is published",
            )
        with archive.open(member) as text:
            yield cast(io.BufferedIOBase, text)


def _check_name(path: Path, name: str) -> None:
    """An archive that would write outside of its folder is no archive of a venue, though nothing is unpacked here."""
    pure = PurePosixPath(name.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts:
        raise FootprintError(
            "FP002",
            f"the archive holds {name!r}, a path outside of its folder",
            where=str(path),
            hint="do not unpack it; fetch it again from where it is published",
        )


def _not_one_file(path: Path, names: list[str]) -> FootprintError:
    came = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return FootprintError(
        "FP002",
        f"expected an archive of one file, found {came or 'none'}",
        where=str(path),
        hint="unpack it and ingest its files one by one" if names else "copy or fetch it again",
    )
