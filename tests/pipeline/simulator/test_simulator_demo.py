"""The demo file, read back with nothing but dictionaries."""

import gzip
import io
import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from pipeline.simulator.capture import Feed
from pipeline.simulator.instrument import Instrument
from pipeline.simulator.presets import PERP, SMALL
from pipeline.simulator.recorder import record
from pipeline.simulator.world import World, make_world
from tests.pipeline.demo_market import DemoSummary, write_demo_market

SECOND = 1_000_000
START = 1_704_239_040_000_000
BTCUSDT = Instrument("BTCUSDT", tick_cents=100)


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return write_demo_market(tmp_path_factory.mktemp("demo") / "btcusdt.gz")


@pytest.fixture(scope="module")
def messages(summary: DemoSummary) -> list[tuple[int, dict]]:
    return read(gzip.decompress(summary.path.read_bytes()))


@pytest.fixture(scope="module")
def short() -> tuple[World, list[tuple[int, dict]]]:
    """Ninety seconds with the world still at hand."""
    world, sink = make_world(replace(SMALL, markets=(PERP,)), seed=7, start_us=START - 10 * SECOND), io.BytesIO()
    feed = Feed(100_000, with_quotes=True)
    record(world, [[(feed, sink)]], start_us=START, end_us=START + 90 * SECOND)
    return world, read(sink.getvalue())


def read(text: bytes) -> list[tuple[int, dict]]:
    """(receive time, payload) of every line; payloads lose their stream."""
    pairs = [line.split(b" ", 1) for line in text.splitlines()]
    payloads = [(int(received), orjson.loads(payload)) for received, payload in pairs]
    return [(received, payload.get("data", payload)) for received, payload in payloads]


def of_kind(messages: list[tuple[int, dict]], kind: str) -> list[dict]:
    return [message for _, message in messages if message.get("e") == kind]


def apply(book: dict[str, str], levels: list[list[str]]) -> None:
    for price, qty in levels:
        book[price] = qty
        if qty == "0.000":
            del book[price]


def test_the_summary_counts_what_is_in_the_file(summary: DemoSummary, messages: list[tuple[int, dict]]) -> None:
    counted = summary.messages
    depth = of_kind(messages, "depthUpdate")
    assert counted.lines == len(messages)
    assert counted.depth == len(depth)
    assert counted.depth_levels == sum(len(message["b"]) + len(message["a"]) for message in depth) > 15_000
    assert counted.trades == len(of_kind(messages, "trade")) > 1_500
    assert counted.tickers == len(of_kind(messages, "bookTicker")) > 5_000
    assert counted.marks == len(of_kind(messages, "markPriceUpdate")) == 20 * 60
    assert counted.snapshots == 1
    assert summary.file_bytes == summary.path.stat().st_size < 3_000_000
    assert not list(summary.path.parent.glob("*.part"))


def test_the_file_crosses_midnight_and_the_settlement(messages: list[tuple[int, dict]]) -> None:
    midnight = int(datetime(2024, 1, 3, tzinfo=UTC).timestamp()) * 1000
    trades = of_kind(messages, "trade")
    assert 0.7 < sum(trade["T"] < midnight for trade in trades) / len(trades) < 0.9
    marks = of_kind(messages, "markPriceUpdate")
    assert {mark["T"] for mark in marks if mark["E"] <= midnight} == {midnight}
    assert {mark["T"] for mark in marks if mark["E"] > midnight} == {midnight + 8 * 3_600_000}
    rates = [float(mark["r"]) for mark in marks]
    assert set(rates) == {0.0001}, "a premium of few basis points lies inside the clamp: the rate is the interest"


