"""Without a base URL the venues' own hosts are asked, at the addresses of their documentation."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline.record.clock import Clock
from pipeline.record.endpoints import VENUES
from pipeline.record.faults import NoReply
from pipeline.record.library import Library, address_of

pytest.importorskip("ccxt", reason="the extra live is not installed")

HOSTS = {
    "binance-usdm": (
        "fapi.binance.com",
        "wss://fstream.binance.com/public/ws/0",
        "wss://fstream.binance.com/market/ws/0",
    ),
    "binance-coinm": ("dapi.binance.com", "wss://dstream.binance.com/ws/0"),
    "binance-spot": ("api.binance.com", "wss://stream.binance.com:9443/ws/0"),
    "bybit-linear": ("api.bybit.com", "wss://stream.bybit.com/v5/public/linear"),
    "bybit-inverse": ("api.bybit.com", "wss://stream.bybit.com/v5/public/inverse"),
    "bybit-spot": ("api.bybit.com", "wss://stream.bybit.com/v5/public/spot"),
    "okx-swap": ("www.okx.com", "wss://ws.okx.com:443/ws/v5/public"),
    "okx-spot": ("www.okx.com", "wss://ws.okx.com:443/ws/v5/public"),
    "hyperliquid": ("api.hyperliquid.xyz", "wss://api.hyperliquid.xyz/ws"),
    "deribit-options": ("www.deribit.com", "wss://www.deribit.com/ws/api/v2"),
}


def asked(venue: str) -> list[tuple[str, str]]:
    """Method and address of every request of a venue; none is sent."""
    seen: list[tuple[str, str]] = []

    async def ask() -> None:
        library = Library(VENUES[venue].library, None, Clock())

        async def fetch(url: str, method: str = "GET", *_: Any) -> Any:
            seen.append((method, url))
            return {}

        library._exchange.fetch = fetch
        library._exchange.enableRateLimit = False
        for poll in VENUES[venue].polls:
            with pytest.raises(NoReply, match="expected JSON"):
                await library.ask(poll.method, poll.params("BTC-USDT-SWAP", 1_700_000_000_000))
        await library.close()

    asyncio.run(ask())
    return seen


@pytest.mark.parametrize("venue", VENUES)
def test_requests_go_to_the_venue(venue: str):
    found = asked(venue)
    assert len(found) == len(VENUES[venue].polls)
    assert {urlsplit(url).hostname for _, url in found} == {HOSTS[venue][0]}
    assert {method for method, _ in found} == {"POST" if venue == "hyperliquid" else "GET"}
    assert all(url.startswith("https://") and "{" not in url for _, url in found)


@pytest.mark.parametrize("venue", VENUES)
def test_streams_go_to_the_venue(venue: str):
    async def addresses() -> list[str]:
        library = Library(VENUES[venue].library, None, Clock())
        await library.close()
        return [address_of(library._exchange.urls["api"], stream) for stream in VENUES[venue].streams]

    assert asyncio.run(addresses()) == list(HOSTS[venue][1:])


def test_the_words_of_a_request_are_those_of_the_documentation():
    urls = [url.partition("?")[0].rpartition("com")[2] + "?" + url.partition("?")[2] for _, url in asked("okx-swap")]
    assert urls[0] == "/api/v5/market/books?instId=BTC-USDT-SWAP&sz=400"
    assert urls[1] == "/api/v5/market/trades?instId=BTC-USDT-SWAP&limit=500"
    assert "/api/v5/market/index-tickers?instId=BTC-USDT" in urls
