"""What is to be recorded: from options, from footprint.toml, and what makes no sense."""

import sys
from pathlib import Path

import pytest

from pipeline.config import load_config
from pipeline.errors import FootprintError
from pipeline.market import VENUES as KNOWN
from pipeline.market import Market
from pipeline.record.endpoint import FEEDS, Stream
from pipeline.record.endpoints import VENUES
from pipeline.record.library import address_of, rebased
from pipeline.record.request import (
    RecordRequest,
    base_urls,
    check,
    configured,
    duration,
    feeds,
    periods,
    scheduled_request,
)
from tests.pipeline.command import footprint

CONFIG = """
[record]
markets = ["binance-usdm/BTCUSDT", "hyperliquid/BTC"]
feeds = ["book", "trades"]
every = ["2s", "book=1s"]
seconds = 120
to = "captures"
stream = true
base_url = {hyperliquid = "http://127.0.0.1:1"}
"""


@pytest.mark.parametrize(("text", "seconds"), [("500ms", 0.5), ("5s", 5), ("1.5m", 90), ("1h", 3600), ("2d", 172_800)])
def test_durations(text: str, seconds: float):
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "s", "-5s", "0s", "5 s", "1e3s", "five"])
def test_what_is_no_duration(text: str):
    with pytest.raises(FootprintError, match="is no duration: write 500ms, 5s"):
        duration(text)


def test_periods_of_all_feeds_and_of_one():
    assert periods(["5s", "book=1s"]) == {"": 5.0, "book": 1.0}
    request = RecordRequest((), Path(), every={"": 7.0, "book": 1.0})
    assert [request.period(feed) for feed in ("book", "trades")] == [1.0, 7.0]
    assert RecordRequest((), Path()).period("book") == 5.0
    with pytest.raises(FootprintError, match=r"'boook' is no feed.*book"):
        periods(["boook=1s"])
    with pytest.raises(FootprintError, match="too often"):
        periods(["100ms"])


def test_feeds_and_hosts_are_written_in_one_or_in_several():
    assert feeds(["book, trades", "book"]) == ("book", "trades")
    assert base_urls(["http://a:1", "okx-swap=http://b:2"]) == {"": "http://a:1", "okx-swap": "http://b:2"}
    request = RecordRequest((), Path(), base_urls={"": "http://a:1", "okx-swap": "http://b:2"})
    assert [request.base_url(venue) for venue in ("okx-swap", "okx-spot")] == ["http://b:2", "http://a:1"]


def test_the_configuration_says_all_of_it(tmp_path: Path):
    (tmp_path / "footprint.toml").write_text(CONFIG)
    config = load_config(tmp_path / "footprint.toml")
    assert configured(config.record, config.folder) == RecordRequest(
        markets=(Market("binance-usdm", "BTCUSDT"), Market("hyperliquid", "BTC")),
        to=tmp_path / "captures",
        feeds=("book", "trades"),
        every={"": 2.0, "book": 1.0},
        seconds=120,
        is_streamed=True,
        base_urls={"hyperliquid": "http://127.0.0.1:1"},
    )
    assert scheduled_request(config).seconds == 120


def test_a_scheduled_recording_ends_and_names_its_markets(tmp_path: Path):
    path = tmp_path / "footprint.toml"
    path.write_text('[record]\nmarkets = ["okx-swap/BTC-USDT-SWAP"]\n')
    assert scheduled_request(load_config(path)).seconds == 290
    path.write_text("")
    with pytest.raises(FootprintError, match=r"needs \[record\] with markets"):
        scheduled_request(load_config(path))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("market = []", "'market' is no key in [record]"),
        ('markets = "binance-usdm/BTCUSDT"', "markets is 'binance-usdm/BTCUSDT', expected a list of markets"),
        ("every = 5", 'every is 5, expected "5s", or a list'),
        ("seconds = 0", "seconds is 0, expected a number > 0"),
        ("stream = 1", "stream is 1, expected true or false"),
        ("base_url = [1]", "base_url is [1], expected a URL, or a table of URLs by venue"),
    ],
)
def test_a_configuration_without_meaning_is_told(text: str, why: str, tmp_path: Path):
    path = tmp_path / "footprint.toml"
    path.write_text(f"[record]\n{text}\n")
    with pytest.raises(FootprintError) as refused:
        load_config(path)
    assert why in refused.value.why
    assert refused.value.fault.code == "FP010"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "need a market"),
        (("--venue", "okx-swap"), "--venue and --symbol go together"),
        (("--market", "BTCUSDT"), "expected venue/symbol as binance-usdm/BTCUSDT"),
        (("--market", "binance/BTCUSDT"), "'binance' is no venue that is recorded"),
        (
            ("--market", "okx-spot/BTC-USDT", "--feeds", "funding"),
            "okx-spot has none of these feeds; it has: book",
        ),
        (("--market", "okx-spot/BTC-USDT", "--feeds", "boook"), "'boook' is no feed"),
        (("--market", "okx-spot/BTC-USDT", "--for", "1"), "'1' is no duration"),
        (("--market", "okx-spot/BTC-USDT", "--base-url", "localhost:80"), "a base URL is written http://host:port"),
        (("--market", "okx-spot/BTC-USDT", "--base-url", "okx=http://x"), "'okx' is no venue that is recorded"),
    ],
)
def test_a_request_without_meaning_is_told(arguments: tuple[str, ...], why: str, tmp_path: Path):
    done = footprint("record", *arguments, "--to", tmp_path / "captures")
    assert done.code == 2
    assert done.err.startswith("error[FP009]")
    assert why in done.err
    assert not (tmp_path / "captures").exists()


