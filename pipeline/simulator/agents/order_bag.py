"""OrderBag: the orders an account has out, from which one can be drawn at random."""

from typing import NamedTuple


class PlacedOrder(NamedTuple):
    """An order as it was sent; whether it still rests only the exchange knows."""

    order_id: int
    side: int
    price: int


class OrderBag:
    """A list without an order of its own, so that drawing and removing take constant time."""

    def __init__(self) -> None:
        self._orders: list[PlacedOrder] = []

    def __len__(self) -> int:
        return len(self._orders)

    def add(self, order_id: int, side: int, price: int) -> None:
        """Put an order in."""
        self._orders.append(PlacedOrder(order_id, side, price))

    def index(self, uniform: float) -> int:
        """The place of a random order; the bag must not be empty."""
        return int(uniform * len(self._orders))

    def look(self, index: int) -> PlacedOrder:
        """The order at `index`, left in the bag."""
        return self._orders[index]

    def take(self, index: int) -> PlacedOrder:
        """Take the order at `index` out; the last one moves to its place."""
        order, last = self._orders[index], self._orders.pop()
        if index < len(self._orders):
            self._orders[index] = last
        return order
