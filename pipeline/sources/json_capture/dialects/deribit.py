"""Deribit's subscriptions and replies (docs.deribit.com, JSON-RPC API v2).

Options of one currency are one market, the chain (deribit-options/BTC); perpetuals and
futures are markets of their own (deribit/BTC-PERPETUAL), whose amounts are USD where
they are inverse. Implied volatilities come in percent points. Books and prints of
single options belong to no table of a chain and are left.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from statistics import median
from typing import Any, Final

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, ContractFacts
from pipeline.sources.deribit.names import OptionName, chain_of, option_of
from pipeline.sources.deribit.replies import is_ours, records_of
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
    refused,
    rows_of,
    scaled,
    settled,
    side,
    state,
    trade,
    whole,
)

_VENUE: Final = "deribit"
_CHAINS: Final = "deribit-options"
_PERCENT: Final = "0.01"
_LEAST_PERCENT: Final = 3.0
"""A market's volatility is never 3 percent points, and a fraction never 3: the median tells the unit."""
_GREEKS: Final = ("delta", "gamma", "vega", "theta", "rho")
_EIGHT_HOURS: Final = "8"


def _parts(origin: Origin, message: Any) -> Iterable[Part]:
    if not isinstance(message, dict):
        return ()
    if origin.is_reply:
        return _reply(origin, message)
    params = message.get("params")
    return _pushed(params) if isinstance(params, dict) and "channel" in params else ()


def _pushed(params: dict[str, Any]) -> Iterator[Part]:
    channel, data = str(params["channel"]), params["data"]
    kind = channel.partition(".")[0]
    if kind == "ticker":
        yield _ticker(data)
    elif kind == "book":
        instrument = named(data["instrument_name"], "instrument_name")
        if option_of(instrument) is None:
            series = channel.removeprefix(f"book.{instrument}")
            yield Part(Market(_VENUE, instrument), "book_updates", partial(_book, data), series)
    elif kind == "trades":
        for row in rows_of(data, "data"):
            yield from _trade_part(row)
    elif kind == "deribit_volatility_index":
        yield Part(_chain_of_index(data["index_name"]), "vol_index", partial(_index_value, data))
    elif kind == "markprice":
        yield from _marks(rows_of(data, "data"))


def _ticker(data: dict[str, Any]) -> Part:
    instrument = named(data["instrument_name"], "instrument_name")
    option = option_of(instrument)
    if option is None:
        return Part(Market(_VENUE, instrument), "derivative_ticker", partial(_future, data))
    return Part(Market(_CHAINS, option.chain), "option_quotes", partial(_option, data, option))


def _option(data: dict[str, Any], option: OptionName) -> Iterator[Record]:
    """A price of 0 says that there is none."""
    greeks = data.get("greeks") or {}
    values = _named(data, option) | {
        "bid_px": data.get("best_bid_price") or None,
        "bid_qty": data.get("best_bid_amount"),
        "bid_iv": _fraction(data.get("bid_iv") or None),
        "ask_px": data.get("best_ask_price") or None,
        "ask_qty": data.get("best_ask_amount"),
        "ask_iv": _fraction(data.get("ask_iv") or None),
        "mark_px": data.get("mark_price"),
        "mark_iv": _fraction(data.get("mark_iv")),
        "last_px": data.get("last_price"),
        **{name: greeks.get(name) for name in _GREEKS},
    }
    yield state("option_quotes", values, milliseconds(data["timestamp"], "timestamp"))


def _named(row: dict[str, Any], option: OptionName) -> dict[str, Any]:
    return {
        "instrument": row["instrument_name"],
        "expiry_ts": option.expiry,
        "strike": option.strike,
        "option_type": option.kind,
        "px_ccy": option.px_ccy,
        "underlying_px": row.get("underlying_price") or None,
        "underlying_index": row.get("underlying_index"),
        "interest_rate": row.get("interest_rate"),
        "open_interest_qty": row.get("open_interest"),
    }


def _fraction(percent: Any) -> str | None:
    return scaled(percent, _PERCENT)


def _marks(rows: list[dict[str, Any]]) -> Iterator[Part]:
    """`markprice.options`: marks of a whole chain; the unit of `iv` is told by its size."""
    stated = [float(row["iv"]) for row in rows]
    factor = _PERCENT if stated and median(stated) >= _LEAST_PERCENT else "1"
    for row in rows:
        option = option_of(named(row["instrument_name"], "instrument_name"))
        if option is not None:
            yield Part(Market(_CHAINS, option.chain), "option_quotes", partial(_mark, row, option, factor))


def _mark(row: dict[str, Any], option: OptionName, factor: str) -> Iterator[Record]:
    values = _named(row, option) | {"mark_px": row["mark_price"], "mark_iv": scaled(row["iv"], factor)}
    said = row.get("timestamp")
    yield state("option_quotes", values, None if said is None else milliseconds(said, "timestamp"))


def _future(data: dict[str, Any]) -> Iterator[Record]:
    """`current_funding` is the running rate of the perpetual, stated for eight hours and paid all the time."""
    at, rate = milliseconds(data["timestamp"], "timestamp"), data.get("current_funding")
    prices = {"mark_price": data["mark_price"], "index_price": data["index_price"]}
    yield state("derivative_ticker", prices | {"funding_rate": rate, "open_interest_qty": data["open_interest"]}, at)
    if rate is not None:
        yield state("funding", prices | {"kind": "predicted", "rate": rate, "interval_h": _EIGHT_HOURS}, at)
    names = ("best_bid_price", "best_bid_amount", "best_ask_price", "best_ask_amount")
    best = quote([data.get(name) for name in names])
    if best is not None and data["best_bid_price"] and data["best_ask_price"]:
        yield state("book_ticker", best, at, delay=DELAYS["ticker"])


