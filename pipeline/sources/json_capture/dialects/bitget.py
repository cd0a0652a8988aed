"""Bitget's messages (Bitget API v1 and v2, public websocket channels).

`instType` tells spot (sp, SPOT) from futures (mc, USDT-FUTURES and others). Sizes are base
units. Books have no ids that follow each other, only a checksum of their best 25 levels;
prints of v1 have no id. Best quotes of v1 have no sizes and are left.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, ContractFacts
from pipeline.sources.json_capture.dialects.records import (
    DELAYS,
    Dialect,
    Origin,
    Part,
    Record,
    book,
    decimal_or_none,
    levels,
    milliseconds,
    named,
    quote,
    rows_of,
    side,
    state,
    trade,
)

_SPOT: Final = frozenset({"SP", "SPOT"})
_FUTURES: Final = frozenset({"MC", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES"})
_WHOLE: Final = frozenset({"books1", "books5", "books15"})


def _parts(_origin: Origin, message: Any) -> Iterable[Part]:
    if not isinstance(message, dict) or "data" not in message or not isinstance(message.get("arg"), dict):
        return ()
    return _said(message, message["arg"])


def _said(message: dict[str, Any], about: dict[str, Any]) -> Iterator[Part]:
    kind, channel = str(about.get("instType")).upper(), about.get("channel")
    venue = "bitget-spot" if kind in _SPOT else "bitget-futures" if kind in _FUTURES else None
    if venue is None:
        return
    market, rows = Market(venue, named(about.get("instId"), "instId")), rows_of(message["data"], "data")
    if channel == "books" or channel in _WHOLE:
        is_snapshot = channel in _WHOLE or message.get("action") == "snapshot"
        for row in rows:
            yield Part(market, "book_updates", partial(_book, row, is_snapshot), series=str(channel))
    elif channel == "trade":
        yield from _trades(market, rows)
    elif channel == "ticker":
        for row in rows:
            yield Part(market, "derivative_ticker", partial(_ticker, row, venue))


def _book(row: dict[str, Any], is_snapshot: bool) -> Iterator[Record]:
    sides = [levels(row[name], name) for name in ("bids", "asks")]
    at = milliseconds(row["ts"], "ts")
    yield book(at, (None, None, None), *sides, is_snapshot=is_snapshot, clock="publish")


def _trades(market: Market, rows: list[Any]) -> Iterator[Part]:
    """Newest first. Without an id, a print is known by what it says and as which of its like in the message."""
    seen: Counter[str] = Counter()
    for row in reversed(rows):
        like = str(row)
        seen[like] += 1
        yield Part(market, "trades", partial(_trade, row, seen[like]))


def _trade(row: Any, copy: int) -> Iterator[Record]:
    if isinstance(row, list):
        at, price, size, taker = row
        known_by = [at, price, size, taker, copy]
        yield trade(milliseconds(at, "ts"), None, price, size, side(taker), known_by=known_by)
    elif isinstance(row, dict):
        number = named(row["tradeId"], "tradeId")
        yield trade(milliseconds(row["ts"], "ts"), number, row["price"], row["size"], side(row["side"]))
    else:
        raise BadRecordError(f"a print is {row!r}, expected a list or an object")


def _ticker(row: dict[str, Any], venue: str) -> Iterator[Record]:
    """Whether open interest (`holding`, `holdingAmount`) counts one side is not documented: it is not taken."""
    at = milliseconds(row.get("systemTime") or row["ts"], "ts")
    if venue == "bitget-futures":
        rate = row.get("capitalRate", row.get("fundingRate")) or None
        settles = row.get("nextSettleTime", row.get("nextFundingTime"))
        next_us = milliseconds(settles, "next settlement") if settles not in (None, "", 0, "0") else None
        prices = {"mark_price": row["markPrice"], "index_price": row["indexPrice"]}
        yield state("derivative_ticker", prices | {"funding_rate": rate, "next_funding_ts": next_us}, at)
        if rate is not None:
            yield state("funding", prices | {"kind": "predicted", "rate": rate, "next_ts": next_us}, at)
    if best := quote([row.get(name) for name in ("bidPr", "bidSz", "askPr", "askSz")]):
        yield state("book_ticker", best, at, delay=DELAYS["ticker"])


def _facts(origin: Origin, message: Any) -> ContractFacts | None:
    """From v1's `products` and `contracts`, which name the product behind an underscore; sizes are base units."""
    ends = {"bitget-spot": "/spot/v1/public/products", "bitget-futures": "/mix/v1/market/contracts"}
    if not origin.path.endswith(ends.get(origin.own.venue, "?")) or not isinstance(message, dict):
        return None
    rows = message.get("data") or []
    own = origin.own.symbol
    row = next((row for row in rows if str(row.get("symbol")).partition("_")[0] == own), None)
    if row is None:
        return None
    is_spot = origin.own.venue == "bitget-spot"
    places, sizes = (row.get("priceScale"), row.get("quantityScale")) if is_spot else (
        row.get("pricePlace"), row.get("volumePlace"))  # fmt: skip
    step = "1" if is_spot else row.get("priceEndStep")
    return ContractFacts(
        tick=_step(places, step),
        lot=_step(sizes, "1"),
        contract_size=1.0,
        is_inverse=False,
        base=str(row.get("baseCoin") or ""),
        quote=str(row.get("quoteCoin") or ""),
    )


def _step(places: Any, last: Any) -> float | None:
    """`last` units of the last decimal place."""
    text = str(places)
    return decimal_or_none(f"{last}e-{text}") if text.isdigit() else None


DIALECT: Final = Dialect(_parts, _facts)