def test_without_ccxt_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ccxt.pro", None)
    done = footprint("record", "--market", "okx-spot/BTC-USDT", "--to", tmp_path / "captures")
    assert done.code == 2
    assert done.err.startswith("error[FP019]")
    assert "pip install 'mm-footprint[live]'" in done.err
    assert not (tmp_path / "captures").exists()


def test_venues_that_are_recorded_are_known_everywhere():
    assert set(VENUES) <= set(KNOWN)


@pytest.mark.parametrize("venue", VENUES)
def test_the_table_is_sound(venue: str):
    one = VENUES[venue]
    assert {poll.feed for poll in one.polls} <= set(FEEDS)
    assert all(feed in one.feeds for stream in one.streams for feed in stream.feeds)
    assert [poll.feed for poll in one.polls if poll.page] == ["trades"]
    check(RecordRequest((Market(venue, "X"),), Path()))


def test_okx_trades_are_polled_beside_its_stream():
    """Streamed ones are sums under the id of the last of them."""
    for venue in ("okx-swap", "okx-spot"):
        (stream,) = VENUES[venue].streams
        assert "trades" not in str(stream.opening("BTC-USDT-SWAP"))
        assert "trades" not in stream.feeds


def test_binance_streams_the_aggregates_that_it_pages():
    for venue in ("binance-usdm", "binance-coinm", "binance-spot"):
        names = {name.partition("@")[2] for one in VENUES[venue].streams for name in one.opening("X")[0]["params"]}
        assert "aggTrade" in names
        assert "trade" not in names
        assert next(poll for poll in VENUES[venue].polls if poll.page).method.endswith("GetAggTrades")


def test_a_base_url_stands_in_for_all_hosts():
    api = {"rest": "https://api.x.com/v1", "ws": {"public": "wss://stream.x.com:9443/ws"}}
    assert rebased(api, "http://127.0.0.1:8080") == {
        "rest": "http://127.0.0.1:8080/v1",
        "ws": {"public": "ws://127.0.0.1:8080/ws"},
    }


def test_an_address_has_its_category_and_its_suffix():
    api = {"ws": {"linear": "wss://host/ws"}}
    plain = Stream(("ws", "linear"), frozenset(), lambda _: [])
    assert address_of(api, plain) == "wss://host/ws"
    split = Stream(("ws", "linear"), frozenset(), lambda _: [], suffix="/0", category="public")
    assert address_of(api, split) == "wss://host/public/ws/0"


def test_the_documentation_is_about_what_is_recorded(tmp_path: Path):
    """Its example is a configuration, its table has every venue, and its words for feeds exist."""
    text = (Path(__file__).parents[3] / "docs" / "recording.md").read_text()
    (tmp_path / "footprint.toml").write_text(text.split("```toml\n")[1].split("```")[0])
    config = load_config(tmp_path / "footprint.toml")
    assert scheduled_request(config).markets == (Market("binance-usdm", "BTCUSDT"), Market("binance-spot", "BTCUSDT"))
    assert config.schedule.record == "*/5 * * * *"
    table = text.split("## What is asked for")[1].split("`--every 5s`")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")][1:]
    assert {venue.strip() for row in rows for venue in row.split(",")} == set(VENUES)


def test_what_is_wrong_in_the_configuration_is_said_to_be_there():
    for table in ({"markets": ["BTCUSDT"]}, {"every": "soon"}):
        with pytest.raises(FootprintError) as wrong:
            configured(table, Path())
        assert (wrong.value.fault.code, wrong.value.where) == ("FP010", "[record] of footprint.toml")
