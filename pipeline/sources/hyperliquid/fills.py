"""Fills of Hyperliquid, by account, and the prints and liquidations that they are the two halves of.

Fields: Hyperliquid documentation, "Info endpoint / Retrieve a user's fills"; the node writes the same objects
(hyperliquid-dex/node, `--write-fills`). A print is two fills of one `tid`: its taker's has `crossed` true.

`liquidation` stands on both fills or on the counterparty's only. By method `market` the account was sold out on the
book: the fill whose address is `liquidatedUser` has the forced order's side. By `backstop` a vault took the position
over, off the book, and `dir` says on whosever fill that a Long or a Short was liquidated.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from pipeline.sources.batch import LONGEST, PLAIN, BadRecordError, brief
from pipeline.sources.hyperliquid.messages import TRADE_US, print_digest, side_of, trade_id
from pipeline.sources.reading.content import json_digest
from pipeline.sources.reading.record_lines import Taken
from pipeline.sources.reading.times import time_us

_PLAIN: Final = re.compile(PLAIN)
_NUMBERS: Final = ("px", "sz", "startPosition", "closedPnl", "fee", "builderFee")
_OFF_BOOK: Final = ("Auto-Deleveraging", "Settlement", "Spot Dust Conversion")
"""Words of `dir` for prints that no order on the book made."""
_SAME: Final = (
    "coin", "px", "sz", "side", "time", "startPosition", "dir", "closedPnl", "hash", "oid", "crossed", "fee", "tid",
)  # fmt: skip
"""What copies of a fill have in common, whichever feed they came by."""


@dataclass(frozen=True, slots=True)
class Fill:
    """One account's half of a print; `event` in microseconds, `side` +1 if the account bought."""

    address: str
    event: int
    side: int
    is_taker: bool
    name: str | None
    """The print's id; None for fills of 2023."""
    direction: str
    liquidation: Mapping[str, Any] | None
    data: Mapping[str, Any]
    digest: int
    block: int | None = None

    def taken(self) -> Taken:
        """As a row of fills."""
        data, tx_hash = self.data, str(self.data.get("hash") or "")
        values = {
            "trade_id": self.name,
            "address": self.address,
            "side": self.side,
            "is_taker": self.is_taker,
            "price": data["px"],
            "qty": data["sz"],
            "start_position": data.get("startPosition"),
            "direction": self.direction,
            "closed_pnl": data.get("closedPnl"),
            "fee": data.get("fee"),
            "fee_token": _text(data, "feeToken"),
            "order_id": _whole(data, "oid"),
            "client_order_id": _text(data, "cloid"),
            "twap_id": _whole(data, "twapId"),
            "builder_fee": data.get("builderFee"),
            "block_number": self.block,
            "tx_hash": tx_hash if tx_hash.strip("0x") else None,
        }
        return Taken("fills", self.event, "match", TRADE_US, self.digest, values)


def fill_of(address: Any, data: Mapping[str, Any], block: int | None = None) -> Fill:
    """A fill object of the account `address`; BadRecordError or KeyError if it is none."""
    if not isinstance(address, str) or not address:
        raise BadRecordError(f"address is {brief(repr(address))}, expected text")
    for name in _NUMBERS:
        _check_number(name, data.get(name), is_needed=name in ("px", "sz"))
    for name in ("oid", "twapId"):
        _whole(data, name)
    for name in ("feeToken", "cloid", "dir"):
        _text(data, name)
    if not isinstance(data["crossed"], bool):
        raise BadRecordError(f"crossed is {data['crossed']!r}, expected true or false")
    liquidation = data.get("liquidation")
    if liquidation is not None:
        if not isinstance(liquidation, dict):
            raise BadRecordError(f"liquidation is {brief(repr(liquidation))}, expected an object")
        for name in ("liquidatedUser", "method"):
            _text(liquidation, name)
    event, side = time_us(data["time"], "fill"), side_of(data)
    return Fill(
        address=address,
        event=event,
        side=side,
        is_taker=data["crossed"],
        name=trade_id(data["time"], data["coin"], data.get("tid")),
        direction=str(data.get("dir") or ""),
        liquidation=liquidation,
        data=data,
        digest=json_digest([address, *(data.get(name) for name in _SAME)]),
        block=block,
    )


def _check_number(name: str, text: Any, *, is_needed: bool) -> None:
    if text is None and not is_needed:
        return
    is_fine = isinstance(text, str) and len(text) <= LONGEST and _PLAIN.fullmatch(text)
    if not is_fine or (is_needed and not float(text) > 0):
        raise BadRecordError(f"{name} is {brief(repr(text))}, expected a number{' > 0' if is_needed else ''} as text")


