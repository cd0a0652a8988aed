"""Binance's combined streams and REST replies (Binance documentation of USD-M, COIN-M and spot).

A captured exchange is one venue. What websockets send is read as in `binance-capture`;
aggregates, forced orders, bars and replies are read here. Prints come singly (`trade`)
or as aggregates (`aggTrade`), whose ids are other numbers: a file's first kind is taken.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, ContractFacts
from pipeline.sources.binance.messages import DIALECTS as MESSAGES
from pipeline.sources.json_capture.dialects.records import (
    DELAYS,
    Dialect,
    Origin,
    Part,
    Record,
    book,
    decimal_or_none,
    flag,
    levels,
    milliseconds,
    named,
    settled,
    side,
    state,
    trade,
    whole,
)

_PREFIXES: Final = {"/fapi/v1/": "binance-usdm", "/dapi/v1/": "binance-coinm", "/api/v3/": "binance-spot"}
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_TABLES: Final = {
    "depthUpdate": "book_updates",
    "trade": "trades",
    "bookTicker": "book_ticker",
    "markPriceUpdate": "derivative_ticker",
}

Take = Callable[[dict[str, Any]], Iterator[Record]]


def _parts(venue: str, origin: Origin, message: Any) -> Iterable[Part]:
    if origin.is_reply:
        return _reply(venue, origin, message)
    return _pushed(venue, message) if isinstance(message, dict) else ()


def _pushed(venue: str, message: dict[str, Any]) -> Iterator[Part]:
    data = message.get("data", message)
    if not isinstance(data, dict):
        return
    kind = str(data.get("e", "bookTicker" if data.keys() >= {"u", "b", "B", "a", "A"} else ""))
    if kind in MESSAGES[venue] and kind in _TABLES:
        market = Market(venue, named(data["s"], "s"))
        yield Part(market, _TABLES[kind], partial(_known, venue, kind, data), kind if kind == "trade" else "")
    elif kind == "aggTrade":
        yield Part(Market(venue, named(data["s"], "s")), "trades", partial(_aggregate, data), kind)
    elif kind == "kline" and data["k"]["x"] is True:
        yield Part(Market(venue, named(data["s"], "s")), "price_bars", partial(_bar, data["k"], venue))
    elif kind == "forceOrder":
        order = data["o"]
        yield Part(Market(venue, named(order["s"], "s")), "liquidations", partial(_forced, order, data["E"]))


def _known(venue: str, kind: str, data: dict[str, Any]) -> Iterator[Record]:
    """As `binance-capture` reads it."""
    stream, delay, clock, event, values = MESSAGES[venue][kind](data)
    sent = data.get("E")
    publish = None if sent is None else milliseconds(sent, "E")
    same = values[:4] if kind == "trade" else None
    yield Record(
        stream, values, event, delay, clock, publish, known_by=same, book="stream" if stream == "depth" else ""
    )


def _aggregate(row: dict[str, Any]) -> Iterator[Record]:
    """`m` true: the buyer was the maker, so the taker sold."""
    sent = row.get("E")
    yield trade(
        milliseconds(row["T"], "T"),
        str(whole(row["a"], "a")),
        row["p"],
        row["q"],
        _taker(row["m"], "m"),
        publish=None if sent is None else milliseconds(sent, "E"),
        is_aggregate=True,
        first_trade_id=whole(row["f"], "f"),
        last_trade_id=whole(row["l"], "l"),
    )


def _taker(buyer_is_maker: Any, what: str) -> int:
    if flag(buyer_is_maker, what) is None:
        raise BadRecordError(f"{what} is missing")
    return -1 if buyer_is_maker else 1


def _single(row: dict[str, Any]) -> Iterator[Record]:
    """A print of the REST `trades`; off-market prints are not told apart there."""
    at, taker = milliseconds(row["time"], "time"), _taker(row["isBuyerMaker"], "isBuyerMaker")
    number = str(whole(row["id"], "id"))
    yield trade(at, number, row["price"], row["qty"], taker, known_by=[number, row["price"], row["qty"], taker])


def _bar(bar: dict[str, Any], venue: str) -> Iterator[Record]:
    """COIN-M counts contracts in `v` and `V` and has the base in `q` and `Q`."""
    start, interval = milliseconds(bar["t"], "t"), str(bar["i"])
    if not interval[:-1].isdigit() or interval[-1] not in _SECONDS:
        return  # months have no width
    width = int(interval[:-1]) * _SECONDS[interval[-1]]
    is_coin = venue == "binance-coinm"
    values = {
        "price_kind": "trade",
        "interval_s": width,
        "open_ts": start,
        **{name: bar[name[0]] for name in ("open", "high", "low", "close")},
        "volume_qty": bar["q" if is_coin else "v"],
        "volume_quote": None if is_coin else bar["q"],
        "n_trades": whole(bar["n"], "n"),
        "taker_buy_qty": bar["Q" if is_coin else "V"],
        "taker_buy_quote": None if is_coin else bar["Q"],
    }
    yield state("price_bars", values, start + width * 1_000_000, clock="match", delay=DELAYS["bar"])


def _forced(order: dict[str, Any], sent: Any) -> Iterator[Record]:
    """`S` is the forced order's side: a sale closes a long. The stream states one a second and symbol at most."""
    has_average = decimal_or_none(order["ap"]) is not None
    values = {
        "order_side": side(order["S"], "S"),
        "price": order["ap"] if has_average else order["p"],
        "price_kind": "average" if has_average else "order",
        "qty": order["z"] if has_average else order["q"],
        "is_sampled": True,
    }
    event = milliseconds(order["T"], "T")
    yield Record("liquidations", values, event, DELAYS["liquidation"], publish=milliseconds(sent, "E"))


