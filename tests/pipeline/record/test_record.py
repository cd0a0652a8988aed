"""`footprint record` against venues on the loopback: what they said is in the captures, byte for byte."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.market import Market
from pipeline.record import frames
from pipeline.record.endpoints import VENUES
from pipeline.sources import SOURCES
from tests.pipeline.command import footprint
from tests.pipeline.record.loopback import Venues, loopback
from tests.pipeline.sources.read_whole import read_whole

pytest.importorskip("ccxt", reason="the extra live is not installed")

MARKETS = {
    "binance-usdm": "BTCUSDT",
    "binance-coinm": "BTCUSD_PERP",
    "binance-spot": "BTCUSDT",
    "bybit-linear": "BTCUSDT",
    "bybit-inverse": "BTCUSD",
    "bybit-spot": "BTCUSDT",
    "okx-swap": "BTC-USDT-SWAP",
    "okx-spot": "BTC-USDT",
    "hyperliquid": "BTC",
    "deribit-options": "BTC",
}


def written(folder: Path) -> list[dict[str, Any]]:
    """The lines of all captures below a folder, in order."""
    files = sorted(folder.rglob("*.jsonl.zst"))
    return [orjson.loads(line) for path in files for line in frames.text(path.read_bytes()).splitlines()]


def replies(lines: list[dict[str, Any]], part: str) -> list[dict[str, Any]]:
    return [one for one in lines if one["t"] == "http" and part in one["url"]]


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Venues, str]]:
    """All venues at once, for a few seconds."""
    to = tmp_path_factory.mktemp("polled")
    markets = [word for venue, symbol in MARKETS.items() for word in ("--market", f"{venue}/{symbol}")]
    with loopback() as venues:
        done = footprint("record", *markets, "--every", "1s", "--for", "3s", "--to", to, "--base-url", venues.url)
        assert done.code == 0, done.err
        yield to, venues, done.err


@pytest.mark.parametrize("venue", MARKETS)
def test_every_feed_of_every_venue_is_recorded(venue: str, polled: tuple[Path, Venues, str]):
    to, venues, _ = polled
    lines = written(to / venue)
    head = lines[0]
    assert (head["t"], head["format"], head["exchange"]) == ("header", 2, VENUES[venue].exchange)
    assert (head["venue"], head["symbol"]) == (venue, MARKETS[venue])
    asked = Counter(one["conn"] for one in lines if one["t"] == "http")
    assert set(asked) == {f"{VENUES[venue].exchange}.http.{number}" for number in range(len(VENUES[venue].polls))}
    assert all(one["url"].startswith(venues.url) for one in lines if one["t"] == "http")
    times = [one["ts"] for one in lines[1:]]
    assert times == sorted(times)
    assert abs(times[-1] - time.time()) < 600


def test_a_reply_is_what_the_venue_sent(polled: tuple[Path, Venues, str]):
    """The quantity 0.500 keeps its zeros, which no float would."""
    lines = written(polled[0] / "binance-usdm")
    page = replies(lines, "/fapi/v1/aggTrades?symbol=BTCUSDT")[0]["data"]
    assert page.startswith('[{"a":1,"p":"100.10","q":"0.500","f":1,"l":1,"T":1700000000001,"m":false}')


_BOOK_AND_TAPE = {"book_updates", "trades"}
_FUTURES = {*_BOOK_AND_TAPE, "derivative_ticker", "funding"}
READ = {
    "binance-usdm": _FUTURES,
    "binance-coinm": _FUTURES,
    "binance-spot": _BOOK_AND_TAPE,
    "bybit-linear": {*_FUTURES, "book_ticker"},
    "bybit-inverse": {*_FUTURES, "book_ticker"},
    "bybit-spot": _BOOK_AND_TAPE,
    "okx-swap": _FUTURES,
    "okx-spot": _BOOK_AND_TAPE,
    "hyperliquid": _FUTURES,
    "deribit-options": {"option_quotes", "vol_index"},
}


@pytest.mark.parametrize("venue", MARKETS)
def test_what_is_recorded_is_read(venue: str, polled: tuple[Path, Venues, str]):
    """Every reply of every feed, at the address at which it was asked for, and nothing in quarantine."""
    files = sorted((polled[0] / venue).rglob("*.zst"))  # two if the hour turned meanwhile
    read = [read_whole("json-capture", path, Market(venue, MARKETS[venue])) for path in files]
    assert [found.reasons for found in read] == [[]] * len(read)
    assert {name for found in read for name, frame in found.frames.items() if frame.height} == READ[venue]
    kinds = {kind for found in read if "funding" in found.frames for kind in found.column("funding", "kind")}
    assert kinds == ({"predicted", "settled"} if "funding" in READ[venue] else set())


def test_the_body_of_a_post_names_the_coin(polled: tuple[Path, Venues, str]):
    bodies = {
        json.loads(one["body"])["type"]: json.loads(one["body"])
        for one in replies(written(polled[0] / "hyperliquid"), "")
    }
    assert set(bodies) == {"l2Book", "recentTrades", "metaAndAssetCtxs", "fundingHistory", "meta"}
    assert bodies["l2Book"] == {"type": "l2Book", "coin": "BTC"}
    assert type(bodies["fundingHistory"]["startTime"]) is int


def test_the_command_says_what_it_has_and_where(polled: tuple[Path, Venues, str]):
    told = polled[2].splitlines()
    assert any(line.startswith("okx-spot/BTC-USDT: ") and " book, " in line for line in told)
    markets = [line.partition(": ")[0].split("/") for line in told if re.match(r"[a-z-]+/[^ ]+: .* bytes; ", line)]
    commands = told[-1].removeprefix("next: ").split(" && ")
    assert len(commands) == len(markets) > 1
    for command, (venue, symbol) in zip(commands, markets, strict=True):
        assert re.fullmatch(
            rf"footprint ingest json-capture .*/{venue}/.*/\*\.jsonl\.zst --venue {venue} --symbol {symbol}", command
        )


def test_pages_that_do_not_join_are_filled_where_the_venue_can(tmp_path: Path):
    """Pages show the last 10 trades and 25 come in between: Binance is asked for the rest, Bybit cannot be."""
    with loopback(rate=25, pages=10) as venues:
        options = "--every", "500ms", "--for", "2s", "--feeds", "trades", "--to", tmp_path, "--base-url", venues.url
        binance = footprint("record", "--market", "binance-spot/BTCUSDT", *options)
        bybit = footprint("record", "--market", "bybit-linear/BTCUSDT", *options)
    assert (binance.code, bybit.code) == (0, 0)
    pages = [json.loads(one["data"]) for one in replies(written(tmp_path / "binance-spot"), "aggTrades")]
    ids = sorted({trade["a"] for page in pages for trade in page})
    assert ids == list(range(ids[0], ids[-1] + 1))
    holes = [one for one in written(tmp_path / "bybit-linear") if one["t"] == "hole"]
    assert holes
    assert all(int(one["before"][1:]) - int(one["after"][1:]) == 16 for one in holes)
    assert "bybit-linear/BTCUSDT: trades are missing between 2023-11-14 22:13:20" in bybit.err
    files = sorted((tmp_path / "bybit-linear").rglob("*.zst"))
    read = [batch for path in files for batch in SOURCES["json-capture"].read(path, Market("bybit-linear", "BTCUSDT"))]
    stretches = [(one["after_ms"] * 1_000, one["before_ms"] * 1_000) for one in holes]
    assert [(missed.begin, missed.end) for batch in read for missed in batch.holes] == stretches


def test_failures_of_the_network_are_written_down_and_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A connection cut twice (the client's own second attempt too), a busy venue, a page of HTML, a limit."""
    monkeypatch.setattr("pipeline.record.poller.backoff", lambda *_: 0.05)
    faults = [(0, ""), (0, ""), (503, "busy"), (200, "<html>"), (200, '{"retCode":10006}')]
    with loopback(faults={"/v5/market/tickers": faults}) as venues:
        market = "--market", "bybit-linear/BTCUSDT", "--feeds", "mark", "--to", tmp_path
        done = footprint("record", *market, "--every", "200ms", "--for", "3s", "--base-url", venues.url)
    assert done.code == 0, done.err
    lines = written(tmp_path)
    errors = [one for one in lines if one["t"] == "error"]
    assert [one.get("data") for one in errors] == [None, "busy", "<html>", '{"retCode":10006}']
    assert [one["t"] for one in lines[:6]] == ["header", *["error"] * 4, "http"]
    assert "bybit-linear/BTCUSDT mark: " in done.err
    assert done.err.count("trying again") == 1


