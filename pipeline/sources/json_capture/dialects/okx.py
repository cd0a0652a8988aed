"""OKX's messages and replies (OKX API v5): a row is the same whether it was pushed or asked for.

Sizes are contracts on swaps and futures, base units on spot. Open interest is taken in
coins (`oiCcy`), of one side: contracts of an inverse market are no coins without a price.
Books carry `seqId` and `prevSeqId` since 2023; before that they have no ids. A
book message that repeats its predecessor's id says that nothing changed.
The channel `trades` sums up prints of one taker at one price; replies hold each: they are
not added up, a file's first kind is taken.
"""

import re
from collections.abc import Callable, Iterable, Iterator
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
    scaled,
    settled,
    side,
    state,
    trade,
    whole,
)

_DATED: Final = re.compile(r"\d{6}")
_HOUR_US: Final = 3_600_000_000
_SNAPSHOTS: Final = frozenset({"books5"})
_DIFFS: Final = frozenset({"books", "books50-l2-tbt", "books-l2-tbt"})
_ELP: Final = "1"
"""`source` of a print against an enhanced liquidity programme order: OKX's retail price improvement."""
_PERIOD_S: Final = {"m": 60, "H": 3_600, "D": 86_400}

Take = Callable[[dict[str, Any]], Iterator[Record]]


def venue_of(instrument: str) -> str | None:
    """By the name's form: BTC-USDT, BTC-USDT-SWAP, BTC-USD-220527; None for options."""
    pieces = instrument.split("-")
    if len(pieces) == 2:
        return "okx-spot"
    if len(pieces) != 3:
        return None
    return "okx-swap" if pieces[2] == "SWAP" else "okx-futures" if _DATED.fullmatch(pieces[2]) else None


def _parts(origin: Origin, message: Any) -> Iterable[Part]:
    if not isinstance(message, dict):
        return ()
    return _reply(origin, message) if origin.is_reply else _pushed(origin, message)


def _pushed(origin: Origin, message: dict[str, Any]) -> Iterator[Part]:
    about = message.get("arg")
    if not isinstance(about, dict) or "data" not in message:
        return
    channel, rows = str(about.get("channel")), rows_of(message["data"], "data")
    if channel in _SNAPSHOTS or channel in _DIFFS:
        is_snapshot = channel in _SNAPSHOTS or message.get("action") == "snapshot"
        changed = partial(_book, is_snapshot=is_snapshot, has_ids=channel in _DIFFS, kind="stream")
        symbol = about.get("instId")
        yield from (part for row in rows for part in _part(symbol, "book_updates", changed, row, series=channel))
    elif channel == "liquidation-orders":
        yield from (part for row in rows for part in _liquidations(row))
    elif channel in _CHANNELS:
        table, take = _CHANNELS[channel]
        yield from _rows(origin, rows, table, take, about.get("instId"))


def _rows(origin: Origin, rows: list[Any], table: str, take: Take, symbol: Any = None) -> Iterator[Part]:
    """`symbol` is what the channel is about, where a row does not say it."""
    for row in rows:
        if take is _index:
            yield from _of_index(origin, row)
        else:
            yield from _part(row.get("instId", symbol), table, take, row, _series(table, take, row))


def _series(table: str, take: Take, row: dict[str, Any]) -> str:
    """Of prints and sums of prints (with a `count` and the id of their last), and of quotes, one kind is taken."""
    if table == "trades":
        return "sums" if "count" in row else "prints"
    return ("best" if take is _best else "ticker") if table == "book_ticker" else ""


def _part(symbol: Any, table: str, take: Take, row: Any, series: str = "") -> Iterator[Part]:
    venue = venue_of(named(symbol, "instId"))
    if venue is not None:
        yield Part(Market(venue, symbol), table, partial(take, row), series)


def _of_index(origin: Origin, row: dict[str, Any]) -> Iterator[Part]:
    """An index is of every derivative on its pair; the spot market of that name has none."""
    pair = named(row["instId"], "instId")
    is_derivative = origin.own.venue != "okx-spot" and venue_of(origin.own.symbol) == origin.own.venue
    if is_derivative and origin.own.symbol.startswith(f"{pair}-"):
        yield Part(origin.own, "derivative_ticker", partial(_index, row))


