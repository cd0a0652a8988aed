"""Captures of Hyperliquid's websocket, hand-made and recorded."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import orjson
import polars as pl
import pytest

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.sources import SOURCES
from tests.pipeline.lakes import rows
from tests.pipeline.sources.hyperliquid.payloads import (
    BTC,
    NINE,
    book,
    heard,
    levels,
    session,
    state,
    trade,
    write_lines,
)
from tests.pipeline.sources.load import load
from tests.pipeline.sources.read_whole import Whole, read_whole
from tests.pipeline.sources.tick_test import tick_test_of

CAPTURE = "hyperliquid-capture"


def _read(tmp_path: Path, *lines: bytes, market: Market = BTC) -> Whole:
    return read_whole(CAPTURE, write_lines(tmp_path / "capture", lines), market)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_line_of_a_session_is_accounted_for(tmp_path):
    whole = _read(tmp_path, *session())
    assert (whole.lines, whole.lines_beside, whole.accounted) == (6, 2, 6)
    assert {name: frame.height for name, frame in whole.frames.items()} == {
        "trades": 4, "book_updates": 2, "book_ticker": 1, "derivative_ticker": 1, "funding": 1,
    }  # fmt: skip


def test_users_are_buyer_and_seller_and_the_side_tells_who_took(tmp_path):
    users = ["0xbuyer", "0xseller"]
    prints = [trade(1, "B", users=users), trade(2, "A", users=users)]
    trades = _read(tmp_path, heard(NINE, "trades", prints)).frames["trades"]
    columns = "trade_id", "taker_side", "taker_address", "maker_address"
    assert trades.select(columns).rows() == [
        (f"{NINE}:BTC:1", 1, "0xbuyer", "0xseller"),
        (f"{NINE}:BTC:2", -1, "0xseller", "0xbuyer"),
    ]


def test_a_print_is_the_same_whether_or_not_its_parties_are_named(tmp_path):
    named, bare = trade(1), {name: value for name, value in trade(1).items() if name != "users"}
    digests = _read(tmp_path, heard(NINE, "trades", [named, bare, trade(2)])).frames["trades"]["digest"]
    assert (digests[0] == digests[1], digests[0] == digests[2]) == (True, False)


def test_a_context_has_the_clock_of_the_recorder(tmp_path):
    whole = _read(tmp_path, heard(NINE + 7, "activeAssetCtx", {"coin": "BTC", "ctx": state()}))
    row = whole.frames["derivative_ticker"].row(0, named=True)
    assert (row["clock"], row["event_ts"]) == ("recv", _utc("2025-08-01T09:00:00.007"))
    assert row["known_ts"] == row["recv_ts"] == row["event_ts"]
    assert (row["index_price"], row["open_interest_qty"]) == (100.4, 1234.5)
    batch = next(SOURCES[CAPTURE].read(tmp_path / "capture", BTC))
    assert batch.offsets_ms == {}  # nothing of the venue's clock to compare with


def test_a_quote_without_a_side_has_none(tmp_path):
    both = {"coin": "BTC", "time": NINE, "bbo": [*levels(("100.0", "1"), ("101.0", "2"))]}
    one = both | {"time": NINE + 1, "bbo": [levels(("100.0", "1"))[0], None]}
    none = both | {"time": NINE + 2, "bbo": [None, None]}
    whole = _read(tmp_path, *(heard(NINE, "bbo", said) for said in (both, one, none)))
    assert whole.quarantine["reason"].to_list() == ["bbo has no side, expected one at least"]
    assert whole.frames["book_ticker"].select("bid_px", "bid_qty", "ask_px", "ask_qty").rows() == [
        (100, 1, 101, 2),
        (100, 1, None, None),
    ]


@pytest.mark.parametrize(
    ("line", "table", "words"),
    [
        (b"17 {}", "unknown", "local time '17' has not the file's 19 digits"),
        (b"1754038800000000000 {", "unknown", "not JSON"),
        (b"1754038800000000000 []", "unknown", "expected a JSON object, got list"),
        (heard(NINE, "l3Book", {}), "unknown", "unknown channel 'l3Book'"),
        (heard(NINE, "trades", {}), "trades", "expected a list of trades, got dict"),
        (heard(NINE, "trades", [7]), "trades", "expected an object with a coin"),
        (heard(NINE, "trades", [trade(1, users=[1, 2])]), "trades", "users are [1, 2], expected two addresses"),
        (heard(NINE, "trades", [trade(1, px="0")]), "trades", "price is 0, expected a number > 0"),
        (heard(NINE, "l2Book", book(NINE) | {"levels": [[]]}), "book_updates", "malformed"),
        (heard(NINE, "l2Book", book(NINE, bid="x")), "book_updates", "expected a price > 0"),
        (heard(NINE, "activeAssetCtx", {"coin": "BTC"}), "derivative_ticker", "lacks field 'ctx'"),
        (heard(NINE, "activeAssetCtx", {"coin": "BTC", "ctx": 5}), "derivative_ticker", "malformed"),
    ],
)
def test_a_damaged_line_goes_to_quarantine_with_the_reason(tmp_path, line, table, words):
    whole = _read(tmp_path, heard(NINE, "trades", [trade(9)]), line)
    assert words in whole.quarantine["reason"][0]
    assert (whole.quarantine["table_name"][0], whole.quarantine["line"][0]) == (table, 2)
    assert (whole.lines, whole.accounted) == (2, 2)


def test_a_capture_of_other_coins_is_refused_with_their_names(tmp_path):
    with pytest.raises(FootprintError) as refused:
        _read(tmp_path, *session(), market=Market("hyperliquid", "btc"))
    assert (refused.value.fault.code, refused.value.hint) == ("FP003", "--symbol BTC (case matters)")
    with pytest.raises(FootprintError) as refused:
        _read(tmp_path, b"no capture")
    assert refused.value.fault.code == "FP002"


@pytest.fixture(scope="module")
def recording(recordings: Path) -> Path:
    return recordings / "hyperliquid" / "btcusd_20250126.gz"


@pytest.fixture(scope="module")
def lake(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return load(tmp_path_factory.mktemp("hyperliquid"), CAPTURE, [recording], BTC)


def test_the_recording_has_64_prints_45_books_and_one_copy(lake: Lake):
    account = rows(lake, "accounts").select(
        "table_name", "lines_kept", "lines_duplicate", "lines_quarantined", "rows_out"
    )
    assert account.sort("table_name").rows() == [("book_updates", 45, 1, 0, 45 * 40), ("trades", 9, 0, 0, 64)]
    assert rows(lake, "manifest").select("lines", "lines_beside").rows() == [(55, 0)]
    assert rows(lake, "trades")["trade_id"].n_unique() == 64


def test_the_transaction_that_swept_the_book_has_one_taker_who_sold(lake: Lake, recording: Path):
    swept = _prints(recording).filter(pl.col("hash").str.strip_chars("0x") != "").group_by("hash").len("n")
    top = swept.sort("n").row(-1, named=True)
    times = _prints(recording).filter(pl.col("hash") == top["hash"])["time"].unique()
    trades = rows(lake, "trades").filter(
        pl.col("event_ts").dt.epoch("ms").is_in(times.implode()), pl.col("taker_side") == -1
    )
    assert (top["n"], trades.height) == (7, 7)
    assert (trades["taker_address"].n_unique(), trades["maker_address"].n_unique()) == (1, 3)
    assert trades["price"].to_list() == [105055, 105055, 105055, 105055, 105054, 105053, 105051]


def test_13_prints_of_the_recording_have_no_transaction(recording: Path):
    assert _prints(recording)["hash"].str.strip_chars("0x").eq("").sum() == 13


def test_sides_of_the_recording_agree_with_the_book_before(lake: Lake):
    found = tick_test_of(lake, BTC)["book_updates"]
    assert found.share > 0.85, str(found)


def _prints(recording: Path) -> pl.DataFrame:
    lines = gzip.decompress(recording.read_bytes()).splitlines()
    messages = [orjson.loads(line.partition(b" ")[2]) for line in lines]
    return pl.DataFrame([one for message in messages if message["channel"] == "trades" for one in message["data"]])
