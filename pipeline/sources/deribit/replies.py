"""Replies of Deribit's public interface as records: summaries of its option books, and its volatility index.

A pure function of a reply's address, its text and when it came. Numbers are kept as the text in which they were sent.
Field meanings: docs.deribit.com, "public/get_book_summary_by_currency" and "public/get_volatility_index_data".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from pipeline.sources.batch import BadRecordError, Rejected, Stamp, brief
from pipeline.sources.deribit.names import chain_of, option_of
from pipeline.sources.deribit.option_csv import percent_of
from pipeline.sources.reading.record_frames import Record
from pipeline.sources.reading.times import EARLIEST, LATEST
from signals.bars import SECOND

SUMMARIES: Final = "public/get_book_summary_by_currency"
INDEX: Final = "public/get_volatility_index_data"
DELAY_US: Final = {"option_quotes": 500_000, "vol_index": 60_000_000}
"""How long after its event time a record is taken to be known (domain defaults: snapshots, and a bar's end)."""

_RESOLUTIONS_S: Final = {"1D": 86_400}
"""Widths of a bar that are not written in seconds."""

_FIELDS: Final = {
    "bid_px": "bid_price",
    "ask_px": "ask_price",
    "mark_px": "mark_price",
    "last_px": "last",
    "underlying_px": "underlying_price",
    "interest_rate": "interest_rate",
    "open_interest_qty": "open_interest",
}
_VOLATILITIES: Final = ("bid_iv", "ask_iv", "mark_iv")
_BAR: Final = ("open", "high", "low", "close")
_EMPTY_IS_ZERO: Final = frozenset({"bid_px", "ask_px", "last_px"})


@dataclass(slots=True)
class Replied:
    """What one reply says of a chain: records by table, and those that cannot be taken.

    The first record accounts for the reply's line, the others for none. `beside`: entries of other chains.
    """

    rows: dict[str, list[Record]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    beside: int = 0


def is_ours(url: str) -> bool:
    """Whether a reply from this address is read here."""
    return urlsplit(url).path.endswith((SUMMARIES, INDEX))


def records_of(url: str, text: str, recv_us: int, *, chain: str, line: int = 1) -> Replied:
    """The records of `chain` in a reply that came at `recv_us` (microseconds) and stands on `line` of its file.

    Raises BadRecordError if the reply is an error, or not of the form that its address promises.
    """
    result = _result(text)
    if urlsplit(url).path.endswith(SUMMARIES):
        return _summaries(result, text, recv_us, chain, line)
    return _index(result, parse_qs(urlsplit(url).query), recv_us, chain, line)


def _result(text: str) -> Any:
    try:
        reply = json.loads(text, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as broken:
        raise BadRecordError(f"not JSON: {broken}") from broken
    if not isinstance(reply, dict) or "result" not in reply:
        error = reply.get("error") if isinstance(reply, dict) else None
        raise BadRecordError(f"expected a reply with a result, got {brief(repr(error or reply), 120)}")
    return reply["result"]


def _summaries(result: Any, text: str, recv_us: int, chain: str, line: int) -> Replied:
    if not isinstance(result, list) or not all(isinstance(entry, dict) for entry in result):
        raise BadRecordError("expected the result of a book summary to be a list of objects")
    made = Replied()
    percent = percent_of(value for entry in result if (value := _float(entry.get("mark_iv"))) is not None) or 100.0
    for entry in result:
        name = entry.get("instrument_name")
        if isinstance(name, str) and "-" in name and chain_of(name) != chain:
            made.beside += 1
            continue
        counted = int(not made.rows and not made.rejected)
        try:
            values, event = _summary(entry, percent)
        except BadRecordError as reason:
            raw = json.dumps(entry).encode() or text.encode()
            made.rejected.append(Rejected(line, recv_us, "option_quotes", str(reason), 1, raw, counted))
            continue
        stamp = _stamp(line, recv_us, event, "option_quotes", values, "publish", counted)
        made.rows.setdefault("option_quotes", []).append((stamp, values))
    return made


def _summary(entry: Mapping[str, Any], percent: float) -> tuple[dict[str, Any], int]:
    name = entry.get("instrument_name")
    option = option_of(name) if isinstance(name, str) else None
    if option is None:
        raise BadRecordError(f"instrument_name is {brief(repr(name), 60)}, expected an option as BTC-28MAR25-90000-C")
    if entry.get("quote_currency", option.px_ccy) != option.px_ccy:
        raise BadRecordError("quote_currency is not the currency in which the name says it is priced")
    values: dict[str, Any] = {
        "instrument": name,
        "expiry_ts": option.expiry,
        "strike": option.strike,
        "option_type": option.kind,
        "px_ccy": option.px_ccy,
        "underlying_index": entry.get("underlying_index"),
    }
    for column, key in _FIELDS.items():
        value = entry.get(key)
        values[column] = None if column in _EMPTY_IS_ZERO and _float(value) == 0 else _text(value)
    for column in _VOLATILITIES:
        if column in entry:
            values[column] = _fraction(entry[column], percent)
    return values, _time_us(entry.get("creation_timestamp"), "creation_timestamp")


def _index(result: Any, query: Mapping[str, Sequence[str]], recv_us: int, chain: str, line: int) -> Replied:
    """Bars that were over when the reply came: of the last one a later reply says something else.

    A bar's stamp is taken for its start: were it the end, the bar would be known too late by its width, not too early.
    They are the past's, however late they were asked for, so the reply's time is no time of receipt of theirs.
    """
    bars = result.get("data") if isinstance(result, dict) else None
    if not isinstance(bars, list):
        raise BadRecordError("expected the result of a volatility index to have a list `data` of bars")
    made = Replied()
    if query.get("currency") != [chain]:
        made.beside = len(bars)
        return made
    width = _width(query.get("resolution", [""])[0])
    closes = [_float(bar[4]) for bar in bars if isinstance(bar, list) and len(bar) == 5]
    percent = percent_of(close for close in closes if close is not None) or 100.0
    for bar in bars:
        counted = int(not made.rows and not made.rejected)
        try:
            values, end = _bar(bar, width, percent)
        except BadRecordError as reason:
            raw = json.dumps(bar).encode()
            made.rejected.append(Rejected(line, recv_us, "vol_index", str(reason), 1, raw, counted))
            continue
        if end > recv_us:
            made.beside += 1
            continue
        stamp = _stamp(line, None, end, "vol_index", values, "publish", counted)
        made.rows.setdefault("vol_index", []).append((stamp, values))
    return made


def _width(resolution: str) -> int:
    width = _RESOLUTIONS_S.get(resolution) or (int(resolution) if resolution.isdecimal() else 0)
    if not 0 < width <= 86_400:
        raise BadRecordError(f"resolution is {resolution[:20]!r}, expected seconds or 1D in the reply's address")
    return width


def _bar(bar: Any, width: int, percent: float) -> tuple[dict[str, Any], int]:
    if not isinstance(bar, list) or len(bar) != 5:
        raise BadRecordError(f"bar is {brief(repr(bar), 80)}, expected [time, open, high, low, close]")
    values: dict[str, Any] = {"index_name": "DVOL", "interval_s": width}
    values |= {name: _fraction(value, percent) for name, value in zip(_BAR, bar[1:], strict=True)}
    return values, _time_us(bar[0], "time of a bar") + width * SECOND


def _stamp(
    line: int, recv: int | None, event: int, table: str, values: Mapping[str, Any], clock: str, counted: int
) -> Stamp:
    said = f"{event} {sorted(values.items())}".encode()
    digest = int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)
    return Stamp(line, recv, event, None, DELAY_US[table], digest, False, clock, counted)


def _time_us(ms: Any, what: str) -> int:
    if type(ms) is not int or not EARLIEST <= ms * 1_000 < LATEST:
        raise BadRecordError(f"{what} is {brief(repr(ms), 40)}, expected milliseconds since 1970 between 2009 and 2100")
    return ms * 1_000


def _text(value: Any) -> Any:
    """A number as the text in which it was sent; what is no number stays and is refused where it is checked."""
    return str(value) if type(value) is int else value


def _float(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _fraction(value: Any, percent: float) -> Any:
    """A volatility as the text of a fraction; None for 0, which is sent where there is no price."""
    if value is None or _float(value) == 0:
        return None
    try:
        return format(Decimal(str(value)) / Decimal(int(percent)), "f")
    except InvalidOperation:
        return value