def _whole(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is not None and (type(value) is not int or not 0 <= value < 1 << 63):
        raise BadRecordError(f"{name} is {brief(repr(value))}, expected a whole number")
    return value


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    if not isinstance(value, str | None):
        raise BadRecordError(f"{name} is {brief(repr(value))}, expected text")
    return value


def print_of(fills: Sequence[Fill]) -> Taken:
    """The print behind its two fills, or behind the one that is at hand: its counterparty is null then."""
    takers, makers = ([fill for fill in fills if fill.is_taker is crossed] for crossed in (True, False))
    taker, maker = (found[0] if len(found) == 1 else None for found in (takers, makers))
    side = taker.side if taker else -maker.side if maker else 0  # two takers or two makers do not tell
    label = _label(fills)
    values = {
        "trade_id": fills[0].name,
        "price": fills[0].data["px"],
        "qty": fills[0].data["sz"],
        "taker_side": side,
        "taker_order_id": taker and _whole(taker.data, "oid"),
        "maker_order_id": maker and _whole(maker.data, "oid"),
        "is_off_market": label is not None and label != "liquidation market",
        "print_type": label,
        "is_aggregate": False,
        "taker_address": taker and taker.address,
        "maker_address": maker and maker.address,
    }
    digest = print_digest(values, fills[0].digest)
    return Taken("trades", fills[0].event, "match", TRADE_US, digest, values)


def _label(fills: Sequence[Fill]) -> str | None:
    """What kind of print it is, if not one of two orders."""
    for fill in fills:
        if fill.liquidation:
            return f"liquidation {fill.liquidation.get('method')}"
        if fill.direction in _OFF_BOOK:
            return fill.direction
    return None


def liquidation_of(fills: Sequence[Fill]) -> Taken | None:
    """The liquidation that a print is, if it is one; once, whichever of its fills say so."""
    told = next((fill.liquidation for fill in fills if fill.liquidation), None)
    if told is None:
        return None
    first, method, victim = fills[0], told.get("method"), told.get("liquidatedUser")
    values = {
        "order_side": _forced_side(fills, str(victim), is_backstop=method == "backstop"),
        "price": first.data["px"],
        "price_kind": "fill",
        "qty": first.data["sz"],
        "method": method,
        "liquidated_address": victim,
        "trade_id": first.name,
        "is_sampled": False,
    }
    return Taken("liquidations", first.event, "match", TRADE_US, json_digest([first.event, values]), values)


def _forced_side(fills: Sequence[Fill], victim: str, *, is_backstop: bool) -> int:
    """-1 if a long was liquidated, +1 if a short."""
    if is_backstop:
        for fill in fills:
            if fill.direction.startswith("Liquidated"):
                return -1 if fill.direction.endswith("Long") else 1
    for fill in fills:
        if fill.address.lower() == victim.lower():
            return fill.side
    return -fills[0].side


class Placed(NamedTuple):
    """A fill, the line on which it stands and when that was received."""

    fill: Fill
    line: int
    recv: int | None


@dataclass(slots=True)
class FillPairs:
    """Fills of a file that wait for the other half of their print, and the prints that are whole."""

    waiting: dict[str, Placed] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def meet(self, placed: Placed) -> tuple[Placed, ...]:
        """Both halves of a print if this is the second, else nothing; copies are none.

        Without an id the halves are alike in all but their sides (an account that traded with itself: possible in
        2023), and another of the same side is of another print.
        """
        fill = placed.fill
        key = fill.name or " ".join(str(fill.data.get(name)) for name in ("time", "hash", "px", "sz"))
        if key in self.whole:
            return ()
        other = self.waiting.setdefault(key, placed)
        if other.fill.side == fill.side:
            return () if fill.name or other is placed else (placed,)
        del self.waiting[key]
        if fill.name:
            self.whole.add(key)
        return other, placed

    def left(self) -> Iterator[tuple[Placed, ...]]:
        """Halves whose other half the file does not have."""
        for placed in self.waiting.values():
            yield (placed,)


def made_of(halves: Sequence[Placed]) -> Iterator[tuple[Taken, int, int | None]]:
    """Rows that a print gives beside its fills: itself and maybe a liquidation, with a line and a time of receipt."""
    fills = [placed.fill for placed in halves]
    recvs = [placed.recv for placed in halves if placed.recv is not None]
    line, recv = min(placed.line for placed in halves), max(recvs, default=None)
    yield print_of(fills), line, recv
    forced = liquidation_of(fills)
    if forced is not None:
        yield forced, line, recv
