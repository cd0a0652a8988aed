"""The written lines, on a handful of orders."""

import io
import itertools

import orjson
import pytest

from pipeline.simulator.capture import Capture, Feed
from pipeline.simulator.clock import Clock
from pipeline.simulator.draws import Draws
from pipeline.simulator.exchange import Exchange
from pipeline.simulator.instrument import Instrument
from pipeline.simulator.orders import BUY, SELL

START = 1_700_000_000_000_000


@pytest.fixture
def exchange() -> Exchange:
    return Exchange(update_id=1000, trade_id=50)


@pytest.fixture
def sink() -> io.BytesIO:
    return io.BytesIO()


@pytest.fixture
def capture(exchange: Exchange, sink: io.BytesIO) -> Capture:
    capture = Capture(
        sink,
        exchange,
        Instrument("BTCUSDT", tick_cents=10),
        Draws(7, "capture"),
        start_us=START,
        feed=Feed(100_000, with_quotes=True),
        latency_ns=800_000,
    )
    exchange.subscribe(capture)
    return capture


def lines(sink: io.BytesIO) -> list[tuple[int, dict]]:
    pairs = [line.split(b" ", 1) for line in sink.getvalue().splitlines()]
    return [(int(received), orjson.loads(text)) for received, text in pairs]


def test_prices_and_quantities_as_the_venue_prints_them() -> None:
    instrument = Instrument("BTCUSDT", tick_cents=10)
    assert [instrument.price_text(ticks) for ticks in (420_001, 420_010, 7)] == ["42000.10", "42001.00", "0.70"]
    assert [instrument.qty_text(lots) for lots in (0, 7, 1500, 12_345)] == ["0.000", "0.007", "1.500", "12.345"]


def test_a_trade_stands_before_the_quote_it_leads_to(exchange: Exchange, capture: Capture, sink: io.BytesIO) -> None:
    exchange.limit(START + 1, 1, 1, BUY, 420_000, 1500)
    exchange.limit(START + 2, 1, 2, SELL, 420_001, 2000)
    exchange.market(START + 5_999, 2, 3, SELL, 600)
    ms = START // 1000
    first, trade, second = (message for _, message in lines(sink))
    assert first["stream"] == "btcusdt@bookTicker"
    assert trade == {
        "stream": "btcusdt@trade",
        "data": {
            "e": "trade",
            "E": ms + 5,
            "T": ms + 5,
            "s": "BTCUSDT",
            "t": 51,
            "p": "42000.00",
            "q": "0.600",
            "X": "MARKET",
            "m": True,
        },
    }
    assert second["data"] == {
        "e": "bookTicker",
        "u": 1003,
        "s": "BTCUSDT",
        "b": "42000.00",
        "B": "0.900",
        "a": "42000.10",
        "A": "2.000",
        "T": ms + 5,
        "E": ms + 5,
    }
    assert capture.count.lines == 3


def test_depth_gathers_an_interval_and_chains_by_update_id(
    exchange: Exchange, capture: Capture, sink: io.BytesIO
) -> None:
    clock = Clock(START)
    clock.add(capture, rank=0)
    clock.at(START + 10_000, 1, lambda now: exchange.limit(now, 1, 1, BUY, 420_000, 5))
    clock.at(START + 20_000, 1, lambda now: exchange.limit(now, 1, 2, BUY, 419_999, 7))
    clock.at(START + 30_000, 1, lambda now: exchange.cancel(now, 1, 1))
    clock.at(START + 100_000, 1, lambda now: exchange.cancel(now, 1, 2))
    clock.run(START + 500_000)
    one, two = (message["data"] for _, message in lines(sink))
    ms = START // 1000
    assert one["b"] == [["41999.90", "0.007"], ["42000.00", "0.000"]]
    assert (one["E"], one["T"], one["pu"], one["U"], one["u"]) == (ms + 100, ms + 30, 1000, 1001, 1003)
    assert two["b"] == [["41999.90", "0.000"]]
    assert (two["E"], two["T"], two["pu"], two["U"], two["u"]) == (ms + 200, ms + 100, 1003, 1004, 1004)


def test_the_snapshot_shows_the_best_thousand_levels_best_first(
    exchange: Exchange, capture: Capture, sink: io.BytesIO
) -> None:
    for order_id in range(1, 1201):
        exchange.limit(START, 1, order_id, BUY, 400_000 + order_id, 1)
    capture.send_snapshot(START + 1000)
    ((_, snapshot),) = lines(sink)
    assert snapshot["lastUpdateId"] == 2200
    assert snapshot["bids"][0] == ["40120.00", "0.001"]
    assert (len(snapshot["bids"]), snapshot["asks"]) == (1000, [])


def test_a_mark_price_prints_eight_decimals(capture: Capture, sink: io.BytesIO) -> None:
    capture.send_mark(START, mark=4_200_000_000_001, index=4_200_100_000_000, rate=-708, settlement=START + 1000)
    ((_, message),) = lines(sink)
    assert message["stream"] == "btcusdt@markPrice@1s"
    data = message["data"]
    assert (data["p"], data["i"], data["r"]) == ("42000.00000001", "42001.00000000", "-0.00000708")
    assert data["T"] == data["E"] + 1


def test_receive_times_increase_and_follow_the_event(exchange: Exchange, capture: Capture, sink: io.BytesIO) -> None:
    exchange.limit(START, 1, 1, BUY, 420_000, 5)
    exchange.limit(START, 1, 2, SELL, 420_001, 500)
    for order_id in range(3, 200):
        exchange.market(START + order_id, 1, order_id, BUY, 1)
    received = [time for time, _ in lines(sink)]
    assert capture.count.lines == len(received) == 2 * 197 + 1
    assert all(later > earlier for earlier, later in itertools.pairwise(received))
    assert received[0] > 1000 * START
