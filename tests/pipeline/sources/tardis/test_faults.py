"""Rows and files of Tardis CSVs that cannot be taken, and what is said of them."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.sources.tardis.data_sets import read
from pipeline.sources.tardis.faults import explain
from pipeline.sources.tardis.layout import layout_of
from pipeline.sources.tardis.lines import BAD, ROW, read_lines
from tests.pipeline.command import footprint
from tests.pipeline.lakes import MARKET, rows, state
from tests.pipeline.tardis_files import BOOK, TRADES, add, book, fill, level, us, write_csv

_NO_TIME = "expected microseconds since 1970 between 2009 and 2100"
_TIMELESS = {
    "": "expected 8 fields, found 1",
    "a,b": "expected 8 fields, found 2",
    level(1, "bid", "99.8", "1") + ",": "expected 8 fields, found 9",
    level(1, "bid", "99.8", "1", timestamp="1709640000001"): f"timestamp is '1709640000001', {_NO_TIME}",
    level(1, "bid", "99.8", "1", timestamp="0" * 16): f"timestamp is '0000000000000000', {_NO_TIME}",
    level(1, "bid", "99.8", "1", timestamp=""): f"timestamp is '', {_NO_TIME}",
    level(1, "bid", "99.8", "1", local_timestamp="9" * 16): f"local_timestamp is '9999999999999999', {_NO_TIME}",
    level(90_000, "bid", "9", "1", recv="0"): "timestamp lies 90 s after local_timestamp, expected at most 60 s",
    level(1, "bid", "99.8", "1", is_snapshot="True"): "is_snapshot is 'True', expected true or false",
}
"""Rows that do not tell to which message they belong: they take the one before with them."""

_TIMED = {
    level(1, "bid", "99.8", "1", exchange="binance"): "foreign exchange 'binance', expected 'binance-futures'",
    level(1, "bid", "99.8", "1", symbol="BTCUSDT_2"): "foreign symbol 'BTCUSDT_2', expected 'BTCUSDT'",
    level(1, "buy", "99.8", "1"): "side is 'buy', expected bid or ask",
    level(1, "bid", "0", "1"): "price is '0', expected a number > 0",
    level(1, "bid", "-99.8", "1"): "price is '-99.8', expected a number > 0",
    level(1, "bid", "1e2", "1"): "price is '1e2', expected a number > 0",
    level(1, "bid", "99.", "1"): "price is '99.', expected a number > 0",
    level(1, "bid", "1234567890123456", "1"): "price is '1234567890123456', expected a number > 0",
    level(1, "bid", "99.8", "-1"): "amount is '-1', expected a number >= 0",
    level(1, "bid", "99.8", "1\r"): "amount is '1\\r', expected a number >= 0",
    level(1, "bid", "99.8", "nan"): "amount is 'nan', expected a number >= 0",
}
_TRADE_ROWS = {
    fill(1, 1, "bid"): "side is 'bid', expected buy or sell or unknown",
    fill(1, 1, amount="0"): "amount is '0', expected a number > 0",
    fill("", 1): "id is empty, and a print without one cannot be told from its copy",
}


def quarantined(path: Path, header: str, lines: list[str]) -> list[tuple[int, str, int, str]]:
    """(line, reason, records, text) of what is rejected."""
    batches = list(read(write_csv(path, header, lines), MARKET))
    return [row for batch in batches for row in batch.quarantine.select("line", "reason", "records", "raw").rows()]


@pytest.mark.parametrize("row", _TIMELESS | _TIMED)
def test_a_bad_row_of_a_book(row: str, tmp_path: Path):
    lines = [*book(), level(0.5, "bid", "99.7", "1"), row, level(2, "bid", "99.6", "1")]
    said, taken = (_TIMELESS | _TIMED)[row], 2 if row in _TIMELESS else 1
    assert quarantined(tmp_path / "book.csv", BOOK, lines) == [(5, said, taken, row)]


@pytest.mark.parametrize("row", _TIMELESS)
def test_a_bad_row_twice_is_bad_twice(row: str, tmp_path: Path):
    """A line that begins like the one before is not the better for it."""
    lines = [*book(), level(0.5, "bid", "99.7", "1"), row, row, level(2, "bid", "99.6", "1")]
    assert quarantined(tmp_path / "book.csv", BOOK, lines) == [(5, _TIMELESS[row], 3, row)]


@pytest.mark.parametrize("row", _TRADE_ROWS)
def test_a_bad_row_of_a_tape(row: str, tmp_path: Path):
    lines = [fill(7, 0), row, fill(8, 2)]
    assert quarantined(tmp_path / "trades.csv", TRADES, lines) == [(3, _TRADE_ROWS[row], 1, row)]


def test_a_bad_level_takes_its_message_and_the_book_until_a_snapshot(tmp_path: Path):
    """Three rows go, with the line, text and reason of the one at fault; nothing of them enters a table."""
    bad = level(1_100, "bid", "?", "1")
    lines = [
        *book(),
        level(1_100, "ask", "100.2", "1"), bad, level(1_100, "bid", "99.7", "1"),
        level(1_200, "ask", "100.1", "1"),
        *book("99.5", at=3_100),
        level(4_500, "bid", "99", "1"),
    ]  # fmt: skip
    lake = add(Lake(tmp_path / "lake"), write_csv(tmp_path / "book.csv", BOOK, lines))
    found = rows(lake, "quarantine").select("line", "table_name", "reason", "records", "raw").rows()
    assert found == [(5, "book_updates", "price is '?', expected a number > 0", 3, bad)]
    assert rows(lake, "book_updates")["price"].to_list() == [99.9, 100.1, 100.1, 99.5, 100.1, 99.0]
    assert rows(lake, "book_state")["state"].to_list() == ["OK", "RESYNC", "RESYNC", "OK"]
    assert rows(lake, "gaps").filter(reason="sequence_break").height == 1


def test_a_level_off_the_tick_takes_the_book_until_a_snapshot_too(tmp_path: Path):
    lines = [
        *book(),
        level(1_100, "ask", "100.25", "1"),
        level(1_200, "ask", "100.3", "1"),
        level(2_500, "bid", "99", "1"),
    ]
    lake = add(Lake(tmp_path / "lake"), write_csv(tmp_path / "book.csv", BOOK, lines))
    found = rows(lake, "quarantine").select("line", "reason", "records", "raw").rows()
    assert found == [(4, "price 100.25 is off the grid of 0.1", 1, lines[2])]
    assert rows(lake, "book_state")["state"].to_list() == ["OK", "RESYNC"]


def test_a_row_of_another_market_takes_nothing_with_it(tmp_path: Path):
    """It stands inside a message, which stays one."""
    other = level(1_100, "ask", "5", "1", symbol="ETHUSDT")
    lines = [
        *book(),
        level(1_100, "ask", "100.2", "1"),
        other,
        level(1_100, "bid", "99.7", "1"),
        level(2_500, "bid", "99", "1"),
    ]
    lake = add(Lake(tmp_path / "lake"), write_csv(tmp_path / "book.csv", BOOK, lines))
    assert rows(lake, "book_updates")["msg_id"].to_list() == [0, 0, 1, 1, 2]
    assert rows(lake, "book_state")["state"].to_list() == ["OK", "OK"]
    assert rows(lake, "quarantine").select("line", "table_name", "raw").rows() == [(5, "unknown", other)]


def test_lines_of_the_file_are_all_accounted_for(tmp_path: Path):
    """13 rows: 5 kept, a message of 2 a second time, and 6 for quarantine."""
    again = [level(100, "bid", "99.8", "1"), level(100, "bid", "99.7", "1")]
    lines = [
        *book(), *again, level(200, "bid", "99.6", "1"), *again,
        level(300, "bid", "?", "1"), level(300, "bid", "99.1", "1"),
        level(400, "bid", "99.15", "1"), level(400, "bid", "99.1", "1"),
        level(500, "bid", "99", "1", symbol="ETHUSDT"), "x",
    ]  # fmt: skip
    lake = add(Lake(tmp_path / "lake"), write_csv(tmp_path / "book.csv", BOOK, lines))
    counts = rows(lake, "accounts").select("^lines_.*$", "^rec.*$", "rows_out").sum().row(0, named=True)
    assert counts == {
        "lines_kept": 5, "lines_duplicate": 2, "lines_quarantined": 6,
        "records_in": 13, "records_duplicate": 2, "records_quarantined": 6, "rows_out": 5,
    }  # fmt: skip
    assert rows(lake, "manifest")["lines"].to_list() == [13]


_LAYOUT = {name: layout_of(header.encode(), Path("x"), MARKET) for name, header in (("book", BOOK), ("trades", TRADES))}
_GOOD_ROWS = {
    "book": [level(1, "bid", "99.8", "0.071"), level(2, "ask", "1", "0", snapshot=True)],
    "trades": [fill(12, 3, "sell", "0.001", "12.5"), fill("a-b", 3, "unknown", "7", "1")],
}


@st.composite
def _near_rows(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good row with a few characters of it replaced, put in or left out."""
    kind = draw(st.sampled_from(["book", "trades"]))
    text = bytearray(draw(st.sampled_from(_GOOD_ROWS[kind])).encode())
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text) - 1))
        new = draw(
            st.sampled_from([b"", b"0", b"9", b"17", b"000000", b".", b"-", b",", b"e", b"true", b"bid", b"\xff"])
        )
        text[at : at + draw(st.integers(0, 2))] = new
    return kind, bytes(text)