def _reply(venue: str, origin: Origin, message: Any) -> Iterator[Part]:
    prefix = next((prefix for prefix, of in _PREFIXES.items() if of == venue), "")
    head, found, name = origin.path.partition(prefix)
    if head or not found:
        return
    if isinstance(message, dict) and "code" in message and "msg" in message:
        raise BadRecordError(f"the venue answered {message['code']} {message['msg']}")
    if name == "depth":
        market = Market(venue, named(origin.query("symbol"), "symbol of the URL"))
        yield Part(market, "book_updates", partial(_snapshot, message))
    elif name in _REPLIES:
        table, take = _REPLIES[name]
        rows = message if isinstance(message, list) else [message]
        series = {"aggTrades": "aggTrade", "trades": "trade"}.get(name, "")
        for row in rows:
            symbol = named(row.get("symbol") or origin.query("symbol"), "symbol")
            yield Part(Market(venue, symbol), table, partial(take, row), series)


def _snapshot(data: dict[str, Any]) -> Iterator[Record]:
    """Spot's has no time: it stands no later than the first diff that goes beyond it."""
    event = milliseconds(data["T"], "T") if "T" in data else None
    sent = milliseconds(data["E"], "E") if "E" in data else None
    ids = (whole(data["lastUpdateId"], "lastUpdateId"), None, None)
    bids, asks = levels(data["bids"], "bids"), levels(data["asks"], "asks")
    yield book(event, ids, bids, asks, is_snapshot=True, publish=sent, kind="bridge")


def _premium(row: dict[str, Any]) -> Iterator[Record]:
    """`lastFundingRate` is the running estimate for `nextFundingTime`; dated futures have neither."""
    at, rate = milliseconds(row["time"], "time"), row.get("lastFundingRate") or None
    prices = {"mark_price": row["markPrice"], "index_price": row["indexPrice"]}
    estimate = {"settle_price_estimate": row.get("estimatedSettlePrice") or None}
    next_us = milliseconds(row["nextFundingTime"], "nextFundingTime") if row.get("nextFundingTime") else None
    funding = {"funding_rate": rate, "next_funding_ts": next_us}
    yield state("derivative_ticker", prices | estimate | funding, at)
    if rate is not None and next_us is not None:
        yield state("funding", {"kind": "predicted", "rate": rate, "next_ts": next_us, **prices}, at)


def _settled(row: dict[str, Any]) -> Iterator[Record]:
    at = milliseconds(row["fundingTime"], "fundingTime")
    yield settled({"rate": row["fundingRate"], "mark_price": row.get("markPrice") or None}, at)


def _interest(row: dict[str, Any]) -> Iterator[Record]:
    values = {"open_interest_qty": row["openInterest"]}
    yield state("derivative_ticker", values, milliseconds(row["time"], "time"))


_REPLIES: Final[dict[str, tuple[str, Take]]] = {
    "aggTrades": ("trades", _aggregate),
    "trades": ("trades", _single),
    "premiumIndex": ("derivative_ticker", _premium),
    "fundingRate": ("funding", _settled),
    "openInterest": ("derivative_ticker", _interest),
}


def _facts(venue: str, origin: Origin, message: Any) -> ContractFacts | None:
    """From `exchangeInfo`; COIN-M states the quote units of a contract."""
    if not origin.path.endswith("/exchangeInfo") or venue != origin.own.venue or not isinstance(message, dict):
        return None
    row = next((row for row in message.get("symbols") or [] if row.get("symbol") == origin.own.symbol), None)
    if row is None:
        return None
    filters = {one.get("filterType"): one for one in row.get("filters") or []}
    is_coin = venue == "binance-coinm"
    return ContractFacts(
        tick=decimal_or_none(filters.get("PRICE_FILTER", {}).get("tickSize")),
        lot=decimal_or_none(filters.get("LOT_SIZE", {}).get("stepSize")),
        contract_size=decimal_or_none(row.get("contractSize")) if is_coin else 1.0,
        is_inverse=is_coin,
        base=str(row.get("baseAsset") or ""),
        quote=str(row.get("quoteAsset") or ""),
    )


def of_venue(venue: str) -> Dialect:
    return Dialect(partial(_parts, venue), partial(_facts, venue))
