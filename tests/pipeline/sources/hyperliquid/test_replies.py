"""Replies of Hyperliquid's API, as the pure reader takes them and out of cassettes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import BadRecordError
from pipeline.sources.hyperliquid.replies import records_of
from pipeline.sources.reading.record_lines import Part, Refused
from tests.pipeline.command import program
from tests.pipeline.sources.hyperliquid.payloads import (
    ANN,
    BTC,
    NINE,
    REPLIES,
    book,
    cassette,
    fill,
    settled,
    state,
    trade,
    write_lines,
)
from tests.pipeline.sources.read_whole import read_whole

INFO = "https://api.example/info"
FIRST_HOUR = 1_686_186_000_000
"""2023-06-08 01:00 UTC: the first hourly settlement; the one before was at 00:00, of eight hours."""


def _parts(asked: Any, reply: Any, recv: int | None = None, sent: int | None = None, url: str = INFO) -> list[Part]:
    text = reply if isinstance(reply, str) else orjson.dumps(reply).decode()
    return records_of(url, orjson.dumps(asked).decode(), text, recv, BTC, sent_us=sent)


def test_settled_funding_says_for_how_many_hours_it_is():
    rates = [
        settled(FIRST_HOUR - 3_600_000 + 254),
        settled(FIRST_HOUR + 54),
        settled(FIRST_HOUR + 3_600_000, coin="ETH"),
    ]
    found = _parts({"type": "fundingHistory", "coin": "BTC"}, rates)
    assert [part.values["interval_h"] for part in found] == [8.0, 1.0]
    assert [part.event for part in found] == [1_000 * (FIRST_HOUR - 3_600_000 + 254), 1_000 * (FIRST_HOUR + 54)]
    assert [part.values["next_ts"] for part in found] == [1_000 * (FIRST_HOUR - 3_600_000), 1_000 * FIRST_HOUR]
    assert {(part.values["kind"], part.values["rate"], part.delay) for part in found} == {
        ("settled", "0.0000125", 5_000_000)
    }


def test_a_state_is_found_by_the_place_of_its_name_and_has_the_time_of_the_reply():
    asked, reply = (
        {"type": "metaAndAssetCtxs"},
        [{"universe": [{"name": "ETH"}, {"name": "BTC"}]}, [state(markPx="9"), state()]],
    )
    ticker, funding = _parts(asked, reply, recv=1_000 * NINE)
    assert (ticker.stream, ticker.clock, ticker.event, ticker.delay) == ("derivative_ticker", "recv", 1_000 * NINE, 0)
    assert (ticker.values["mark_price"], funding.values["next_ts"]) == ("100.5", 1_000 * (NINE + 3_600_000))
    ticker, _ = _parts(asked, reply, sent=1_000 * NINE)
    assert (ticker.clock, ticker.delay) == ("publish", 1_500_000)
    with pytest.raises(BadRecordError, match="nothing says when"):
        _parts(asked, reply)
    with pytest.raises(BadRecordError, match="2 names and 1 states"):
        _parts(asked, [reply[0], reply[1][:1]], recv=1)


def test_a_book_is_a_snapshot_unless_its_levels_are_rounded():
    (part,) = _parts({"type": "l2Book", "coin": "BTC"}, book(NINE))
    assert (part.stream, part.delay, part.values[3]) == ("depth", 500_000, True)
    assert _parts({"type": "l2Book", "coin": "BTC", "nSigFigs": None}, book(NINE)) == [part]
    assert _parts({"type": "l2Book", "coin": "ETH"}, book(NINE, "ETH")) == []
    with pytest.raises(BadRecordError, match="rounded to 3 figures"):
        _parts({"type": "l2Book", "coin": "BTC", "nSigFigs": 3}, book(NINE))


def test_trades_leave_the_earliest_first_and_those_of_one_time_as_they_came():
    found = _parts(
        {"type": "recentTrades", "coin": "BTC"}, [trade(3, at=NINE + 2), trade(2, at=NINE), trade(1, at=NINE)]
    )
    assert [part.values["trade_id"].rsplit(":")[-1] for part in found] == ["2", "1", "3"]


def test_one_accounts_fills_are_no_tape_and_no_count_of_liquidations():
    forced = {"liquidationMarkPx": "1", "liquidation": {"liquidatedUser": "0xdead", "markPx": "1", "method": "market"}}
    reply = [fill(2, "A", crossed=False, **forced), fill(1, "B", crossed=True)]
    found = _parts({"type": "userFillsByTime", "user": ANN, "startTime": 0}, reply)
    assert [(part.stream, part.values["is_taker"]) for part in found] == [("fills", False), ("fills", True)]


def test_fills_without_an_id_are_known_by_their_content():
    one, other = fill(None, "B", crossed=True), fill(None, "B", crossed=True, startPosition="0.5")
    found = _parts({"type": "userFills", "user": ANN}, [one, one, other])
    assert [(part.stream, part.values["trade_id"]) for part in found] == 3 * [("fills", None)]
    assert len({part.digest for part in found}) == 2


def test_what_is_about_others_gives_nothing_and_what_is_broken_says_why():
    assert _parts({"type": "meta"}, {"universe": []}) == []
    assert _parts({"type": "l2Book", "coin": "BTC"}, book(NINE), url="https://api.example/exchange") == []
    for asked, reply, words in (
        ({"type": "l2Book", "coin": "BTC"}, "<html>429</html>", "reply is not JSON"),
        ({"type": "l2Book", "coin": "BTC"}, None, "expected an object"),
        ({"type": "recentTrades", "coin": "BTC"}, {"error": 1}, "expected a list of objects"),
        ({"type": "userFills", "user": ANN, "aggregateByTime": True}, [], "summed up by time"),
        ("meta", {}, "request is 'meta', expected an object"),
    ):
        with pytest.raises(BadRecordError, match=words):
            _parts(asked, reply)
    (refused,) = _parts({"type": "fundingHistory", "coin": "BTC"}, [{"coin": "BTC", "time": NINE}])
    assert refused == Refused("funding", "lacks field 'fundingRate'")


def test_a_cassette_counts_the_lines_of_a_request_and_its_reply_together(tmp_path):
    path = cassette(tmp_path / "replies.yaml", *REPLIES)
    whole = read_whole("rest-cassette", path, BTC)
    assert whole.lines + whole.lines_beside == len(path.read_bytes().splitlines())
    assert whole.accounted == whole.lines
    assert whole.frames["derivative_ticker"]["event_ts"].to_list() == [datetime(2025, 8, 1, 9, 0, 1, tzinfo=UTC)]
    assert {frame["recv_ts"].null_count() == frame.height for frame in whole.frames.values()} == {True}
    of_eth = read_whole("rest-cassette", path, Market("hyperliquid", "ETH"))
    assert {name: frame.height for name, frame in of_eth.frames.items()} == {
        "derivative_ticker": 1, "funding": 1, "fills": 1,
    }  # fmt: skip


def test_a_broken_reply_goes_to_quarantine_and_the_others_stay(tmp_path):
    path = cassette(tmp_path / "a.yaml", ({"type": "l2Book", "coin": "BTC"}, "oops"), *REPLIES)
    whole = read_whole("rest-cassette", path, BTC)
    assert whole.quarantine["reason"].str.contains("reply is not JSON").to_list() == [True]
    assert whole.quarantine["raw"].str.contains("string: oops").to_list() == [True]
    assert (whole.accounted, whole.frames["trades"].height) == (whole.lines, 2)


def test_what_is_no_cassette_is_refused_in_words(tmp_path):
    for text in (b"", b"a: [", b"interactions: 5", b"interactions: []", b"interactions: [{}]", b"\x00\x01", b"[1, 2]"):
        with pytest.raises(FootprintError) as refused:
            read_whole("rest-cassette", write_lines(tmp_path / "x.yaml", [text]), BTC)
        assert refused.value.fault.code == "FP002"
    with pytest.raises(FootprintError) as refused:
        read_whole("rest-cassette", cassette(tmp_path / "y.yaml", *REPLIES), Market("hyperliquid", "SOL"))
    assert refused.value.fault.code == "FP003"


def test_a_file_of_brackets_does_not_end_the_process(tmp_path):
    """In another process: the library of YAML goes down to the end of the stack, and the process with it."""
    file = write_lines(tmp_path / "deep.yaml", [b"interactions: " + b"[" * 200_000])
    refused = program("ingest", "rest-cassette", file, "--venue", "hyperliquid", "--symbol", "BTC", folder=tmp_path)
    assert refused.code == 1
    assert "its values lie more than 100 deep in one another" in refused.err


def test_replies_about_another_coin_are_refused_by_its_name(tmp_path: Path):
    """What was asked of elsewhere is passed over, whatever it was asked with."""
    other = {"type": "l2Book", "coin": "DYDX"}, book(NINE, coin="DYDX")
    path = cassette(tmp_path / "replies.yaml", ({"type": "meta"}, {"universe": []}), other)
    elsewhere = path.read_text().replace("http://127.0.0.1/info", "http://127.0.0.1/x", 1)
    path.write_text(elsewhere.replace('{"type":"meta"}', "?"))
    with pytest.raises(FootprintError, match=r"found none in .* lines, but of DYDX") as refused:
        read_whole("rest-cassette", path, BTC)
    assert refused.value.fault.code == "FP003"


@pytest.mark.parametrize(
    ("name", "coin", "tables"),
    [
        ("funding_history_btc", "BTC", {"funding": 1038}),
        ("l2_snapshot", "DYDX", {"book_updates": 1}),
        ("user_fills", "SUI", {"fills": 242}),
        ("user_fills", "BTC", {"fills": 17}),
    ],
)
def test_recorded_replies_are_taken_whole(recordings: Path, name: str, coin: str, tables: dict[str, int]):
    path = recordings / "hyperliquid" / f"{name}.yaml"
    whole = read_whole("rest-cassette", path, Market("hyperliquid", coin))
    assert {name: frame.height for name, frame in whole.frames.items()} == tables
    assert (whole.quarantine.height, whole.accounted) == (0, whole.lines)
    assert whole.lines + whole.lines_beside == len(path.read_bytes().splitlines())


def test_recorded_funding_was_paid_every_eight_hours_up_to_june_2023(recordings: Path):
    frame = read_whole("rest-cassette", recordings / "hyperliquid" / "funding_history_btc.yaml", BTC).frames["funding"]
    hours = frame["next_ts"].diff().dt.total_hours().drop_nulls()
    assert (hours != frame["interval_h"].slice(1)).sum() == 1  # a settlement of July 2023 is missing
    assert frame["interval_h"].value_counts(sort=True).rows() == [(1.0, 956), (8.0, 82)]


def test_recorded_fills_of_a_moment_lead_to_the_position_of_the_next(recordings: Path):
    """Sides and times are right, or positions would not chain; the account traded with itself now and then."""
    path = recordings / "hyperliquid" / "user_fills.yaml"
    links = []
    for coin in ("SUI", "INJ", "ARB", "LTC", "ETH"):
        fills = read_whole("rest-cassette", path, Market("hyperliquid", coin)).frames["fills"]
        moments = fills.group_by("event_ts", maintain_order=True).agg(
            pl.col("start_position").first(), net=(pl.col("side") * pl.col("qty")).sum()
        )
        ends = (moments["start_position"] + moments["net"]).head(-1)
        links += ((ends - moments["start_position"].slice(1)).abs() < 1e-6).to_list()
    assert (len(links), sum(links)) == (222, 221)  # the earliest moment is cut off at 500 fills
