"""REST history: every row of a period is in its file, whatever a page holds; replies stay as they came."""

import json
from datetime import UTC, date, datetime

import pytest

from pipeline.errors import FootprintError
from tests.archive.server import Archive, Defect
from tests.archive.venues import HOUR_MS, serve_bybit, serve_deribit, serve_hyperliquid, serve_okx_rest
from tests.pipeline.fetch.runs import NOW, Desk


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000


MAY, JUNE = at(date(2024, 5, 1)), at(date(2024, 6, 1))
SETTLEMENTS = list(range(at(date(2024, 4, 1)), at(date(2024, 7, 1)), 8 * HOUR_MS))
HOURS = [time + 7 for time in range(at(date(2024, 4, 1)), at(date(2024, 7, 1)), HOUR_MS)]
_MAY = {"since": date(2024, 5, 1), "until": date(2024, 5, 31)}


def lines(desk: Desk, path: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in desk.held(path).decode().splitlines()]


def replies(desk: Desk, path: str) -> list[object]:
    header, *rest = lines(desk, path)
    assert header["t"] == "header"
    return [json.loads(str(line["data"])) for line in rest]


@pytest.mark.parametrize("page", [200, 93, 92, 47, 9])
def test_bybit_funding_is_complete_whatever_fills_a_page(archive, desk, page):
    """93 settlements in May at 8 h; a page of 92 or of 93 rows looks full."""
    serve_bybit(archive, SETTLEMENTS, page=page)
    desk.source, desk.venue = "bybit", "bybit-linear"
    run = desk.fetch("funding", **_MAY)
    path = "bybit/bybit-linear/TESTUSDT/funding/TESTUSDT-funding-2024-05.jsonl"
    assert {name: outcome.state for name, outcome in run.outcomes.items()} == {path: "fetched"}
    rows = [int(row["fundingRateTimestamp"]) for reply in replies(desk, path) for row in reply["result"]["list"]]
    assert sorted(rows) == [time for time in SETTLEMENTS if MAY <= time < JUNE]
    assert len(rows) == 93


def test_a_reply_is_kept_as_it_came_with_its_address_and_time(archive, desk):
    serve_bybit(archive, SETTLEMENTS)
    desk.source, desk.venue = "bybit", "bybit-linear"
    desk.fetch("funding", **_MAY)
    header, first, *_ = lines(desk, "bybit/bybit-linear/TESTUSDT/funding/TESTUSDT-funding-2024-05.jsonl")
    assert header == {"t": "header", "format": 2, "exchange": "BYBIT", "recorded": NOW.timestamp()}
    assert list(first) == ["t", "conn", "ts", "url", "data"]
    assert (first["t"], first["conn"], first["ts"]) == ("http", "BYBIT.http.rest", NOW.timestamp())
    asked = archive.asked("/v5/market/funding/history")[0]
    assert first["url"] == (
        f"{archive.base}/v5/market/funding/history?category=linear&symbol=TESTUSDT"
        f"&startTime={MAY}&endTime={JUNE - 1}&limit=200"
    )
    assert first["data"] == archive.content(asked).decode()


def test_an_unfinished_month_comes_by_the_days_that_are_over(archive, desk):
    serve_bybit(archive, SETTLEMENTS)
    desk.source, desk.venue = "bybit", "bybit-linear"
    run = desk.fetch("funding", since=date(2024, 5, 30), until=date(2024, 6, 20))
    assert [path[-15:-6] for path in run.outcomes][:2] == ["g-2024-05", "024-06-01"]
    assert run.states == ["fetched"] * 20 + ["pending"]
    assert desk.fetch("funding", since=date(2024, 5, 30), until=date(2024, 6, 19)).states == ["have"] * 20


def test_bybit_open_interest_goes_by_cursor_and_has_its_interval_in_its_name(archive, desk):
    times = list(range(at(date(2024, 6, 3)), at(date(2024, 6, 4)), 300_000))
    serve_bybit(archive, open_interest=times, page=200)
    desk.source, desk.venue = "bybit", "bybit-linear"
    desk.fetch("open_interest", until=date(2024, 6, 3))
    path = "bybit/bybit-linear/TESTUSDT/open_interest-5min/TESTUSDT-open_interest-5min-2024-06-03.jsonl"
    rows = [int(row["timestamp"]) for reply in replies(desk, path) for row in reply["result"]["list"]]
    assert sorted(rows) == times
    assert len(rows) == 288


