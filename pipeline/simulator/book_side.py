"""One side of a book: price levels of orders in time priority."""

from bisect import bisect_left, insort
from collections.abc import Iterator

from pipeline.simulator.orders import Order


class Level:
    """The orders at one price, oldest first, and their total displayed size."""

    __slots__ = ("orders", "size")

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.size = 0


class BookSide:
    """Bids (`side` +1) or asks (-1).

    Levels are found by `key = side * price`, so on both sides the larger key is
    the better price. `keys` is sorted and ends with the best: what happens near
    the touch, nearly everything, moves few entries.
    """

    __slots__ = ("keys", "levels", "side")

    def __init__(self, side: int) -> None:
        self.side = side
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}

    @property
    def best(self) -> int | None:
        """The best price in ticks; None if the side is empty."""
        return self.side * self.keys[-1] if self.keys else None

    def size_at(self, price: int) -> int:
        """Displayed lots at `price`, 0 if there is no such level."""
        level = self.levels.get(self.side * price)
        return level.size if level else 0

    def depth(self, count: int | None = None) -> Iterator[tuple[int, int]]:
        """(price, displayed size) from the best outwards: `count` levels, or all."""
        keys = self.keys if count is None else self.keys[max(0, len(self.keys) - count) :]
        return ((self.side * key, self.levels[key].size) for key in reversed(keys))

    def add(self, order: Order) -> int:
        """Queue `order` last at its price; return the level's new size."""
        key = self.side * order.price
        level = self.levels.get(key)
        if level is None:
            level = self.levels[key] = Level()
            insort(self.keys, key)
        level.orders[order.order_id] = order
        level.size += order.size
        return level.size

    def remove(self, order: Order) -> int:
        """Take `order` out wherever it stands in its queue; return the level's new size."""
        key = self.side * order.price
        level = self.levels[key]
        del level.orders[order.order_id]
        level.size -= order.size
        if not level.orders:
            self.drop(key)
        return level.size

    def drop(self, key: int) -> None:
        """Forget the empty level `key`."""
        del self.levels[key]
        if self.keys[-1] == key:
            self.keys.pop()
        else:
            del self.keys[bisect_left(self.keys, key)]
