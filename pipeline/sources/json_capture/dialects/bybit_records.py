"""What Bybit's pushed messages and replies have in common: whose they are, prints, and states of a derivative."""

from collections.abc import Iterator
from typing import Any, Final

from pipeline.sources.json_capture.dialects.records import (
    DELAYS,
    Origin,
    Record,
    flag,
    milliseconds,
    named,
    quote,
    scaled,
    side,
    state,
    trade,
    whole,
)

_VENUES: Final = {"linear": "bybit-linear", "inverse": "bybit-inverse", "spot": "bybit-spot"}
_MOST_OF_A_MESSAGE: Final = 1_024
_QUOTE: Final = ("bid1Price", "bid1Size", "ask1Price", "ask1Size")


def venue_of(origin: Origin, category: str) -> str | None:
    """The venue of a category; None if no table holds it (options)."""
    return _VENUES.get(category) or (origin.venue if not category and origin.venue in _VENUES.values() else None)


def matched(cts: Any, sent: int) -> tuple[int, str]:
    """The matching engine's time where it is stated (`cts`, since 2024), and which clock it is."""
    return (sent, "publish") if cts is None else (milliseconds(cts, "cts"), "match")


def print_of(row: dict[str, Any], sent: int | None, place: int) -> Iterator[Record]:
    """A print, by the names of a pushed message; `place` counts those of the same message."""
    yield trade(
        milliseconds(row["T"], "T"),
        named(row["i"], "i"),
        row["p"],
        row["v"],
        side(row["S"], "S"),
        publish=sent,
        position=_position(row.get("seq"), place),
        is_rpi=flag(row.get("RPI"), "RPI"),
        is_block=flag(row.get("BT"), "BT"),
    )


def _position(seq: Any, place: int) -> int | None:
    """Prints in the order of matching: ids are no numbers, `seq` counts what the engine did, prints of it follow."""
    if seq is None:
        return None
    return whole(seq, "seq") * _MOST_OF_A_MESSAGE + min(place, _MOST_OF_A_MESSAGE - 1)


def states(said: dict[str, Any], sent: int) -> Iterator[Record]:
    """The state of a derivative, its running funding rate and its best quotes, as far as they are known."""
    next_ts = said.get("nextFundingTime")
    next_us = milliseconds(next_ts, "nextFundingTime") if next_ts not in (None, "", "0") else None
    prices = {"mark_price": said.get("markPrice") or None, "index_price": said.get("indexPrice") or None}
    rate = said.get("fundingRate") or None
    values = {"funding_rate": rate, "next_funding_ts": next_us, "open_interest_qty": one_side(said)}
    if any(value is not None for value in (prices | values).values()):
        yield state("derivative_ticker", prices | values, sent)
    if rate is not None:
        values = {"kind": "predicted", "rate": rate, "next_ts": next_us}
        interval = said.get("fundingIntervalHour") or None
        yield state("funding", prices | values | {"interval_h": interval}, sent)
    if best := quote([said.get(name) for name in _QUOTE]):
        yield state("book_ticker", best, sent, delay=DELAYS["ticker"])


def one_side(values: dict[str, Any]) -> str | None:
    """Open interest of one side; None if none is stated."""
    single = values.get("singleOpenInterest")
    return single if single not in (None, "") else scaled(values.get("openInterest"), "0.5")
