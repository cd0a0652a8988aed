"""The exchange: price-time matching of integer orders, one report per command."""

from itertools import count

from pipeline.simulator.book_side import BookSide, Level
from pipeline.simulator.orders import (
    BUY,
    SELL,
    Fill,
    LevelChange,
    Listener,
    Order,
    OrderError,
    Report,
    Status,
    TimeInForce,
)

_ANY_PRICE = -(1 << 62)


class Exchange:
    """One order book and the log of its fills.

    `fills` keeps who traded with whom: the truth later scoring needs, which no
    public feed shows. An account may trade with itself. Commands must come in
    time order, and an order's id from `new_order_id`.
    """

    def __init__(self, *, update_id: int = 0, trade_id: int = 0) -> None:
        """The two ids are the last ones used before this exchange opened."""
        self.bids = BookSide(BUY)
        self.asks = BookSide(SELL)
        self.orders: dict[int, Order] = {}
        self.fills: list[Fill] = []
        self.update_id = update_id
        self.time = 0
        self._trade_ids = count(trade_id + 1)
        self._order_ids = count(1)
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """From now on `listener` hears every report."""
        self._listeners.append(listener)

    def new_order_id(self) -> int:
        """An id for one order. It is handed out before the order travels, so a cancel can travel behind it."""
        return next(self._order_ids)

    def side(self, side: int) -> BookSide:
        """The bids for +1, the asks for -1."""
        return self.bids if side == BUY else self.asks

    @property
    def twice_mid(self) -> int | None:
        """Best bid plus best ask, in ticks; None if a side is empty."""
        bid, ask = self.bids.best, self.asks.best
        return None if bid is None or ask is None else bid + ask

    def limit(
        self,
        time: int,
        owner: int,
        order_id: int,
        side: int,
        price: int,
        size: int,
        tif: TimeInForce = "gtc",
        peak: int = 0,
    ) -> Report:
        """Buy or sell `size` lots at `price` ticks or better; see TimeInForce for what does not trade.

        With a `peak` it is a native iceberg: what rests shows that many lots at a time.
        """
        self._check(time, order_id, side, size)
        if price < 1:
            raise OrderError(f"order {order_id}: a price is at least one tick, got {price}")
        opposite = self.side(-side)
        worst = -side * price
        if tif == "post_only" and opposite.keys and opposite.keys[-1] >= worst:
            reason = f"post-only order {order_id} at {price} would trade with the level at {opposite.best}"
            return self._publish(time, owner, order_id, "rejected", size, [], [], reason)
        left, fills, changes = self._match(opposite, worst, time, owner, order_id, size)
        if not left:
            status: Status = "filled"
        elif tif == "ioc":
            status = "dropped"
        else:
            status = "resting"
            shown = min(left, peak) if peak else left
            order = self.orders[order_id] = Order(order_id, owner, side, price, shown, left - shown, peak)
            changes.append(LevelChange(side, price, self.side(side).add(order)))
        return self._publish(time, owner, order_id, status, left, fills, changes)

    def market(self, time: int, owner: int, order_id: int, side: int, size: int) -> Report:
        """Buy or sell `size` lots at any price; what finds no one is dropped."""
        self._check(time, order_id, side, size)
        left, fills, changes = self._match(self.side(-side), _ANY_PRICE, time, owner, order_id, size)
        return self._publish(time, owner, order_id, "dropped" if left else "filled", left, fills, changes)

    def cancel(self, time: int, owner: int, order_id: int) -> Report:
        """Withdraw what is left of a resting order. OrderError if `owner` has no such order resting."""
        self._check_time(time)
        order = self.orders.get(order_id)
        if order is None or order.owner != owner:
            raise OrderError(
                f"cancel: owner {owner} has no resting order {order_id} (never placed, gone, or another's)"
            )
        del self.orders[order_id]
        change = LevelChange(order.side, order.price, self.side(order.side).remove(order))
        return self._publish(time, owner, order_id, "cancelled", order.size, [], [change])

    def _match(
        self, makers: BookSide, worst: int, time: int, taker: int, taker_order: int, left: int
    ) -> tuple[int, list[Fill], list[LevelChange]]:
        """Trade with `makers` from the best key down to `worst`; return what is left, fills and level changes."""
        fills: list[Fill] = []
        changes: list[LevelChange] = []
        keys = makers.keys
        while left and keys and keys[-1] >= worst:
            key = keys[-1]
            level = makers.levels[key]
            left = self._trade_level(level, time, taker, taker_order, left, fills)
            if not level.orders:
                makers.drop(key)
            changes.append(LevelChange(makers.side, makers.side * key, level.size))
        return left, fills, changes

    def _trade_level(self, level: Level, time: int, taker: int, taker_order: int, left: int, fills: list[Fill]) -> int:
        """Trade with the oldest orders of `level` until one of the two is used up; return what is left."""
        while left and level.orders:
            maker = next(iter(level.orders.values()))
            size = min(left, maker.size)
            left -= size
            maker.size -= size
            level.size -= size
            trade_id = next(self._trade_ids)
            fills.append(
                Fill(trade_id, time, maker.price, size, -maker.side, taker, taker_order, maker.owner, maker.order_id)
            )
            if not maker.size:
                del level.orders[maker.order_id]
                if maker.hidden:
                    self._show_next(level, maker)
                else:
                    del self.orders[maker.order_id]
        return left

    def _show_next(self, level: Level, iceberg: Order) -> None:
        """An iceberg's display is gone: the next peak queues last, in the same instant."""
        iceberg.size = min(iceberg.hidden, iceberg.peak)
        iceberg.hidden -= iceberg.size
        level.orders[iceberg.order_id] = iceberg
        level.size += iceberg.size

    def cross(self, time: int, taker: int, maker: int, side: int, price: int, size: int) -> Report:
        """Two accounts trade off the displayed book (`side` is the taker's): on the tape, and the book stays as it is.

        So retail takers meet price-improving orders that the public book does not show.
        """
        order_id, other = next(self._order_ids), next(self._order_ids)
        self._check(time, order_id, side, size)
        fill = Fill(next(self._trade_ids), time, price, size, side, taker, order_id, maker, other)
        return self._publish(time, taker, order_id, "filled", 0, [fill], [])

    def _publish(
        self,
        time: int,
        owner: int,
        order_id: int,
        status: Status,
        left: int,
        fills: list[Fill],
        changes: list[LevelChange],
        reason: str = "",
    ) -> Report:
        self.fills += fills
        self.update_id += len(changes)
        report = Report(time, owner, order_id, status, left, tuple(fills), tuple(changes), self.update_id, reason)
        for listener in self._listeners:
            listener.on_report(report)
        return report

    def _check(self, time: int, order_id: int, side: int, size: int) -> None:
        self._check_time(time)
        if side not in (BUY, SELL) or size < 1:
            raise OrderError(f"order {order_id}: need side +1 or -1 and at least one lot, got side {side}, size {size}")
        if order_id in self.orders:
            raise OrderError(f"order id {order_id} is already resting: take a new one from new_order_id()")

    def _check_time(self, time: int) -> None:
        if time < self.time:
            raise OrderError(f"commands must come in time order: {time} us came after {self.time} us")
        self.time = time