def _book(data: dict[str, Any]) -> Iterator[Record]:
    """A level is [new | change | delete, price, amount]; a book of grouped prices comes whole, as [price, amount]."""
    update_id, prev = whole(data["change_id"], "change_id"), data.get("prev_change_id")
    is_whole = "type" not in data
    is_snapshot = is_whole or data["type"] == "snapshot"
    at = (0, 1) if is_whole else (1, 2)
    sides = [levels(data[name], name, *at) for name in ("bids", "asks")]
    ids = (update_id, None, update_id if is_snapshot else whole(prev, "prev_change_id"))
    yield book(milliseconds(data["timestamp"], "timestamp"), ids, *sides, is_snapshot=is_snapshot)


def _trade_part(row: dict[str, Any]) -> Iterator[Part]:
    instrument = named(row["instrument_name"], "instrument_name")
    if option_of(instrument) is None:
        yield Part(Market(_VENUE, instrument), "trades", partial(_trade, row))


def _trade(row: dict[str, Any]) -> Iterator[Record]:
    yield trade(
        milliseconds(row["timestamp"], "timestamp"),
        named(row["trade_id"], "trade_id"),
        row["price"],
        row["amount"],
        side(row["direction"], "direction"),
        position=whole(row["trade_seq"], "trade_seq"),
        is_block="block_trade_id" in row,
    )


def _chain_of_index(name: Any) -> Market:
    """The chain of btc_usd, or of btcdvol_usdc."""
    return Market(_CHAINS, named(name, "index_name").partition("_")[0].removesuffix("dvol").upper())


def _index_value(data: dict[str, Any]) -> Iterator[Record]:
    values = {"index_name": "DVOL", "interval_s": 0, "close": _fraction(data["volatility"])}
    yield state("vol_index", values, milliseconds(data["timestamp"], "timestamp"))


def _reply(origin: Origin, message: dict[str, Any]) -> Iterator[Part]:
    read = _chain if is_ours(origin.address) else _REPLIES.get(origin.path.rpartition("/public/")[2])
    if read is None:
        return
    if message.get("error") is not None:
        raise BadRecordError(f"the venue answered {message['error']}")
    yield from read(origin, message["result"])


def _chain(origin: Origin, result: Any) -> Iterator[Part]:
    """Book summaries and the volatility index, as `deribit.replies` reads them."""
    chains = {origin.query("currency").upper()}
    if isinstance(result, list):
        chains = {chain_of(str(row.get("instrument_name"))) for row in result}
    own = origin.own
    yield from (Part(Market(_CHAINS, chain), "option_quotes", tuple) for chain in sorted(chains - {own.symbol}))
    if own.venue != _CHAINS:
        return
    found = records_of(origin.address, origin.text, origin.recv, chain=own.symbol)
    for table, rows in found.rows.items():
        for stamp, values in rows:
            is_history = stamp.recv is None
            said = Record(table, values, stamp.event, stamp.delay, stamp.clock, is_history=is_history)
            yield Part(own, table, partial(iter, [said]))
    for rejected in found.rejected:
        yield Part(own, rejected.table, partial(refused, rejected.reason))


def _one_ticker(_: Origin, result: Any) -> Iterator[Part]:
    yield _ticker(result)


def _trades(_: Origin, result: Any) -> Iterator[Part]:
    for row in rows_of(result["trades"], "trades"):
        yield from _trade_part(row)


def _funding(origin: Origin, result: Any) -> Iterator[Part]:
    market = Market(_VENUE, named(origin.query("instrument_name"), "instrument_name of the URL"))
    for row in rows_of(result, "result"):
        yield Part(market, "funding", partial(_settled, row))


def _settled(row: dict[str, Any]) -> Iterator[Record]:
    """What was paid in the hour that ended at `timestamp`."""
    at = milliseconds(row["timestamp"], "timestamp")
    yield settled({"rate": row["interest_1h"], "interval_h": "1", "index_price": row.get("index_price")}, at)


_REPLIES: Final = {
    "get_funding_rate_history": _funding,
    "get_last_trades_by_instrument": _trades,
    "ticker": _one_ticker,
}


def _facts(origin: Origin, message: Any) -> ContractFacts | None:
    """From `get_instruments`; a chain has no tick of its own. Amounts of inverse markets are USD."""
    if not origin.path.endswith("/public/get_instruments") or origin.own.venue != _VENUE:
        return None
    rows = message.get("result") if isinstance(message, dict) else None
    row = next((row for row in rows or [] if row.get("instrument_name") == origin.own.symbol), None)
    if row is None:
        return None
    kind = row.get("instrument_type") or ("linear" if "_" in origin.own.symbol else "reversed")
    return ContractFacts(
        tick=decimal_or_none(row.get("tick_size")),
        lot=decimal_or_none(row.get("min_trade_amount")),
        contract_size=1.0,
        is_inverse=kind == "reversed",
        base=str(row.get("base_currency") or ""),
        quote=str(row.get("quote_currency") or ""),
    )


DIALECT: Final = Dialect(_parts, _facts)