@given(_near_rows())
def test_a_line_is_refused_exactly_if_there_is_a_reason(near: tuple[str, bytes]):
    """The fast reader and the plain one are of one mind."""
    kind, raw = near
    layout, one = _LAYOUT[kind], np.empty(1, ROW)
    names = (np.frombuffer(name.encode(), np.uint8) for name in (layout.exchange, layout.symbol))
    read_lines(np.frombuffer(raw + b"\n", np.uint8), layout.order, layout.shared, *names, one, 1)
    if one["fault"][0] == BAD:
        assert explain(raw, layout).reason
        return
    with pytest.raises(RuntimeError, match="nothing is wrong with it"):
        explain(raw, layout)
    fields = raw.split(b",")
    assert one["event"][0] == int(fields[2])
    if one["fault"][0] == 0:
        assert (one["price"][0], one["qty"][0]) == (float(fields[6]), float(fields[7]))


def refused(path: Path, market: Market = MARKET) -> str:
    with pytest.raises(FootprintError) as refusal:
        list(read(path, market))
    return str(refusal.value)


def test_a_cut_gzip(tmp_path: Path):
    """The message names the last line that was read whole, block by block."""
    lines = [level(n, "bid", "99", f"{n}") for n in range(9_000)]
    whole = write_csv(tmp_path / "whole.csv.gz", BOOK, lines).read_bytes()
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FootprintError, match=r"the compressed stream ends or breaks after line \d,\d\d\d ") as refusal:
        list(read(cut, MARKET, block_bytes=10_000))
    assert refusal.value.fault.code == "FP002"


