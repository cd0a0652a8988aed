"""What dialects are made of: parts of a message by market, records, and the checks every venue's fields need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlsplit

from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, ContractFacts, brief
from pipeline.sources.reading.record_frames import text_of
from pipeline.sources.reading.times import EARLIEST, LATEST

_HOUR_US: Final = 3_600_000_000
_MINUTE_US: Final = 60_000_000
DELAYS: Final = {
    "trade": 50_000,
    "depth": 100_000,
    "snapshot": 500_000,
    "ticker": 100_000,
    "state": 100_000,
    "liquidation": 50_000,
    "settled": 5_000_000,
    "bar": 1_000_000,
    "statistics": 60_000_000,
}
"""How long after its event time a record is known at the earliest, in microseconds (domain defaults). A bar that a
stream closes was made from prints that came before it; statistics of a period are computed after it."""

Rows = Iterable["Record"]
Book = Literal["", "stream", "reply", "bridge"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from, and which market is wanted.

    `address` is the URL of a reply or the address of a connection, "" where the file does not say; `venue` is the one
    the file's header names, "" if it names none. `recv` is when it came (microseconds), `text` the message as it came
    and `body` what the request was sent with. `memory` is what the connection has said so far, for feeds that send
    only what changed: a dialect keeps there what it needs, by topic.
    """

    own: Market
    address: str
    is_reply: bool
    venue: str = ""
    recv: int = 0
    text: str = ""
    body: str = ""
    memory: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return urlsplit(self.address).path

    def query(self, name: str) -> str:
        """An argument of the URL, "" if it has none of this name."""
        return parse_qs(urlsplit(self.address).query).get(name, [""])[0]


@dataclass(frozen=True, slots=True)
class Record:
    """A record for a stream of `framing`: its values, when it happened (None: the venue does not say) and what it is.

    `known_by` is the content two copies have in common however they came; its values if None. `book` tells a message
    of an order-book stream from a reply: "bridge" if its id is one of the stream's, "reply" if not. `is_history`: what
    was public long before it was asked for, so that when it came says nothing.
    """

    stream: str
    values: Any
    event: int | None
    delay: int
    clock: str = "match"
    publish: int | None = None
    position: int | None = None
    known_by: Any = None
    book: Book = ""
    is_history: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What a message says of one market: `take` reads it when it is wanted and raises BadRecordError, KeyError,
    TypeError or ValueError if it cannot.

    Of parts that say the same in several ways (`series`: books of several depths, prints and aggregates) a file's
    first is taken.
    """

    market: Market
    table: str
    take: Callable[[], Rows]
    series: str = ""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an exchange's messages are read; `facts` is what one says of the contract of the wanted market."""

    parts: Callable[[Origin, Any], Iterable[Part]]
    facts: Callable[[Origin, Any], ContractFacts | None]


def milliseconds(value: Any, what: str) -> int:
    """Milliseconds since 1970, a number or its text, in microseconds."""
    return _moment(value, 1_000, what, "milliseconds")


def seconds(value: Any, what: str) -> int:
    """Seconds since 1970, a number or its text, in microseconds."""
    return _moment(value, 1_000_000, what, "seconds")


def _moment(value: Any, scale: int, what: str, unit: str) -> int:
    if type(value) is int:
        moment = value * scale
    else:
        try:
            moment = int(Decimal(text_of(value)) * scale)
        except (InvalidOperation, TypeError, ValueError, OverflowError):
            moment = 0
    if not EARLIEST <= moment < LATEST:
        raise BadRecordError(f"{what} is {brief(repr(value), 40)}, expected {unit} since 1970 between 2009 and 2100")
    return moment


