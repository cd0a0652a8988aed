"""Frames of a capture file: what a kill tore off is cut, and nothing else."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.record.frames import ends, frame, repair, text

LINES = [f'{{"t":"recv","n":{number},"data":"{"x" * number}"}}\n'.encode() for number in range(0, 60, 20)]
FRAMES = [frame(line) for line in LINES]


def test_frames_are_one_stream_to_a_reader(tmp_path: Path):
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b"".join(FRAMES))
    assert pa.input_stream(path, compression="zstd").read() == b"".join(LINES)


def test_ends_are_where_frames_were_joined():
    sizes = [len(one) for one in FRAMES]
    assert list(ends(b"".join(FRAMES))) == [sizes[0], sizes[0] + sizes[1], sum(sizes)]


@pytest.mark.parametrize("size", [0, 200, 70_000, 400_000])
def test_ends_of_frames_of_every_header(size: int):
    """Sizes of one, two and four bytes, several blocks, a run of one byte, and a stream that states no size."""
    data = b"".join(frame(bytes(number % 251 for number in range(size))) for _ in range(2)) + frame(b"\0" * size)
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(b"y" * size)
    data += sink.getvalue().to_pybytes()
    assert list(ends(data))[-1] == len(data)
    assert len(list(ends(data))) == 4


def test_a_file_torn_at_any_byte_keeps_its_whole_frames(tmp_path: Path):
    whole = b"".join(FRAMES)
    path = tmp_path / "a.jsonl.zst"
    marks = [0, *ends(whole)]
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        kept = max(mark for mark in marks if mark <= size)
        assert repair(path) == size - kept
        assert path.read_bytes() == whole[:kept]
        assert text(path.read_bytes()) == b"".join(LINES[: marks.index(kept)])


@pytest.mark.parametrize("tail", [b"\0" * 40, b"garbage", FRAMES[0][:4]])
def test_a_tail_that_is_no_frame_is_cut(tail: bytes, tmp_path: Path):
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(b"".join(FRAMES) + tail)
    assert repair(path) == len(tail)
    assert path.read_bytes() == b"".join(FRAMES)
    assert repair(path) == 0


def test_blocks_that_a_power_loss_left_empty_are_cut(tmp_path: Path):
    path = tmp_path / "a.jsonl.zst"
    holed = FRAMES[2][:12] + b"\0" * (len(FRAMES[2]) - 12)
    path.write_bytes(FRAMES[0] + FRAMES[1] + holed)
    assert repair(path) == len(holed)
    assert text(path.read_bytes()) == LINES[0] + LINES[1]


@pytest.mark.parametrize(
    "made",
    [
        "28b52ffd04586d00003868656c6c6f200a0100314a11a3aa74ce",  # without its size, as a program writes what is piped
        "28b52ffd24126d00003868656c6c6f200a0100314a11a3aa74ce",  # with it
    ],
)
def test_frames_of_the_zstd_program_have_a_checksum_behind_the_last_block(made: str):
    data = bytes.fromhex(made)
    assert list(ends(data + FRAMES[0])) == [len(data), len(data) + len(FRAMES[0])]
    assert list(ends(data[:-1])) == []
    assert text(data) == b"hello hello hello\n"
