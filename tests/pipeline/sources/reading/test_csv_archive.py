"""A CSV of an archive read in blocks of lines."""

from pathlib import Path

import pytest

from pipeline.market import Market
from pipeline.sources.batch import Batch
from pipeline.sources.reading.csv_archive import CsvFile, columns_of, flags, wants
from pipeline.sources.reading.csv_frames import CsvBatches
from pipeline.sources.reading.csv_text import Lines
from pipeline.sources.reading.file_days import file_days

MARKET = Market("bybit-spot", "A")


def batches(blocks: list[list[bytes]], *, is_of_many: bool = False) -> list[Batch]:
    names = "symbol", "time", "price"
    path = Path("a.csv")
    file = CsvFile(
        path, MARKET, names, True, "time", file_days(path.name), CsvBatches("test"), "symbol", is_of_many=is_of_many
    )

    def take(lines: Lines) -> Batch:
        moments = file.moments(lines, clock="match", delay=0)
        frame = file.batches.frame(lines, "trades", moments, {"price": lines.number("price", "price")})
        return file.batches.batch(lines, {"trades": frame}, lines.rejected("trades", moments.event), prices=["price"])

    return list(file.read(iter(blocks), take))


def line(symbol: str, ms: int, price: str = "1.5") -> bytes:
    return f"{symbol},{1_717_372_800_000 + ms},{price}".encode()


def test_lines_are_numbered_and_counted_through_the_blocks():
    found = batches([[b"symbol,time,price", line("A", 0)], [line("A", 1), b"?"], [line("A", 2)]])
    assert [(batch.lines, batch.lines_beside) for batch in found] == [(1, 1), (2, 0), (1, 0)]
    assert [batch.frames["trades"]["line"].to_list() for batch in found] == [[2], [3], [5]]
    assert found[1].quarantine["line"].to_list() == [4]


def test_a_header_alone_in_its_block_stands_beside():
    found = batches([[b"symbol,time,price"], [line("A", 0)]])
    assert [(batch.lines, batch.lines_beside) for batch in found] == [(1, 1)]


def test_lines_of_other_markets_are_bad_or_beside():
    blocks = [[b"symbol,time,price", line("A", 0), line("B", 0), line("B", 0, "?")]]
    (one,), (many,) = batches(blocks), batches(blocks, is_of_many=True)
    assert (one.lines, one.lines_beside, one.quarantine.height) == (3, 1, 2)
    assert (many.lines, many.lines_beside, many.quarantine.height) == (1, 3, 0)
    assert many.frames["trades"].height == 1


def test_the_unit_is_that_of_the_first_time_that_is_one():
    (found,) = batches([[b"symbol,time,price", b"A,?,1.5", line("A", 0), b"A,1717372800,1.5"]])
    assert found.quarantine["reason"].to_list() == [
        "time is '?', expected milliseconds since 1970, between 2009 and 2100",
        "time is '1717372800', expected milliseconds since 1970, between 2009 and 2100",
    ]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (b"a,b\r", ("a", "b")),
        (b"\xef\xbb\xbfa, b", ("a", "b")),
        (b'"a","b"', ("a", "b")),
    ],
)
def test_names_in_a_header(header: bytes, names: tuple[str, ...]):
    assert columns_of(header) == names
    assert wants(names, ("b",))
    assert not wants((*names, "b"), ("b",))


def test_a_flag_may_be_blank():
    lines = Lines.of([b"x,1", b"x,", b"x,2"], 1, ("a", "flag"))
    assert flags(lines, "flag", {"0": 0, "1": 1}).to_list() == [True, None, None]
    assert lines.reason.to_list() == [None, None, "flag is '2', expected 0 or 1"]
