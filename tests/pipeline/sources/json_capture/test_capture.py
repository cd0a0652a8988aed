"""The line format, whose lines are whose, and what replies and streams of one book are to each other."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, ContractFacts
from pipeline.sources.json_capture.capture import read
from pipeline.sources.json_capture.line import parse_line, received
from tests.pipeline.sources.case import Case
from tests.pipeline.sources.json_capture import capture_lines as c
from tests.pipeline.sources.json_capture.capture_reading import read_lines
from tests.pipeline.sources.json_capture.cases import CASES
from tests.pipeline.sources.json_capture.venues import binance, bybit
from tests.pipeline.sources.read_whole import read_whole

LINEAR, SPOT = Market("bybit-linear", "BTCUSDT"), Market("bybit-spot", "BTCUSDT")
USDM, BINANCE_SPOT = Market("binance-usdm", "BTCUSDT"), Market("binance-spot", "BTCUSDT")


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.market))
def test_every_case_gives_its_rows_and_loses_no_line(case: Case, tmp_path: Path):
    (path,) = case.write(tmp_path)
    found = read_whole("json-capture", path, case.market)
    levels = {"book_updates": lambda frame: int(frame["side"].list.len().sum())}
    count: Callable[[str, pl.DataFrame], int] = lambda name, frame: levels.get(name, lambda one: one.height)(frame)  # noqa: E731
    assert {name: count(name, frame) for name, frame in found.frames.items()} == case.rows
    assert (found.kept, found.quarantined, found.reasons) == (found.lines, 0, [])


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        (b'{"t":"recv","ts":1786310818.2235148,"data":""}', 1_786_310_818_223_514),
        (b'{"t":"recv","ts":1786310818.5,"data":""}', 1_786_310_818_500_000),
        (b'{"t":"recv","ts":1786310818,"data":""}', 1_786_310_818_000_000),
        (b'{"t":"recv", "ts": 1786310818.000001}', 1_786_310_818_000_001),
        (b'{"data":"{\\"ts\\":1500000000.5,\\"x\\":1}","ts":1786310818.25}', 1_786_310_818_250_000),
    ],
)
def test_the_time_of_receipt_is_cut_from_its_text(text: bytes, microseconds: int):
    assert received(text) == microseconds


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "not JSON"),
        (b"[1]", "t = None"),
        (b'{"t":"other"}', "t = 'other'"),
        (b'{"t":["recv"]}', "t = "),
        (b'{"t":"recv","ts":1786310818.5,"data":"{}"}', "conn = None"),
        (b'{"t":"recv","conn":"A.ws.1","data":"{}"}', "found none"),
        (b'{"t":"recv","conn":"A.ws.1","ts":-1,"data":"{}"}', "found none"),
        (b'{"t":"recv","conn":"A.ws.1","ts":178631081.5,"data":"{}"}', "between 2009 and 2100"),
        (b'{"t":"recv","conn":"A.ws.1","ts":1786310818000,"data":"{}"}', "between 2009 and 2100"),
        (b'{"t":"recv","conn":"A.ws.1","ts":1786310818.5,"data":{}}', "data = {}"),
        (b'{"t":"recv","conn":"A.ws.1","ts":1786310818.5,"data":"{"}', "data is not JSON"),
        (b'{"t":"http","conn":"A.http.1","ts":1786310818.5,"data":"{}"}', "url = None"),
    ],
)
def test_a_line_that_cannot_be_one_says_why(text: bytes, reason: str):
    with pytest.raises(BadRecordError, match=reason.replace("{", r"\{")):
        parse_line(text)


def test_streams_of_the_same_name_are_told_apart_by_the_address_of_their_connection(tmp_path: Path):
    linear = read_lines(tmp_path, LINEAR, bybit.session())
    spot = read_lines(tmp_path, SPOT, bybit.session())
    assert linear.column("trades", "price") == [65000.1, 65000.0]
    assert spot.column("trades", "price") == [64990.1]


def test_an_hour_without_a_connect_line_is_of_the_venue_its_header_names(tmp_path: Path):
    """A recorder begins a new file every hour; the connection goes on."""
    book = c.recv("BYBIT.ws.1", bybit.book(11, c.NOON, [["65000.0", "1"]]))
    named = read_lines(tmp_path, SPOT, [c.header("BYBIT", venue="bybit-spot", symbol="BTCUSDT"), book])
    assert named.column("book_updates", "update_id") == [11]
    trade = c.recv("BYBIT.ws.9", bybit.trades(bybit.trade(1, c.NOON)))
    lines = [c.header("BYBIT"), c.connect("BYBIT.ws.9", bybit.SPOT), trade, book]
    unnamed = read_lines(tmp_path, SPOT, lines)
    assert unnamed.reasons == ["orderbook: no connect line says whether this is linear, inverse or spot"]


def test_a_line_with_several_records_counts_once_whatever_becomes_of_them(tmp_path: Path):
    rows = [bybit.trade(1, c.NOON, S="Up"), bybit.trade(2, c.NOON), bybit.trade(3, c.NOON, p="-1")]
    found = read_lines(
        tmp_path, LINEAR, [c.connect("BYBIT.ws.2", bybit.LINEAR), c.recv("BYBIT.ws.2", bybit.trades(*rows))]
    )
    assert found.column("trades", "trade_id") == ["id-2"]
    assert sorted(found.reasons) == ["S is 'Up', expected buy or sell", "price is -1, expected a number > 0"]
    assert (found.kept, found.quarantined, found.lines, found.lines_beside) == (0, 1, 1, 1)


def test_holes_errors_pongs_and_unknown_exchanges_are_beside(tmp_path: Path):
    lines = [
        c.header("BYBIT"),
        {"t": "hole", "conn": "BYBIT.http.1", "ts": c.NOON / 1000, "feed": "trades", "why": "a page is missing"},
        {"t": "error", "conn": "BYBIT.ws.2", "ts": c.NOON / 1000, "why": "the connection ended"},
        {"t": "recv", "conn": "BYBIT.ws.2", "ts": c.NOON / 1000, "data": "pong"},
        c.recv("COINBASE.ws.1", {"type": "match"}),
        c.connect("BYBIT.ws.2", bybit.LINEAR),
        c.recv("BYBIT.ws.2", bybit.trades(bybit.trade(1, c.NOON))),
    ]
    found = read_lines(tmp_path, LINEAR, lines)
    assert (found.lines, found.lines_beside, found.reasons) == (1, 6, [])


def _refusal(path: Path, market: Market) -> FootprintError:
    with pytest.raises(FootprintError) as refused:
        list(read(path, market))
    return refused.value


def test_a_capture_of_other_markets_is_refused_and_names_them(tmp_path: Path):
    error = _refusal(c.write(tmp_path / "c.jsonl", bybit.session()), Market("bybit-linear", "ETHUSDT"))
    assert error.fault.code == "FP003"
    assert "bybit-linear/BTCUSDT, bybit-spot/BTCUSDT" in error.why
    assert "--venue bybit-linear --symbol BTCUSDT" in error.hint


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([b"1709640000000 {}", b"x"], "expected lines of a capture"),
        ([c.header("COINBASE"), c.recv("COINBASE.ws.1", {})], "captures of COINBASE are not read, only of BINANCE"),
        ([c.header("BYBIT")], "no message of a market in 1 lines"),
    ],
)
def test_a_file_without_a_message_is_refused(lines: list[c.Line | bytes], why: str, tmp_path: Path):
    error = _refusal(c.write(tmp_path / "c.jsonl", lines), LINEAR)
    assert error.fault.code == "FP002"
    assert why in error.why


def _listing(*symbols: str) -> c.Line:
    reply = bybit.reply({"category": "linear", "list": [{"symbol": symbol} for symbol in symbols]})
    return c.http("BYBIT.http.1", f"{bybit.REST}instruments-info?category=linear", reply)


def test_a_list_of_instruments_alone_is_taken_where_it_names_the_market(tmp_path: Path):
    found = read_lines(tmp_path, LINEAR, [c.header("BYBIT"), _listing("ETHUSDT", "BTCUSDT")])
    assert found.contract == ContractFacts(contract_size=1.0, is_inverse=False)
    assert (found.lines, found.lines_beside, found.quarantined) == (0, 2, 0)


def test_a_list_is_no_record_of_a_market_that_it_does_not_name_or_beside_those_of_others(tmp_path: Path):
    alone = _refusal(c.write(tmp_path / "a.jsonl", [_listing("ETHUSDT")]), LINEAR)
    assert (alone.fault.code, "no message of a market" in alone.why) == ("FP002", True)
    lines = [*bybit.session(), _listing("BTCUSDT", "ETHUSDT")]
    beside = _refusal(c.write(tmp_path / "b.jsonl", lines), Market("bybit-linear", "ETHUSDT"))
    assert (beside.fault.code, "bybit-linear/BTCUSDT" in beside.why) == ("FP003", True)


def test_frames_of_several_recorders_follow_each_other_in_one_file(tmp_path: Path):
    """A recorder appends whole zstd frames, and another header after a restart."""
    session = bybit.session()
    path = c.write(tmp_path / "one.jsonl.zst", session[:7])
    path.write_bytes(path.read_bytes() + c.write(tmp_path / "two.jsonl.zst", [session[0], *session[7:]]).read_bytes())
    assert read_whole("json-capture", path, LINEAR).kept == 9


SNAPSHOT = {"lastUpdateId": 10, "bids": [["65000.00", "1"]], "asks": [["65000.10", "2"]]}
DEPTH = "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000"


def _spot_diff(at: int, first: int, last: int) -> c.Line:
    data = {"e": "depthUpdate", "E": at, "s": "BTCUSDT", "U": first, "u": last, "b": [["65000.00", "3"]], "a": []}
    return c.recv("BINANCE.ws.1", binance.stream("btcusdt@depth@100ms", data), at)


def test_beside_a_stream_a_snapshot_stands_no_later_than_the_diff_that_goes_beyond_it(tmp_path: Path):
    lines = [
        _spot_diff(c.NOON, 5, 9),
        _spot_diff(c.NOON + 200, 10, 12),
        c.http("BINANCE.http.0", DEPTH, SNAPSHOT, c.NOON + 300),
    ]
    found = read_lines(tmp_path, BINANCE_SPOT, lines).frames["book_updates"].sort("event_ts", "is_snapshot")
    assert found["update_id"].to_list() == [9, 12, 10]
    assert found["prev_update_id"].to_list() == [4, 9, None]
    assert found["event_ts"].dt.epoch("ms").to_list() == [c.NOON, c.NOON + 200, c.NOON + 200]
    assert found["clock"].to_list() == ["publish", "publish", "carried"]
    received_at = datetime.fromtimestamp((c.NOON + 400) / 1000, UTC)
    assert found["known_ts"].to_list()[2] >= received_at


def test_a_snapshot_before_the_first_time_of_a_file_waits_for_its_diff(tmp_path: Path):
    lines = [c.http("BINANCE.http.0", DEPTH, SNAPSHOT), _spot_diff(c.NOON + 100, 10, 12)]
    found = read_lines(tmp_path, BINANCE_SPOT, lines).frames["book_updates"].filter("is_snapshot")
    assert found["event_ts"].dt.epoch("ms").to_list() == [c.NOON + 100]
    older = [c.http("BINANCE.http.0", DEPTH, SNAPSHOT), _spot_diff(c.NOON + 100, 5, 8)]
    assert read_lines(tmp_path, BINANCE_SPOT, older).reasons == [
        "the book has no time, and no message before it in the file has one"
    ]


def test_polled_books_alone_are_the_book_at_the_time_they_came(tmp_path: Path):
    again = SNAPSHOT | {"lastUpdateId": 20}
    lines = [c.http("BINANCE.http.0", DEPTH, SNAPSHOT), c.http("BINANCE.http.0", DEPTH, again, c.NOON + 1_000)]
    found = read_lines(tmp_path, BINANCE_SPOT, lines).frames["book_updates"]
    assert found["prev_update_id"].to_list() == found["update_id"].to_list() == [10, 20]
    assert found["clock"].to_list() == ["recv", "recv"]
    assert found["event_ts"].dt.epoch("ms").to_list() == [c.NOON + 100, c.NOON + 1_100]


def test_a_polled_book_whose_ids_are_no_stream_ids_is_beside_a_stream_and_the_book_without_one(tmp_path: Path):
    result = {
        "s": "BTCUSDT",
        "b": [["65000.0", "1"]],
        "a": [["65000.1", "1"]],
        "ts": c.NOON,
        "u": 99,
        "cts": c.NOON - 3,
    }
    polled = c.http(
        "BYBIT.http.1", f"{bybit.REST}orderbook?category=linear&symbol=BTCUSDT&limit=500", bybit.reply(result)
    )
    alone = read_lines(tmp_path, LINEAR, [polled])
    assert alone.column("book_updates", "update_id") == [None]
    assert alone.column("book_updates", "is_snapshot") == [True]
    assert alone.frames["book_updates"]["event_ts"].dt.epoch("ms").to_list() == [c.NOON - 3]
    with_stream = read_lines(tmp_path, LINEAR, [polled, *bybit.session()])
    assert with_stream.column("book_updates", "update_id") == [10, 11, 12]
    assert (with_stream.lines, with_stream.lines_beside) == (9, 9)


def test_a_book_message_stamped_before_the_one_it_follows_stands_after_it(tmp_path: Path):
    """Sorted by time alone, the update 12 would stand before 11 and the chain would seem broken."""
    times = (c.NOON, c.NOON + 100, c.NOON + 90, c.NOON + 110)
    books = [bybit.book(10 + n, at, [["65000.0", "1"]]) for n, at in enumerate(times)]
    lines = [c.connect("BYBIT.ws.2", bybit.LINEAR), *(c.recv("BYBIT.ws.2", book) for book in books)]
    frame = read_lines(tmp_path, LINEAR, lines).frames["book_updates"]
    assert frame["event_ts"].dt.epoch("ms").to_list() == [c.NOON, c.NOON + 100, c.NOON + 100, c.NOON + 110]
    assert frame["clock"].to_list() == ["match", "match", "carried", "match"]
    assert frame["is_backwards"].to_list() == [False, False, True, False]


def test_of_books_of_several_depths_the_first_is_the_market_s(tmp_path: Path):
    other = bybit.book(3, c.NOON, [["65000.0", "1"]], topic="orderbook.50.BTCUSDT", type="snapshot")
    found = read_lines(tmp_path, LINEAR, [*bybit.session(), c.recv("BYBIT.ws.2", other)])
    assert found.column("book_updates", "update_id") == [10, 11, 12]
    assert (found.lines, found.lines_beside) == (9, 9)


def test_copies_of_a_record_have_one_digest_however_they_came(tmp_path: Path):
    row = {"execId": "id-1", "symbol": "BTCUSDT", "price": "65000.1", "size": "0.01", "side": "Buy"}
    row |= {"time": str(c.NOON), "isBlockTrade": False}
    url = f"{bybit.REST}recent-trade?category=linear&symbol=BTCUSDT&limit=1000"
    lines = [
        c.connect("BYBIT.ws.2", bybit.LINEAR),
        c.recv("BYBIT.ws.2", bybit.trades(bybit.trade(1, c.NOON))),
        c.http("BYBIT.http.1", url, bybit.reply({"category": "linear", "list": [row]}), c.NOON + 60_000),
    ]
    pushed, polled = read_lines(tmp_path, LINEAR, lines).column("trades", "digest")
    assert pushed == polled


def test_the_file_id_columns_of_many_blocks_join(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What runs through a file runs across blocks: addresses, states, the clock."""
    whole = read_lines(tmp_path, LINEAR, bybit.session())
    from pipeline.sources.reading import lines as text

    monkeypatch.setattr(text.TextFile, "__init__", _small_blocks(text.TextFile.__init__))
    pieces = read_lines(tmp_path, LINEAR, bybit.session())
    assert len(pieces.grids) > 5
    for name, frame in whole.frames.items():
        assert pieces.frames[name].equals(frame)


def _small_blocks(init: Callable[..., None]) -> Callable[..., None]:
    return lambda self, path: init(self, path, 600)