def test_a_venue_that_says_too_often_is_left_alone_by_all_feeds(tmp_path: Path):
    """Its Retry-After is a second; books, trades and the rest share the limit, so they share the pause."""
    with loopback(faults={"/v5/market/tickers": [(429, "{}")]}) as venues:
        market = "--market", "bybit-linear/BTCUSDT", "--to", tmp_path, "--base-url", venues.url
        done = footprint("record", *market, "--every", "200ms", "--for", "4s")
    assert done.code == 0, done.err
    lines = written(tmp_path)
    refused = next(one["ts"] for one in lines if one["t"] == "error")
    later = [one["ts"] - refused for one in lines if one["t"] == "http" and one["ts"] > refused + 0.15]
    assert min(later) >= 0.99
    assert len(later) > 5


def test_a_full_disk_ends_the_recording_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pipeline.record.recorder.STORE_S", 0.2)
    monkeypatch.setattr(os, "fsync", full)
    began = time.monotonic()
    with loopback() as venues:
        market = "--market", "okx-spot/BTC-USDT", "--to", tmp_path, "--base-url", venues.url
        done = footprint("record", *market, "--for", "1m")
    assert done.code == 1
    assert "why: the system refused: No space left on device" in done.err
    assert "try: make room" in done.err
    assert time.monotonic() - began < 30
    assert written(tmp_path) == []


