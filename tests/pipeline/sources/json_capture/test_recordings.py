"""Real captures of seven exchanges: no line lost, chains whole, sides told by the book, checksums of the venues met."""

from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
import polars as pl
import pytest

from pipeline.market import Market
from pipeline.sources.reading.lines import blocks_of_lines
from tests.pipeline.sources.read_whole import Whole, read_whole
from tests.pipeline.sources.tick_test import Agreement, book_mids, quote_mids, tick_test

FOLDER = Path(__file__).parents[5] / "shared" / "market-data" / "cryptofeed"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="no recordings: expected ../shared/market-data/cryptofeed")

BYBIT = {"linear": ("BTCUSDT", "DOGEUSDT", "ETHUSDT", "SOLUSDT"), "spot": ("BTCUSDT", "ETHUSDT")}
MARKETS = [
    *(("BYBIT", Market(f"bybit-{kind}", symbol)) for kind, symbols in BYBIT.items() for symbol in symbols),
    ("OKX", Market("okx-futures", "BTC-USD-220527")),
    ("OKX", Market("okx-swap", "UNI-USD-SWAP")),
    ("OKX", Market("okx-spot", "BTC-USDT")),
    ("BINANCE_FUTURES", Market("binance-usdm", "SUSHIUSDT")),
    ("BINANCE_FUTURES", Market("binance-usdm", "CTKUSDT")),
    ("KRAKEN_FUTURES", Market("kraken-futures", "PI_XRPUSD")),
    ("KRAKEN_FUTURES", Market("kraken-futures", "PI_LTCUSD")),
    ("GATEIO_FUTURES", Market("gateio-futures", "RDNT_USDT")),
    ("GATEIO_FUTURES", Market("gateio-futures", "PHB_USDT")),
    ("BITGET", Market("bitget-futures", "DASHUSDT")),
    ("BITGET", Market("bitget-spot", "EOSUSDT")),
    ("DERIBIT", Market("deribit-options", "BTC")),
    ("DERIBIT", Market("deribit-options", "ETH")),
]
EACH = pytest.mark.parametrize(("exchange", "market"), MARKETS, ids=[str(market) for _, market in MARKETS])


@cache
def _path(exchange: str) -> Path:
    return FOLDER / f"{exchange}.jsonl.zst"


@cache
def _reading(exchange: str, market: Market) -> Whole:
    return read_whole("json-capture", _path(exchange), market)


@cache
def _lines(exchange: str) -> tuple[bytes, ...]:
    return tuple(line for block in blocks_of_lines(_path(exchange)) for line in block)


@EACH
def test_every_line_is_kept_or_beside_and_none_is_wrong(exchange: str, market: Market):
    found = _reading(exchange, market)
    assert found.lines + found.lines_beside == len(_lines(exchange))
    assert (found.kept, found.quarantined, found.reasons) == (found.lines, 0, [])


@EACH
def test_messages_are_as_many_as_an_independent_count_of_the_text(exchange: str, market: Market):
    """Counted by what names the market's messages, without the parser."""
    counts = {name: frame.height for name, frame in _reading(exchange, market).frames.items()}
    marks = {
        "BYBIT": {"book_updates": f'orderbook.200.{market.symbol}\\"'},
        "OKX": {"book_updates": f'channel\\":\\"books\\",\\"instId\\":\\"{market.symbol}\\"}},\\"action'},
        "BINANCE_FUTURES": {
            "trades": f"{market.symbol.lower()}@aggTrade\\",
            "book_ticker": f"{market.symbol.lower()}@bookTicker\\",
        },
        "KRAKEN_FUTURES": {"book_updates": f'"feed\\":\\"book\\",\\"product_id\\":\\"{market.symbol}\\"'[1:]},
        "GATEIO_FUTURES": {"book_ticker": f'book_ticker\\",\\"event\\":\\"update\\"|s\\":\\"{market.symbol}\\"'},
        "DERIBIT": {"option_quotes": f'channel\\":\\"ticker.{market.symbol}-'},
    }.get(exchange, {})
    for table, mark in marks.items():
        texts = [part.encode() for part in mark.split("|")]
        lines = [line for line in _lines(exchange) if b'"t":"recv"' in line and all(text in line for text in texts)]
        if exchange == "BYBIT":
            own = b"linear" if market.venue == "bybit-linear" else b"spot"
            connected = next(line for line in _lines(exchange) if b'"connect"' in line and own in line)
            lines = [line for line in lines if orjson.loads(line)["conn"] == orjson.loads(connected)["conn"]]
        snapshots = 1 if exchange == "KRAKEN_FUTURES" else 0
        assert counts[table] == len(lines) + snapshots, table


@EACH
def test_update_ids_follow_each_other(exchange: str, market: Market):
    """Bybit, Binance, Kraken and Gate.io number their updates; a snapshot from a reply is bridged."""
    updates = _reading(exchange, market).frames.get("book_updates")
    if updates is None or updates["update_id"].null_count():
        return
    diffs = updates.filter(~pl.col("is_snapshot"))
    breaks = (diffs["prev_update_id"].slice(1) != diffs["update_id"].slice(0, diffs.height - 1)).sum()
    assert breaks == 0
    for start in updates.filter("is_snapshot")["update_id"]:
        bridges = (diffs["prev_update_id"] <= start) & (diffs["update_id"] > start)
        assert bridges.sum() == 1


