"""What goes into an exchange and what comes out: orders, fills, level changes, reports.

Sides are +1 (buy, bid) and -1 (sell, ask). Prices are ticks, sizes lots, times
microseconds since 1970 UTC: all integers.
"""

from typing import Literal, NamedTuple, Protocol

BUY, SELL = 1, -1

TimeInForce = Literal["gtc", "ioc", "post_only"]
"""gtc: what does not trade rests. ioc: what does not trade is dropped. post_only: rejected if it would trade."""

Status = Literal["resting", "filled", "dropped", "rejected", "cancelled"]
"""What became of a command's order; `dropped`: a remainder was thrown away, `rejected`: nothing happened."""


class OrderError(ValueError):
    """A command that makes no sense: an unknown order, a size below one lot, a clock going backwards."""


class Order:
    """A resting order; `size` is what is left of it on display.

    An iceberg holds `hidden` lots more and shows up to `peak` of them, last in the queue, whenever its display is gone.
    """

    __slots__ = ("hidden", "order_id", "owner", "peak", "price", "side", "size")

    def __init__(
        self, order_id: int, owner: int, side: int, price: int, size: int, hidden: int = 0, peak: int = 0
    ) -> None:
        self.order_id = order_id
        self.owner = owner
        self.side = side
        self.price = price
        self.size = size
        self.hidden = hidden
        self.peak = peak


class Fill(NamedTuple):
    """One trade between a taker and one maker, at the maker's price. `taker_side` +1: the taker bought."""

    trade_id: int
    time: int
    price: int
    size: int
    taker_side: int
    taker: int
    taker_order: int
    maker: int
    maker_order: int


class LevelChange(NamedTuple):
    """The displayed size of a price level after a command; 0 = the level is gone."""

    side: int
    price: int
    size: int


class Report(NamedTuple):
    """Everything one command did. Its trades stand before the level changes they caused.

    Each level change took one update id, the last of them `update_id`; `left` is
    what the order still had after trading, whether it rests or was thrown away.
    """

    time: int
    owner: int
    order_id: int
    status: Status
    left: int
    fills: tuple[Fill, ...]
    changes: tuple[LevelChange, ...]
    update_id: int
    reason: str = ""


class Listener(Protocol):
    """Hears every report of an exchange, right after the command, in the order of execution.

    It may take notes and schedule, but not send a command from inside `on_report`:
    the listeners after it would hear the answer before the question.
    """

    def on_report(self, report: Report) -> None: ...