def _book(row: dict[str, Any], *, is_snapshot: bool, has_ids: bool, kind: Any) -> Iterator[Record]:
    update_id = prev = None
    bids, asks = levels(row["bids"], "bids"), levels(row["asks"], "asks")
    if has_ids and row.get("seqId") is not None:
        update_id = whole(row["seqId"], "seqId")
        prev = update_id if is_snapshot else whole(row["prevSeqId"], "prevSeqId")
        if not is_snapshot and prev == update_id:
            if bids or asks:
                raise BadRecordError(f"seqId {update_id} repeats prevSeqId though levels changed")
            return
    at = milliseconds(row["ts"], "ts")
    yield book(at, (update_id, None, prev), bids, asks, is_snapshot=is_snapshot, clock="publish", kind=kind)


def _trade(row: dict[str, Any]) -> Iterator[Record]:
    """`count` is there where the prints of one taker at one price are one row."""
    count, origin = row.get("count"), row.get("source")
    trade_id = named(row["tradeId"], "tradeId")
    yield trade(
        milliseconds(row["ts"], "ts"),
        trade_id,
        row["px"],
        row["sz"],
        side(row["side"]),
        is_aggregate=None if count is None else whole(count, "count") > 1,
        is_rpi=None if origin in (None, "") else str(origin) == _ELP,
    )


def _ticker(row: dict[str, Any]) -> Iterator[Record]:
    best = quote([row["bidPx"], row["bidSz"], row["askPx"], row["askSz"]])
    if best is not None:
        yield state("book_ticker", best, milliseconds(row["ts"], "ts"), delay=DELAYS["ticker"])


def _best(row: dict[str, Any]) -> Iterator[Record]:
    """`bbo-tbt`: a book of one level."""
    bids, asks = levels(row["bids"], "bids"), levels(row["asks"], "asks")
    if best := quote([*next(iter(bids), (None, None)), *next(iter(asks), (None, None))]):
        yield state("book_ticker", best, milliseconds(row["ts"], "ts"), delay=DELAYS["ticker"])


def _funding(row: dict[str, Any]) -> Iterator[Record]:
    """`fundingRate` is what `fundingTime` will settle unless it changes until then."""
    at, following = row["fundingTime"], row.get("nextFundingTime")
    next_us = milliseconds(at, "fundingTime")
    interval = None
    if following not in (None, ""):
        interval = scaled((milliseconds(following, "nextFundingTime") - next_us) / _HOUR_US, "1")
    values = {"kind": "predicted", "rate": row["fundingRate"], "next_ts": next_us, "interval_h": interval}
    said = row.get("ts")
    event = None if said in (None, "") else milliseconds(said, "ts")
    yield state("funding", values, event)
    yield state("derivative_ticker", {"funding_rate": row["fundingRate"], "next_funding_ts": next_us}, event)


def _settled(row: dict[str, Any]) -> Iterator[Record]:
    """`realizedRate` is what was paid."""
    at = milliseconds(row["fundingTime"], "fundingTime")
    yield settled({"rate": row["realizedRate"]}, at)


def _one(row: dict[str, Any], column: str, name: str) -> Iterator[Record]:
    if row[name] in (None, ""):
        raise BadRecordError(f"{name} is missing")
    yield state("derivative_ticker", {column: row[name]}, milliseconds(row["ts"], "ts"))


_interest: Final = partial(_one, column="open_interest_qty", name="oiCcy")
_mark: Final = partial(_one, column="mark_price", name="markPx")
_index: Final = partial(_one, column="index_price", name="idxPx")


def _liquidations(row: dict[str, Any]) -> Iterator[Part]:
    for place, detail in enumerate(rows_of(row["details"], "details")):
        yield from _part(row["instId"], "liquidations", partial(_liquidation, place=place), detail)


def _liquidation(row: dict[str, Any], place: int) -> Iterator[Record]:
    """`side` is the forced order's: a buy closes a short. The venue states one a second and contract at most."""
    values = {
        "order_side": side(row["side"]),
        "price": row["bkPx"],
        "price_kind": "bankruptcy",
        "qty": row["sz"],
        "is_sampled": True,
    }
    yield Record("liquidations", values, milliseconds(row["ts"], "ts"), DELAYS["liquidation"], known_by=[values, place])