def whole(value: Any, what: str) -> int:
    """An id or a count: a number >= 0 or its digits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise BadRecordError(f"{what} is {brief(repr(value), 40)}, expected a whole number >= 0")
    return value


def named(value: Any, what: str) -> str:
    """Text that is there, or a whole number as text: an id."""
    if type(value) is int:
        return str(value)
    if not isinstance(value, str) or not value:
        raise BadRecordError(f"{what} is {brief(repr(value), 40)}, expected text")
    return value


def flag(value: Any, what: str) -> bool | None:
    """True, false, or None where nothing is said."""
    if value is not None and not isinstance(value, bool):
        raise BadRecordError(f"{what} is {brief(repr(value), 40)}, expected true or false")
    return value


def side(value: Any, what: str = "side") -> int:
    """+1 for buy, -1 for sell."""
    found = {"buy": 1, "sell": -1}.get(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise BadRecordError(f"{what} is {brief(repr(value), 40)}, expected buy or sell")
    return found


def rows_of(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadRecordError(f"{what} is {brief(repr(value), 40)}, expected a list")
    return value


def levels(value: Any, what: str, price: Any = 0, size: Any = 1) -> list[list[Any]]:
    """Price and size of each level, as text; `price` and `size` are where a level holds them."""
    found = []
    for level in rows_of(value, what):
        try:
            found.append([_digits(level[price], what), _digits(level[size], what)])
        except (LookupError, TypeError) as other:
            raise BadRecordError(f"{what} has level {brief(repr(level), 60)}") from other
    return found


def _digits(value: Any, what: str) -> str:
    text = text_of(value)
    if not isinstance(text, str):
        raise BadRecordError(f"{what} has {brief(repr(value), 40)} for a number")
    return text


def scaled(value: Any, factor: str) -> str | None:
    """A number times a factor, exactly, as text; None if it is missing. What is no number stays as it is."""
    text = text_of(value)
    if text is None:
        return None
    try:
        return format(Decimal(text) * Decimal(factor), "f")
    except (InvalidOperation, TypeError, ValueError):
        return str(text)


def plain(value: Any) -> Any:
    """A number's text without what says nothing: 5.10 and 5.1 are the same record."""
    text = text_of(value)
    return text.rstrip("0").rstrip(".") if isinstance(text, str) and "." in text else text


def trade(
    event: int, trade_id: str | None, price: Any, qty: Any, taker_side: int, *, known_by: Any = None, **more: Any
) -> Record:
    """A print; `more` are other columns of trades, and publish and position of the record. One negotiated off the book
    (`is_block`) is off the market too."""
    place = {name: more.pop(name) for name in ("publish", "position") if name in more}
    values = {"trade_id": trade_id, "price": price, "qty": qty, "taker_side": taker_side} | more
    same = known_by or [trade_id, event, plain(price), plain(qty), taker_side]
    values["is_off_market"] = bool(values.get("is_off_market") or values.get("is_block"))
    return Record("trades", values, event, DELAYS["trade"], known_by=same, **place)


def book(
    event: int | None,
    ids: tuple[int | None, int | None, int | None],
    bids: Sequence[Any],
    asks: Sequence[Any],
    *,
    is_snapshot: bool,
    clock: str = "match",
    publish: int | None = None,
    kind: Book = "stream",
) -> Record:
    """A book message; `ids` are update_id, first_update_id and prev_update_id as the tables have them."""
    delay = DELAYS["snapshot" if is_snapshot else "depth"]
    return Record("depth", (*ids, is_snapshot, bids, asks), event, delay, clock, publish, book=kind)


def state(
    table: str,
    values: Mapping[str, Any],
    event: int | None,
    *,
    delay: int = DELAYS["state"],
    clock: str = "publish",
    publish: int | None = None,
    is_history: bool = False,
) -> Record:
    """A record of a table by column name."""
    return Record(table, values, event, delay, clock, publish, is_history=is_history)


def settled(values: Mapping[str, Any], at: int) -> Record:
    """A funding rate that was paid at `at`; `values` are columns of funding.

    Venues book it some milliseconds off the hour that estimates are stated for: the settlement is that hour.
    """
    paid = {"kind": "settled", "next_ts": settlement_of(at)} | dict(values)
    return state("funding", paid, at, clock="match", delay=DELAYS["settled"], is_history=True)


def settlement_of(booked: int) -> int:
    """The whole hour of a settlement that was booked at a time, microseconds; the time itself if none is within a
    minute."""
    hour = (booked + _HOUR_US // 2) // _HOUR_US * _HOUR_US
    return hour if abs(booked - hour) < _MINUTE_US else booked


def refused(reason: str) -> Rows:
    """What `take` of a part is that cannot be taken."""
    raise BadRecordError(reason)


def quote(values: Sequence[Any]) -> dict[str, Any] | None:
    """bid_px, bid_qty, ask_px, ask_qty by name; None if there is no side.

    A side of which price or size is missing is null, for what was best there before may be no more.
    """
    texts = [text_of(value) for value in values]
    bid, ask = ((None, None) if None in side else side for side in (texts[:2], texts[2:]))
    return (
        dict(zip(("bid_px", "bid_qty", "ask_px", "ask_qty"), (*bid, *ask), strict=True)) if bid[0] or ask[0] else None
    )


def decimal_or_none(value: Any) -> float | None:
    """A fact as a number > 0, None if the list does not say it."""
    try:
        number = float(text_of(value))
    except (TypeError, ValueError):
        return None
    return number if 0 < number < float("inf") else None