def test_a_slow_disk_stores_lines_in_order_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The end comes while another thread is writing; what is stored last waits for it."""
    wrote = frames.frame

    def slow(data: bytes) -> bytes:
        if threading.current_thread() is not threading.main_thread():
            time.sleep(1.5)
        return wrote(data)

    monkeypatch.setattr("pipeline.record.recorder.STORE_S", 0.1)
    monkeypatch.setattr("pipeline.record.capture.frames.frame", slow)
    with loopback() as venues:
        market = "--market", "okx-spot/BTC-USDT", "--to", tmp_path, "--base-url", venues.url
        done = footprint("record", *market, "--for", "1s", "--every", "200ms")
        asked = venues.asked["/api/v5/market/trades"]
    assert done.code == 0, done.err
    times = [one["ts"] for one in written(tmp_path) if one["t"] == "http"]
    assert times == sorted(times)
    assert asked - 1 <= len(replies(written(tmp_path), "/market/trades")) <= asked


def test_a_symbol_that_is_none_ends_in_words(tmp_path: Path):
    with loopback() as venues:
        for market in ("binance-usdm/NOSUCH", "okx-spot/NOSUCH", "bybit-spot/NOSUCH"):
            done = footprint("record", "--market", market, "--for", "5s", "--to", tmp_path, "--base-url", venues.url)
            assert done.code == 1
            assert f"error[FP024]: the recording failed\n  --> {market}\n" in done.err
            assert "refuses to give" in done.err


def test_a_network_that_is_down_throughout_ends_in_words(tmp_path: Path):
    with loopback() as venues:
        url = venues.url
    done = footprint("record", "--market", "okx-spot/BTC-USDT", "--for", "1s", "--to", tmp_path, "--base-url", url)
    assert done.code == 1
    assert "nothing was received of okx-spot/BTC-USDT (book, trades, instrument)" in done.err
    assert done.out.strip().endswith(".jsonl.zst")  # what there is, is told before
    assert {one["t"] for one in written(tmp_path)} == {"header", "error"}


ACK = '{"result":null,"id":1}'
TRADE = '{"e":"aggTrade","E":1700000000020,"s":"BTCUSDT","a":11,"p":"100.10","q":"0.10","T":1700000000011,"m":false}'
DIFF = '{"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":101,"u":102,"pu":100,"b":[["100.10","0.000"]],"a":[]}'


def streamed(path: str, _: Any) -> Iterator[str]:
    yield ACK
    yield TRADE if path == "/market/ws/0" else DIFF


def test_messages_of_a_stream_are_kept_as_they_came(tmp_path: Path):
    with loopback(messages=streamed) as venues:
        market = "--market", "binance-usdm/BTCUSDT", "--stream"
        done = footprint("record", *market, "--for", "3s", "--to", tmp_path, "--base-url", venues.url)
    assert done.code == 0, done.err
    lines = written(tmp_path)
    public, private = "BINANCE_FUTURES.ws.6", "BINANCE_FUTURES.ws.7"
    assert [one["data"] for one in lines if one["t"] == "recv" and one["conn"] == public] == [ACK, DIFF]
    assert [one["data"] for one in lines if one["t"] == "recv" and one["conn"] == private] == [ACK, TRADE]
    sent = [json.loads(one["data"])["params"] for one in lines if one["t"] == "send"]
    assert sorted(sent) == [
        ["btcusdt@aggTrade", "btcusdt@markPrice@1s", "btcusdt@forceOrder"],
        ["btcusdt@depth@100ms", "btcusdt@bookTicker"],
    ]
    assert {one["addr"].partition("1:")[2].partition("/")[2] for one in lines if one["t"] == "connect"} == {
        "public/ws/0",
        "market/ws/0",
    }
    began = next(one["ts"] for one in lines if one["t"] == "recv" and one["conn"] == public)
    books = replies(lines, "/depth?symbol=BTCUSDT&limit=1000")
    assert any(one["ts"] > began for one in books)  # asked for when the subscription ran


def test_a_broken_stream_is_a_hole_and_a_fresh_book(tmp_path: Path):
    with loopback(messages=streamed, cut=True) as venues:
        market = "--market", "binance-spot/BTCUSDT", "--stream", "--feeds", "book"
        done = footprint("record", *market, "--for", "4s", "--to", tmp_path, "--base-url", venues.url)
    assert done.code == 0, done.err
    lines = written(tmp_path)
    connected, holes = ([one for one in lines if one["t"] == kind] for kind in ("connect", "hole"))
    assert len(connected) >= 3
    assert len(holes) == len(connected) - 1
    for hole, connect in zip(holes, connected[1:], strict=True):
        assert hole["after_ms"] < hole["before_ms"] == int(connect["ts"] * 1000)
    assert len(replies(lines, "/depth")) >= 3
    assert done.err.count("connecting again") == 1


def test_a_subscription_that_is_refused_ends_in_words(tmp_path: Path):
    refused = '{"event":"error","code":"60018","msg":"Wrong URL or channel doesn\'t exist"}'
    with loopback(messages=lambda *_: iter([refused])) as venues:
        market = "--market", "okx-spot/BTC-USDT", "--stream"
        done = footprint("record", *market, "--for", "5s", "--to", tmp_path, "--base-url", venues.url)
    assert done.code == 1
    assert "okx-spot refuses the stream: " in done.err
    assert "60018" in done.err


_RECORD = "from pipeline.record import recorder; recorder.STORE_S = 0.2; from pipeline.cli import main; main()"


def begin(venues: Venues, to: Path, *more: str) -> "subprocess.Popen[str]":
    arguments = "record", "--market", "binance-spot/BTCUSDT", "--every", "200ms", "--feeds", "trades", "--feeds", "book"
    return subprocess.Popen(
        [sys.executable, "-c", _RECORD, *arguments, "--to", str(to), "--base-url", venues.url, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )


def wait_for(process: "subprocess.Popen[str]", venues: Venues, more: int) -> None:
    """Until it has asked for so many more pages."""
    until, end = venues.asked["/api/v3/aggTrades"] + more, time.monotonic() + 60
    while venues.asked["/api/v3/aggTrades"] < until:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def test_killed_and_started_again_nothing_is_torn_lost_or_twice(tmp_path: Path):
    """Trades that came while nobody recorded are asked for; of those before, what was stored is all there."""
    with loopback(rate=7, pages=10) as venues:
        first = begin(venues, tmp_path)
        wait_for(first, venues, 6)
        first.kill()
        first.communicate()
        (path,) = tmp_path.rglob("*.jsonl.zst")
        stored = written(tmp_path)
        assert stored
        path.write_bytes(path.read_bytes() + frames.frame(b"torn\n" * 50)[:-7])
        venues.last += 40
        second = begin(venues, tmp_path)
        wait_for(second, venues, 6)
        second.send_signal(signal.SIGTERM)
        out, err = second.communicate(timeout=60)
    assert second.returncode == 0, err
    assert str(path) in out
    lines = written(tmp_path)
    assert lines[: len(stored)] == stored
    heads = [one for one in lines if one["t"] == "header"]
    assert [one.get("cut_bytes", 0) > 0 for one in heads[:2]] == [False, True]
    assert len({orjson.dumps(one) for one in lines}) == len(lines)
    assert not [one for one in lines if one["t"] in ("hole", "error")]
    ids = sorted({trade["a"] for one in replies(lines, "aggTrades") for trade in json.loads(one["data"])})
    assert ids == list(range(ids[0], ids[-1] + 1))