def test_an_empty_file(tmp_path: Path):
    (tmp_path / "empty.csv.gz").write_bytes(gzip.compress(b""))
    assert "error[FP002]" in refused(tmp_path / "empty.csv.gz")
    assert "the file is empty" in refused(tmp_path / "empty.csv.gz")


def test_a_header_alone(tmp_path: Path):
    assert "the file has a header and no rows" in refused(write_csv(tmp_path / "head.csv", BOOK, []))


@pytest.mark.parametrize(
    "header",
    [
        "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_price",
        BOOK.replace("is_snapshot", "snapshot"),
        BOOK.replace("amount", "price"),
        f"{BOOK},price",
        level(0, "bid", "99", "1"),
        "1709640000000000 {}",
    ],
)
def test_another_header(header: str, tmp_path: Path):
    said = refused(write_csv(tmp_path / "other.csv", header, [level(0, "bid", "99", "1")]))
    assert "error[FP002]" in said
    assert f"expected the header of incremental_book_L2 ({BOOK}) or of trades ({TRADES}), got {header!r}" in said


def test_liquidations_look_like_trades_and_are_none(tmp_path: Path):
    """The name of the file, or of a folder, tells."""
    named = write_csv(tmp_path / "binance-futures_liquidations_2024-03-05_BTCUSDT.csv", TRADES, [fill(1, 0)])
    kept = write_csv(tmp_path / "liquidations" / "BTCUSDT.csv", TRADES, [fill(1, 0)])
    for path in (named, kept):
        (batch,) = read(path, MARKET)
        assert set(batch.frames) == {"liquidations"}


@pytest.mark.parametrize(("name", "text"), [("symbol", "ETHUSDT"), ("exchange", "bybit")])
def test_another_market_throughout(name: str, text: str, tmp_path: Path):
    path = write_csv(tmp_path / "other.csv", BOOK, [level(n, "bid", "99", "1", **{name: text}) for n in range(9)])
    said = refused(path)
    assert "error[FP003]" in said
    assert f"expected records of BTCUSDT on binance-futures, found only {text} in the first 9 lines" in said


def test_a_venue_the_vendor_knows_by_another_name(tmp_path: Path):
    spot = write_csv(tmp_path / "spot.csv", TRADES, [fill(1, 0, exchange="binance")])
    (batch, _) = read(spot, Market("binance-spot", "BTCUSDT"))
    assert batch.frames["trades"].height == 1


def test_the_command_refuses_in_sentences_and_leaves_the_lake_as_it_was(tmp_path: Path):
    lake, market = tmp_path / "lake", ("--venue", "binance-usdm", "--symbol", "BTCUSDT")
    good = write_csv(tmp_path / "good.csv.gz", BOOK, [*book(), level(900, "bid", "99", "1")])
    assert footprint("ingest", "tardis", good, *market, "--lake", lake).code == 0
    before = state(lake)
    bad = [level(n, "bid", "?", "1", timestamp=us(n)) for n in range(5)]
    many = write_csv(tmp_path / "many.csv.gz", BOOK, [*book(), *bad])
    result = footprint("ingest", "tardis", many, *market, "--lake", lake)
    assert (result.code, result.out, state(lake) == before) == (1, "", True)
    assert (
        "5 of 7 lines could not be taken (more than 1%); most of all: price is '?', expected a number > 0" in result.err
    )
    result = footprint("ingest", "tardis", good, "--venue", "deribit-options", "--symbol", "X", "--lake", lake)
    assert (result.code, "error[FP009]" in result.err) == (2, True)