def test_update_ids_chain_and_the_snapshot_bridges(messages: list[tuple[int, dict]]) -> None:
    depth = of_kind(messages, "depthUpdate")
    assert all(later["pu"] == earlier["u"] for earlier, later in itertools.pairwise(depth))
    assert all(message["pu"] < message["U"] <= message["u"] for message in depth)
    (place,) = (place for place, (_, message) in enumerate(messages) if "lastUpdateId" in message)
    last = messages[place][1]["lastUpdateId"]
    before, after = (of_kind(part, "depthUpdate") for part in (messages[:place], messages[place:]))
    assert len(before) >= 2
    assert all(message["u"] <= last for message in before)
    assert after[0]["pu"] <= last < after[0]["u"]


def test_ids_and_clocks_only_rise(messages: list[tuple[int, dict]]) -> None:
    received = [time for time, _ in messages]
    assert all(later > earlier for earlier, later in itertools.pairwise(received))
    for kind, identity in (("trade", "t"), ("bookTicker", "u"), ("depthUpdate", "u")):
        stream = of_kind(messages, kind)
        assert all(later[identity] > earlier[identity] for earlier, later in itertools.pairwise(stream))
        assert all(later["T"] >= earlier["T"] for earlier, later in itertools.pairwise(stream))
    for time, message in messages:
        assert 0 < time - 1_000_000 * message["E"] < 100_000_000


def test_a_dictionary_book_agrees_with_every_best_quote_and_never_crosses(messages: list[tuple[int, dict]]) -> None:
    bids: dict[str, str] = {}
    asks: dict[str, str] = {}
    quote: dict = {}
    compared = 0
    for _, message in messages:
        if "lastUpdateId" in message:
            bids, asks = dict(message["bids"]), dict(message["asks"])
        elif message["e"] == "bookTicker":
            quote = message
        elif message["e"] == "depthUpdate" and bids:
            apply(bids, message["b"])
            apply(asks, message["a"])
            bid, ask = max(bids, key=float), min(asks, key=float)
            assert float(bid) < float(ask)
            assert (bid, bids[bid], ask, asks[ask]) == (quote["b"], quote["B"], quote["a"], quote["A"])
            assert quote["u"] <= message["u"]
            compared += 1
    assert compared > 10_000


def test_reading_the_file_ends_in_the_exchanges_own_book(short: tuple[World, list[tuple[int, dict]]]) -> None:
    world, messages = short
    (snapshot,) = (message for _, message in messages if "lastUpdateId" in message)
    books = {"b": dict(snapshot["bids"]), "a": dict(snapshot["asks"])}
    for message in of_kind(messages, "depthUpdate"):
        if message["u"] > snapshot["lastUpdateId"]:
            for side, book in books.items():
                apply(book, message[side])
    for side, own in (("b", world.markets[0].exchange.bids), ("a", world.markets[0].exchange.asks)):
        assert books[side] == {BTCUSDT.price_text(price): BTCUSDT.qty_text(size) for price, size in own.depth()}
    assert of_kind(messages, "depthUpdate")[-1]["u"] == world.markets[0].exchange.update_id


def test_the_tape_is_the_fill_log(short: tuple[World, list[tuple[int, dict]]]) -> None:
    world, messages = short
    recorded = [fill for fill in world.markets[0].exchange.fills if fill.time >= START]
    tape = [(trade["t"], trade["p"], trade["q"], trade["m"]) for trade in of_kind(messages, "trade")]
    assert len(tape) > 50
    assert tape == [
        (fill.trade_id, BTCUSDT.price_text(fill.price), BTCUSDT.qty_text(fill.size), fill.taker_side == -1)
        for fill in recorded
    ]


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        write_demo_market(tmp_path / name, seed=seed, minutes=1)
    one, two, three = ((tmp_path / name).read_bytes() for name in ("one", "two", "three"))
    assert one == two
    assert one != three
    assert one[3:8] == bytes(5), "the gzip header carries a file name or a time"


def test_senseless_requests_are_errors_in_words(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a start with a time zone"):
        write_demo_market(tmp_path / "demo.gz", start=datetime(2024, 1, 2))
    with pytest.raises(ValueError, match="at least one minute"):
        write_demo_market(tmp_path / "demo.gz", minutes=0)
    assert not list(tmp_path.iterdir())