def test_a_cursor_in_a_circle_is_named(archive, desk):
    archive.answers["/v5/market/open-interest"] = lambda _: (
        b'{"retCode":0,"result":{"list":[{"timestamp":"1"}],"nextPageCursor":"a"}}'
    )
    desk.source, desk.venue = "bybit", "bybit-linear"
    run = desk.fetch("open_interest", until=date(2024, 6, 3))
    assert run.states == ["failed"]
    assert "same cursor twice" in next(iter(run.outcomes.values())).error


def test_an_endpoint_that_does_not_heed_its_bounds_is_named_not_believed(archive, desk):
    """The newest rows whatever was asked for: a month from them would be another."""
    serve_bybit(archive, SETTLEMENTS)
    heeds = archive.answers["/v5/market/funding/history"]

    def newest(asked):
        return heeds(type(asked)("GET", asked.path, asked.query | {"startTime": "0", "endTime": str(2**45)}, {}))

    archive.answers["/v5/market/funding/history"] = newest
    desk.source, desk.venue = "bybit", "bybit-linear"
    run = desk.fetch("funding", **_MAY)
    assert run.states == ["failed"]
    assert "does not heed its bounds" in next(iter(run.outcomes.values())).error
    assert desk.names() == set()


@pytest.mark.parametrize("page", [100, 31, 7])
def test_okx_funding_is_complete(archive, desk, page):
    serve_okx_rest(archive, SETTLEMENTS, page=page)
    desk.source, desk.venue, desk.symbol = "okx", "okx-swap", "BTC-USDT-SWAP"
    desk.fetch("funding", **_MAY)
    path = "okx/okx-swap/BTC-USDT-SWAP/funding/BTC-USDT-SWAP-funding-2024-05.jsonl"
    rows = [int(row["fundingTime"]) for reply in replies(desk, path) for row in reply["data"]]
    assert sorted(rows) == [time for time in SETTLEMENTS if MAY <= time < JUNE]


@pytest.mark.parametrize("edge", [0, 1])
@pytest.mark.parametrize("page", [100, 288, 7])
def test_okx_open_interest_is_complete_whether_its_bounds_are_inside_or_not(archive, desk, page, edge):
    begin = at(date(2024, 6, 3))
    times = list(range(begin - 900_000, begin + 25 * HOUR_MS, 300_000))
    serve_okx_rest(archive, open_interest=times, page=page, edge=edge)
    desk.source, desk.venue, desk.symbol = "okx", "okx-swap", "BTC-USDT-SWAP"
    assert desk.fetch("open_interest", until=date(2024, 6, 3)).states == ["fetched"]
    path = "okx/okx-swap/BTC-USDT-SWAP/open_interest-5m/BTC-USDT-SWAP-open_interest-5m-2024-06-03.jsonl"
    rows = {int(row[0]) for reply in replies(desk, path) for row in reply["data"]}
    assert {time for time in times if begin <= time < begin + 24 * HOUR_MS} <= rows


@pytest.mark.parametrize("page", [744, 100])
def test_deribit_funding_is_complete(archive, desk, page):
    serve_deribit(archive, funding=HOURS, page=page)
    desk.source, desk.venue, desk.symbol = "deribit", "deribit", "BTC-PERPETUAL"
    desk.fetch("funding", **_MAY)
    path = "deribit/deribit/BTC-PERPETUAL/funding/BTC-PERPETUAL-funding-2024-05.jsonl"
    rows = [row["timestamp"] for reply in replies(desk, path) for row in reply["result"]]
    assert sorted(rows) == [time for time in HOURS if MAY <= time < JUNE]


@pytest.mark.parametrize(
    ("source", "venue", "symbol", "path", "query"),
    [
        ("bybit", "bybit-spot", "BTCUSDT", "/v5/market/instruments-info", {"category": "spot", "symbol": "BTCUSDT"}),
        ("okx", "okx-spot", "BTC-USDT", "/api/v5/public/instruments", {"instType": "SPOT", "instId": "BTC-USDT"}),
        ("hyperliquid", "hyperliquid", "BTC", "/info", {}),
        ("deribit", "deribit-options", "BTC", "/api/v2/public/get_instruments", {"currency": "BTC", "kind": "option"}),
        (
            "deribit",
            "deribit",
            "SOL_USDC-PERPETUAL",
            "/api/v2/public/get_instruments",
            {"currency": "USDC", "kind": "future"},
        ),
    ],
)
def test_instruments_of_every_venue(archive, desk, source, venue, symbol, path, query):
    for serve in (serve_bybit, serve_okx_rest, serve_hyperliquid, serve_deribit):
        serve(archive)
    desk.source, desk.venue, desk.symbol = source, venue, symbol
    run = desk.fetch("instruments")
    assert run.states == ["fetched"], run.outcomes
    (asked,) = [asked for asked in archive.log if asked.path == path]
    assert asked.query == query


