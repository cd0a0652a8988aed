"""What is asked of each venue, and how: a table, a row for each reply or stream.

Methods are ccxt's names of the venues' own endpoints; limits and weights are the venues'
(Binance USD-M: 2,400 of weight a minute and address, of which ccxt uses half; a book of
500 levels costs 10, a page of trades 20). Feeds: book, trades, mark (mark and index
price, with the predicted funding rate where it comes along), funding (predicted, if by
itself, and settled), open_interest, options, volatility, instrument (tick, lot, contract
size, funding interval: once in each file, so that it can be read without another).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pipeline.record.endpoint import Poll, Stream, Venue
from pipeline.record.timetable import HOUR_S
from pipeline.record.trade_chain import Fill, Page

_DAY_MS: Final = 86_400_000
_MINUTE_S: Final = 60.0
_SETTLED_S: Final = 300.0
"""A settled rate comes every hour at most; asked for this often, it is here within five minutes."""


def _binance(prefix: str, polls: tuple[Poll, ...] = ()) -> tuple[Poll, ...]:
    fill = Fill(
        f"{prefix}GetAggTrades",
        lambda symbol, after, _: {"symbol": symbol, "fromId": int(after) + 1, "limit": 1000},
        is_forward=True,
    )
    page = Page((), "a", "T", 1000, is_counted=True, fill=fill)

    def of(limit: int) -> Callable[[str, int], Mapping[str, Any]]:
        return lambda symbol, _: {"symbol": symbol, "limit": limit}

    return (
        Poll("book", f"{prefix}GetDepth", of(500), whole=of(1000)),
        Poll("trades", f"{prefix}GetAggTrades", of(1000), page=page),
        Poll("instrument", f"{prefix}GetExchangeInfo", _binance_listing(prefix), HOUR_S),
        *polls,
    )


def _binance_listing(prefix: str) -> Callable[[str, int], Mapping[str, Any]]:
    """Spot can be asked for one symbol; the futures answer with all of them."""
    return lambda symbol, _: {"symbol": symbol} if prefix == "public" else {}


def _binance_futures(prefix: str) -> tuple[Poll, ...]:
    of = lambda symbol, _: {"symbol": symbol}  # noqa: E731
    return _binance(
        prefix,
        (
            Poll("mark", f"{prefix}GetPremiumIndex", of),
            Poll("funding", f"{prefix}GetFundingRate", lambda symbol, _: {"symbol": symbol, "limit": 10}, _SETTLED_S),
            Poll("open_interest", f"{prefix}GetOpenInterest", of, 10.0),
        ),
    )


def _binance_opening(*names: str) -> Callable[[str], list[dict[str, Any]]]:
    return lambda symbol: [{"method": "SUBSCRIBE", "params": [f"{symbol.lower()}@{name}" for name in names], "id": 1}]


_BINANCE_BOOK: Final = ("depth@100ms", "bookTicker")
_BINANCE_TAPE: Final = ("aggTrade", "markPrice@1s", "forceOrder")
_TAPE: Final = frozenset({"trades", "mark"})
_BOOK: Final = frozenset({"book"})


def _bybit(category: str, levels: int, trades: int, polls: tuple[Poll, ...] = ()) -> tuple[Poll, ...]:
    def of(**more: Any) -> Callable[[str, int], Mapping[str, Any]]:
        return lambda symbol, _: {"category": category, "symbol": symbol, **more}

    page = Page(("result", "list"), "execId", "time", trades)
    return (
        Poll("book", "publicGetV5MarketOrderbook", of(limit=levels)),
        Poll("trades", "publicGetV5MarketRecentTrade", of(limit=trades), page=page),
        Poll("instrument", "publicGetV5MarketInstrumentsInfo", of(), HOUR_S),
        *polls,
    )


def _bybit_futures(category: str) -> tuple[Poll, ...]:
    def of(**more: Any) -> Callable[[str, int], Mapping[str, Any]]:
        return lambda symbol, _: {"category": category, "symbol": symbol, **more}

    return _bybit(
        category,
        500,
        1000,
        (
            Poll("mark", "publicGetV5MarketTickers", of()),
            Poll("funding", "publicGetV5MarketFundingHistory", of(limit=10), _SETTLED_S),
            Poll("open_interest", "publicGetV5MarketOpenInterest", of(intervalTime="5min", limit=12), _SETTLED_S),
        ),
    )


def _bybit_stream(category: str, *topics: str) -> tuple[Stream, ...]:
    feeds = frozenset({"book", "trades"} | ({"mark"} if category != "spot" else set()))
    opening = lambda symbol: [{"op": "subscribe", "args": [f"{topic}.{symbol}" for topic in topics]}]  # noqa: E731
    return (Stream(("ws", "public", category), feeds, opening),)


_BYBIT_FUTURES: Final = ("orderbook.200", "publicTrade", "tickers", "allLiquidation")


def _okx(kind: str, polls: tuple[Poll, ...] = ()) -> tuple[Poll, ...]:
    fill = Fill(
        "publicGetMarketHistoryTrades",
        lambda symbol, _, before: {"instId": symbol, "type": 1, "after": before, "limit": 100},
    )
    page = Page(("data",), "tradeId", "ts", 500, fill=fill)
    return (
        Poll("book", "publicGetMarketBooks", lambda symbol, _: {"instId": symbol, "sz": 400}),
        Poll("trades", "publicGetMarketTrades", lambda symbol, _: {"instId": symbol, "limit": 500}, page=page),
        Poll(
            "instrument",
            "publicGetPublicInstruments",
            lambda symbol, _: {"instType": kind, "instId": symbol},
            HOUR_S,
        ),
        *polls,
    )


def _okx_index(symbol: str) -> str:
    """BTC-USDT of BTC-USDT-SWAP."""
    return "-".join(symbol.split("-")[:2])


_OKX_SWAP: Final = (
    Poll("mark", "publicGetPublicMarkPrice", lambda symbol, _: {"instType": "SWAP", "instId": symbol}),
    Poll("mark", "publicGetMarketIndexTickers", lambda symbol, _: {"instId": _okx_index(symbol)}),
    Poll("funding", "publicGetPublicFundingRate", lambda symbol, _: {"instId": symbol}, 30.0),
    Poll("funding", "publicGetPublicFundingRateHistory", lambda symbol, _: {"instId": symbol, "limit": 10}, _SETTLED_S),
    Poll(
        "open_interest", "publicGetPublicOpenInterest", lambda symbol, _: {"instType": "SWAP", "instId": symbol}, 10.0
    ),
)


def _okx_stream(*channels: str) -> tuple[Stream, ...]:
    """Without trades: the channel of that name sums up what one order took at one price, under the last id of it, so
    that it and the single trades of pages and archives would count twice. Pages can be filled, and so are polled."""
    feeds = frozenset({"book"} | ({"mark"} if "mark-price" in channels else set()))

    def opening(symbol: str) -> list[dict[str, Any]]:
        names = {"index-tickers": _okx_index(symbol)}
        return [{"op": "subscribe", "args": [{"channel": one, "instId": names.get(one, symbol)} for one in channels]}]

    return (Stream(("ws",), feeds, opening, suffix="/public"),)


def _hyperliquid_opening(coin: str) -> list[dict[str, Any]]:
    kinds = "l2Book", "trades", "activeAssetCtx"
    return [{"method": "subscribe", "subscription": {"type": kind, "coin": coin}} for kind in kinds]


_INFO: Final = "publicPostInfo"
_HYPERLIQUID: Final = (
    Poll("book", _INFO, lambda coin, _: {"type": "l2Book", "coin": coin}),
    Poll("trades", _INFO, lambda coin, _: {"type": "recentTrades", "coin": coin}, page=Page((), "tid", "time", 10)),
    Poll("mark", _INFO, lambda *_: {"type": "metaAndAssetCtxs"}, 30.0),
    Poll("instrument", _INFO, lambda *_: {"type": "meta"}, HOUR_S),
    Poll(
        "funding",
        _INFO,
        lambda coin, now: {"type": "fundingHistory", "coin": coin, "startTime": now - _DAY_MS},
        _SETTLED_S,
    ),
)

_DERIBIT: Final = (
    Poll(
        "options",
        "publicGetGetBookSummaryByCurrency",
        lambda currency, _: {"currency": currency, "kind": "option"},
        10.0,
    ),
    Poll(
        "volatility",
        "publicGetGetVolatilityIndexData",
        lambda currency, now: {
            "currency": currency,
            "start_timestamp": now - _DAY_MS // 24,
            "end_timestamp": now,
            "resolution": "60",
        },
        _MINUTE_S,
    ),
    Poll(
        "trades",
        "publicGetGetLastTradesByCurrency",
        lambda currency, _: {"currency": currency, "kind": "option", "count": 1000, "sorting": "desc"},
        page=Page(("result", "trades"), "trade_id", "timestamp", 1000),
    ),
    Poll("instrument", "publicGetGetInstruments", lambda currency, _: {"currency": currency, "kind": "option"}, HOUR_S),
)


def _deribit_opening(currency: str) -> list[dict[str, Any]]:
    index = f"{currency.lower()}_usd"
    channels = [
        f"trades.option.{currency}.100ms",
        f"deribit_volatility_index.{index}",
        f"markprice.options.{index}",
    ]
    return [{"jsonrpc": "2.0", "id": 1, "method": "public/subscribe", "params": {"channels": channels}}]


VENUES: Final[Mapping[str, Venue]] = {
    "binance-usdm": Venue(
        "binanceusdm",
        "BINANCE_FUTURES",
        _binance_futures("fapiPublic"),
        (
            Stream(("ws", "linear"), _BOOK, _binance_opening(*_BINANCE_BOOK), "/0", category="public"),
            Stream(("ws", "linear"), _TAPE, _binance_opening(*_BINANCE_TAPE), "/0", category="market"),
        ),
    ),
    "binance-coinm": Venue(
        "binancecoinm",
        "BINANCE_DELIVERY",
        _binance_futures("dapiPublic"),
        (Stream(("ws", "inverse"), _BOOK | _TAPE, _binance_opening(*_BINANCE_BOOK, *_BINANCE_TAPE), "/0"),),
    ),
    "binance-spot": Venue(
        "binance",
        "BINANCE",
        _binance("public"),
        (Stream(("ws", "spot"), _BOOK | {"trades"}, _binance_opening(*_BINANCE_BOOK, "aggTrade"), "/0"),),
    ),
    "bybit-linear": Venue("bybit", "BYBIT", _bybit_futures("linear"), _bybit_stream("linear", *_BYBIT_FUTURES)),
    "bybit-inverse": Venue("bybit", "BYBIT", _bybit_futures("inverse"), _bybit_stream("inverse", *_BYBIT_FUTURES)),
    "bybit-spot": Venue("bybit", "BYBIT", _bybit("spot", 200, 60), _bybit_stream("spot", *_BYBIT_FUTURES[:2])),
    "okx-swap": Venue(
        "okx",
        "OKX",
        _okx("SWAP", _OKX_SWAP),
        _okx_stream("books", "mark-price", "index-tickers", "funding-rate", "open-interest"),
    ),
    "okx-spot": Venue("okx", "OKX", _okx("SPOT"), _okx_stream("books")),
    "hyperliquid": Venue(
        "hyperliquid",
        "HYPERLIQUID",
        _HYPERLIQUID,
        (Stream(("ws", "public"), frozenset({"book", "trades", "mark"}), _hyperliquid_opening),),
    ),
    "deribit-options": Venue(
        "deribit",
        "DERIBIT",
        _DERIBIT,
        (Stream(("ws",), frozenset({"trades", "volatility"}), _deribit_opening),),
    ),
}
"""By our name of the venue. On deribit-options the symbol is a currency, as BTC: one reply holds all its options."""