_CHANNELS: Final[dict[str, tuple[str, Take]]] = {
    "trades": ("trades", _trade),
    "trades-all": ("trades", _trade),
    "tickers": ("book_ticker", _ticker),
    "bbo-tbt": ("book_ticker", _best),
    "funding-rate": ("funding", _funding),
    "open-interest": ("derivative_ticker", _interest),
    "mark-price": ("derivative_ticker", _mark),
    "index-tickers": ("derivative_ticker", _index),
}
_REPLIES: Final[dict[str, tuple[str, Take]]] = {
    "market/trades": ("trades", _trade),
    "market/history-trades": ("trades", _trade),
    "market/ticker": ("book_ticker", _ticker),
    "market/tickers": ("book_ticker", _ticker),
    "market/index-tickers": ("derivative_ticker", _index),
    "public/funding-rate": ("funding", _funding),
    "public/funding-rate-history": ("funding", _settled),
    "public/open-interest": ("derivative_ticker", _interest),
    "public/mark-price": ("derivative_ticker", _mark),
}
_INTEREST_HISTORY: Final = "rubik/stat/contracts/open-interest-history"


def _reply(origin: Origin, message: dict[str, Any]) -> Iterator[Part]:
    head, _, name = origin.path.partition("/api/v5/")
    if head or not (name in _REPLIES or name in ("market/books", _INTEREST_HISTORY)):
        return
    if str(message.get("code")) != "0":
        raise BadRecordError(f"the venue answered {message.get('code')} {message.get('msg')}")
    rows = rows_of(message["data"], "data")[::-1]  # newest first
    if name == "market/books":
        take = partial(_book, is_snapshot=True, has_ids=True, kind="reply")
        yield from (part for row in rows for part in _part(origin.query("instId"), "book_updates", take, row))
    elif name == _INTEREST_HISTORY:
        take = partial(_sampled_interest, width_us=_width(origin.query("period")))
        symbol = origin.query("instId")
        yield from (part for row in rows for part in _part(symbol, "derivative_ticker", take, row))
    else:
        yield from _rows(origin, rows, *_REPLIES[name])


def _width(period: str) -> int:
    """Microseconds of a period as 5m or 1H; 5m is the endpoint's own default."""
    count, unit = (period or "5m")[:-1], (period or "5m").removesuffix("utc")[-1:]
    if not count.isdigit() or unit not in _PERIOD_S:
        raise BadRecordError(f"period is {period!r}, expected one as 5m, 1H or 1D")
    return int(count) * _PERIOD_S[unit] * 1_000_000


def _sampled_interest(row: list[Any], width_us: int) -> Iterator[Record]:
    """[ts, oi, oiCcy, oiUsd]; whether `ts` begins or ends the period is not said, so it is known after its end."""
    at = milliseconds(row[0], "ts")
    delay = width_us + DELAYS["statistics"]
    yield state("derivative_ticker", {"open_interest_qty": row[2]}, at, delay=delay, is_history=True)


def _facts(origin: Origin, message: Any) -> ContractFacts | None:
    """From `public/instruments`."""
    if not origin.path.endswith("/api/v5/public/instruments") or not isinstance(message, dict):
        return None
    row = next((row for row in message.get("data") or [] if row.get("instId") == origin.own.symbol), None)
    if row is None or venue_of(origin.own.symbol) != origin.own.venue:
        return None
    base, quoted = origin.own.symbol.split("-")[:2]
    is_contract = origin.own.venue != "okx-spot"
    value, times = decimal_or_none(row.get("ctVal")), decimal_or_none(row.get("ctMult")) or 1.0
    return ContractFacts(
        tick=decimal_or_none(row.get("tickSz")),
        lot=decimal_or_none(row.get("lotSz")),
        contract_size=(value * times if value else None) if is_contract else 1.0,
        is_inverse=row.get("ctType") == "inverse" if is_contract else False,
        base=base,
        quote=quoted,
    )


DIALECT: Final = Dialect(_parts, _facts)
