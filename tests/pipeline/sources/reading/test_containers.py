"""Raw files in what venues wrap them in, and wrappings that are refused."""

import bz2
import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.errors import FootprintError
from pipeline.sources.reading.lines import blocks_of_lines, first_line

TEXT = b"".join(b"%d,line\n" % number for number in range(2_000))


def arrow(text: bytes, codec: str) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, codec) as stream:
        stream.write(text)
    return sink.getvalue().to_pybytes()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return made.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, body in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return made.getvalue()


WRAPPED = {
    "plain": TEXT,
    "gzip": gzip.compress(TEXT),
    "two gzip members": gzip.compress(TEXT[:9_000]) + gzip.compress(TEXT[9_000:]),
    "zstd": arrow(TEXT, "zstd"),
    "two zstd frames": arrow(TEXT[:9_000], "zstd") + arrow(TEXT[9_000:], "zstd"),
    "lz4": arrow(TEXT, "lz4"),
    "two lz4 frames": arrow(TEXT[:9_000], "lz4") + arrow(TEXT[9_000:], "lz4"),
    "zip": zipped({"a.csv": TEXT}),
    "stored zip": zipped({"a.csv": TEXT}, zipfile.ZIP_STORED),
    "zip with a folder": zipped({"data/": b"", "data/a.csv": TEXT}),
    "tar": tarred({"a.data": TEXT}),
}


def lines_of(path: Path) -> list[bytes]:
    return [line for block in blocks_of_lines(path) for line in block]


@pytest.mark.parametrize("name", WRAPPED)
def test_a_file_is_its_lines_whatever_it_is_wrapped_in(name: str, tmp_path: Path):
    path = tmp_path / "raw"
    path.write_bytes(WRAPPED[name])
    assert lines_of(path) == TEXT.splitlines()
    assert first_line(path) == b"0,line"


@pytest.mark.parametrize("name", [name for name in WRAPPED if name != "plain"])
@pytest.mark.parametrize("share", [0.3, 0.9, 0.995])
def test_a_cut_file_is_refused(name: str, share: float, tmp_path: Path):
    path, whole = tmp_path / "raw", WRAPPED[name]
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(FootprintError, match="the compressed stream ends or breaks after line") as refused:
        lines_of(path)
    kind = next(kind for kind in ("zstd", "lz4", "gzip", "tar", "zip") if kind in name)
    program = {"zstd": "`zstdcat FILE", "gzip": "`zcat FILE", "tar": "`zcat FILE"}.get(kind)
    assert (program or "copy or fetch it again") in refused.value.hint
    assert ("saves what is readable" in refused.value.hint) == (program is not None)


@pytest.mark.parametrize("name", ["gzip", "zip", "stored zip"])
def test_a_changed_byte_is_found_by_the_checksum(name: str, tmp_path: Path):
    whole = bytearray(WRAPPED[name])
    whole[len(whole) // 2] ^= 0xFF
    path = tmp_path / "raw"
    path.write_bytes(whole)
    with pytest.raises(FootprintError, match="the compressed stream ends or breaks after line"):
        lines_of(path)


@pytest.mark.parametrize("name", ["zip", "stored zip"])
def test_a_zip_with_any_byte_of_its_directory_gone_or_changed_is_its_lines_or_refused(name: str, tmp_path: Path):
    """Names, offsets, ways of packing, versions and flags: nothing of it ends as an error of the zip reader."""
    whole, path = WRAPPED[name], tmp_path / "raw"
    start, codes = whole.index(b"PK\x01\x02"), []
    for at in range(start, len(whole)):
        for damaged in (whole[:at] + whole[at + 1 :], whole[:at] + b"\xff" + whole[at + 1 :]):
            path.write_bytes(damaged)
            try:
                lines_of(path)
            except FootprintError as error:
                codes.append(error.fault.code)
    assert set(codes) == {"FP002"}
    assert len(codes) > len(whole) - start, "at the least, wherever a byte is gone"


REFUSED = {
    "several files": (zipped({"a.csv": TEXT, "b.csv": TEXT}), "expected an archive of one file, found a.csv, b.csv"),
    "no file": (zipped({}), "expected an archive of one file, found none"),
    "a path outside": (zipped({"../../etc/a.csv": TEXT}), "'../../etc/a.csv', a path outside of its folder"),
    "an absolute path": (zipped({"/etc/a.csv": TEXT}), "'/etc/a.csv', a path outside of its folder"),
    "a bomb": (zipped({"a.csv": b"0" * (64 << 20)}), "say that they hold 67,108,864; text is at most 1,000 times"),
    "several in a tar": (tarred({"a": TEXT, "b": TEXT}), "expected an archive of one file, found a, b"),
    "outside in a tar": (tarred({"../a": TEXT}), "'../a', a path outside of its folder"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrappings_that_no_venue_makes_are_refused(name: str, tmp_path: Path):
    body, why = REFUSED[name]
    path = tmp_path / "raw"
    path.write_bytes(body)
    with pytest.raises(FootprintError) as refused:
        lines_of(path)
    assert refused.value.fault.code == "FP002"
    assert why in str(refused.value)
    assert list(tmp_path.iterdir()) == [path]


def test_an_encrypted_zip_is_refused(tmp_path: Path):
    body = bytearray(zipped({"a.csv": TEXT}))
    for at in (body.index(b"PK\x03\x04") + 6, body.index(b"PK\x01\x02") + 8):
        body[at] |= 1
    path = tmp_path / "raw"
    path.write_bytes(body)
    with pytest.raises(FootprintError, match="the zip is encrypted"):
        lines_of(path)


def test_what_is_not_known_is_taken_as_text(tmp_path: Path):
    path = tmp_path / "raw"
    path.write_bytes(bz2.compress(TEXT))
    assert lines_of(path)[0].startswith(b"BZh")


def test_zeros_that_swell_have_no_lines(tmp_path: Path):
    """A gzip does not say how large its content is: it is stopped where a line has no end."""
    path = tmp_path / "raw"
    path.write_bytes(gzip.compress(b"0" * (160 << 20), 1))
    with pytest.raises(FootprintError, match="found none of its ends in 64 MB"):
        lines_of(path)