@pytest.mark.parametrize("page", [500, 744, 100])
def test_hyperliquid_funding_is_complete_and_its_bodies_name_the_coin(archive, desk, page):
    serve_hyperliquid(archive, HOURS, page)
    desk.source, desk.venue, desk.symbol = "hyperliquid", "hyperliquid", "kPEPE"
    desk.fetch("funding", **_MAY)
    path = "hyperliquid/hyperliquid/kPEPE/funding/kPEPE-funding-2024-05.jsonl"
    rows = [int(row["time"]) for reply in replies(desk, path) for row in reply]
    assert sorted(rows) == [time for time in HOURS if MAY <= time < JUNE]
    assert len(rows) == 744
    body = json.loads(str(lines(desk, path)[1]["body"]))
    assert body == {"type": "fundingHistory", "coin": "kPEPE", "startTime": MAY, "endTime": JUNE - 1}


def test_deribit_dvol_goes_on_where_the_continuation_says(archive, desk):
    times = list(range(at(date(2024, 6, 3)), at(date(2024, 6, 4)), 60_000))
    serve_deribit(archive, times)
    desk.source, desk.venue, desk.symbol = "deribit", "deribit-options", "BTC"
    desk.fetch("dvol", until=date(2024, 6, 3))
    path = "deribit/deribit-options/BTC/dvol-60/BTC-dvol-60-2024-06-03.jsonl"
    rows = [row[0] for reply in replies(desk, path) for row in reply["result"]["data"]]
    assert sorted(rows) == times
    assert len(replies(desk, path)) == 2


def test_instruments_are_those_of_today_and_come_once_a_day(archive, desk):
    serve_bybit(archive)
    desk.source, desk.venue = "bybit", "bybit-linear"
    assert list(desk.fetch("instruments").outcomes) == [
        "bybit/bybit-linear/TESTUSDT/instruments/TESTUSDT-instruments-2024-06-20.jsonl"
    ]
    assert desk.fetch("instruments").states == ["have"]


def test_a_period_without_rows_has_no_file(archive, desk):
    serve_bybit(archive, [])
    desk.source, desk.venue = "bybit", "bybit-linear"
    assert desk.fetch("funding", since=date(2024, 3, 1), until=date(2024, 3, 31)).states == ["absent"]
    assert desk.names() == set()
    asked = len(archive.log)
    assert desk.fetch("funding", since=date(2024, 3, 1), until=date(2024, 3, 31)).states == ["absent"]
    assert len(archive.log) == asked  # believed for a day
    desk.now = NOW.replace(day=21, hour=12)
    desk.fetch("funding", since=date(2024, 3, 1), until=date(2024, 3, 31))
    assert len(archive.log) > asked


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"retCode":10001,"retMsg":"params error: symbol invalid"}', "answered 10001 params error: symbol invalid"),
        (b'{"retCode":0,"result":{}}', "the reply is not as documented: KeyError('list')"),
        (b'{"retCode":0,"result":{"list":[{"fundingRateTimestamp":"x"}]}}', "not as documented: ValueError"),
        (b"[]", "expected a JSON object, got '[]'"),
        (b"<html>", "expected JSON, got '<html>'"),
    ],
)
def test_a_reply_that_is_none_is_named(archive: Archive, desk, body, said):
    archive.answers["/v5/market/funding/history"] = lambda _: body
    desk.source, desk.venue = "bybit", "bybit-linear"
    run = desk.fetch("funding", **_MAY)
    assert run.states == ["failed"]
    assert said in next(iter(run.outcomes.values())).error


def test_a_venue_that_says_too_many_with_status_200_is_asked_again(archive, desk):
    serve_bybit(archive, SETTLEMENTS)
    desk.source, desk.venue = "bybit", "bybit-linear"
    too_many = Defect(status=200, body=b'{"retCode":10006,"retMsg":"Too many visits!"}', times=2)
    archive.spoil("/v5/market/funding/history", too_many)
    run = desk.fetch("funding", **_MAY)
    assert (run.states, run.slept) == (["fetched"], [1.0, 2.0])


def test_what_its_readers_pay_for_is_refused_with_the_line_that_fetches_it(desk):
    desk.source, desk.venue, desk.symbol = "hyperliquid", "hyperliquid", "BTC"
    with pytest.raises(FootprintError, match="FP023") as raised:
        desk.fetch("l2Book")
    key = "hyperliquid-archive/market_data/20240603/0/l2Book/BTC.lz4"
    assert f"aws s3 cp --request-payer requester s3://{key} data/raw/{key}" in str(raised.value)
    assert f"footprint ingest hyperliquid-archive data/raw/{key}" in str(raised.value)