def _mids(found: Whole) -> pl.DataFrame:
    updates = found.frames["book_updates"].sort("event_ts", "update_id", "position", maintain_order=True)
    rows = updates.with_row_index("msg_id").explode("side", "price", "qty", empty_as_null=True).with_row_index("seq")
    return book_mids(rows.with_columns(pl.col("side").fill_null(0)))


@EACH
def test_sides_agree_with_the_book_before(exchange: str, market: Market):
    found = _reading(exchange, market)
    if "trades" not in found.frames or "book_updates" not in found.frames:
        return
    recorded = found.frames["trades"].filter(pl.col("event_ts") > found.frames["book_updates"]["event_ts"].min())
    agreed: dict[str, Agreement] = {"book": tick_test(recorded, _mids(found))}
    if "book_ticker" in found.frames:
        agreed["quotes"] = tick_test(recorded, quote_mids(found.frames["book_ticker"]))
    print(market, {name: str(one) for name, one in agreed.items()})  # noqa: T201
    assert agreed["book"].judged < 20 or agreed["book"].share > 0.85


@pytest.mark.parametrize("symbol", BYBIT["linear"])
def test_bybit_states_funding_marks_and_one_side_of_open_interest(symbol: str):
    frames = _reading("BYBIT", Market("bybit-linear", symbol)).frames
    states = frames["derivative_ticker"]
    for name in ("mark_price", "index_price", "funding_rate", "next_funding_ts", "open_interest_qty"):
        assert states[name].null_count() == 0, name
    stated = next(line for line in _lines("BYBIT") if b"tickers." + symbol.encode() in line and b"snapshot" in line)
    said = orjson.loads(orjson.loads(stated)["data"])["data"]
    assert float(said["singleOpenInterest"]) == states["open_interest_qty"][0]
    step = 10.0 ** -len(said["openInterest"].partition(".")[2])
    assert float(said["openInterest"]) == pytest.approx(2 * states["open_interest_qty"][0], abs=1.01 * step)
    assert frames["funding"]["interval_h"].to_list() == [8.0] * frames["funding"].height
    mid = (frames["book_ticker"]["bid_px"][0] + frames["book_ticker"]["ask_px"][0]) / 2
    assert abs(states["mark_price"][0] / mid - 1) < 0.001


def test_best_quotes_of_bybit_are_those_of_its_book():
    """Two streams of one engine: where neither changed within 300 ms they say the same."""
    found = _reading("BYBIT", Market("bybit-linear", "BTCUSDT"))
    both = quote_mids(found.frames["book_ticker"]).join_asof(
        _mids(found).drop_nulls("mid").sort("event_ts"), on="event_ts", suffix="_book"
    )
    same = (both["mid"] == both["mid_book"]).drop_nulls()
    assert same.mean() > 0.9


def test_volatilities_of_deribit_are_fractions_and_put_deltas_negative():
    quotes = _reading("DERIBIT", Market("deribit-options", "BTC")).frames["option_quotes"]
    assert 0.2 < quotes["mark_iv"].min() < quotes["mark_iv"].max() < 3
    assert quotes.filter(option_type="P")["delta"].max() <= 0 <= quotes.filter(option_type="C")["delta"].min()
    assert (quotes["expiry_ts"] > quotes["event_ts"]).all()


CHECKSUMMED = [("OKX", market) for exchange, market in MARKETS if exchange == "OKX"]
CHECKSUMMED += [("BITGET", market) for exchange, market in MARKETS if exchange == "BITGET"]


@pytest.mark.parametrize(("exchange", "market"), CHECKSUMMED, ids=[str(market) for _, market in CHECKSUMMED])
def test_the_book_meets_the_venue_s_checksum_after_every_message(exchange: str, market: Market):
    """CRC32 of the best 25 levels of both sides by turns, in the venue's own digits."""
    frame = _reading(exchange, market).frames["book_updates"]
    sides: dict[int, dict[float, str]] = {1: {}, -1: {}}
    checked = 0
    for line, is_snapshot, side, price, qty in frame.select("line", "is_snapshot", "side", "price", "qty").iter_rows():
        data = orjson.loads(orjson.loads(_lines(exchange)[line - 1])["data"])["data"][0]
        digits = {(1, float(px)): f"{px}:{size}" for px, size, *_ in data["bids"]}
        digits |= {(-1, float(px)): f"{px}:{size}" for px, size, *_ in data["asks"]}
        if is_snapshot:
            sides = {1: {}, -1: {}}
        for sign, level, size in zip(side, price, qty, strict=True):
            if size:
                sides[sign][level] = digits[sign, level]
            else:
                sides[sign].pop(level, None)
        assert _checksum(sides) == data["checksum"] % (1 << 32)
        checked += 1
    assert checked > 50


def _checksum(sides: dict[int, dict[float, str]]) -> int:
    best: list[list[Any]] = [sorted(sides[1], reverse=True)[:25], sorted(sides[-1])[:25]]
    texts = []
    for place in range(25):
        texts += [sides[sign][levels[place]] for sign, levels in zip((1, -1), best, strict=True) if place < len(levels)]
    return crc32(":".join(texts).encode())
