"""A desk: how one account sends orders to one exchange, and how long they travel."""

from collections.abc import Callable

from pipeline.simulator.clock import Clock
from pipeline.simulator.exchange import Exchange
from pipeline.simulator.orders import TimeInForce


class Desk:
    """Order entry for account `owner`; orders arrive `latency_us` after they are sent.

    The whole round trip is charged on the way in: an agent reads
    `exchange` (its public sides) as it is now, and acts on it late. An agent
    on several venues holds several desks; two agents may share an account.
    """

    def __init__(self, clock: Clock, exchange: Exchange, *, owner: int, rank: int, latency_us: int) -> None:
        self.exchange = exchange
        self.owner = owner
        self.late_cancels = 0
        self._clock = clock
        self._rank = rank
        self.latency_us = latency_us
        self._travelling: set[int] = set()

    @property
    def now(self) -> int:
        """The time (microseconds)."""
        return self._clock.now

    def limit(self, side: int, price: int, size: int, tif: TimeInForce = "gtc", peak: int = 0) -> int:
        """Send a limit order, with a peak a native iceberg; return its id."""
        order_id = self.exchange.new_order_id()
        self._send(order_id, lambda now: self.exchange.limit(now, self.owner, order_id, side, price, size, tif, peak))
        return order_id

    def market(self, side: int, size: int) -> int:
        """Send a market order; return its id."""
        order_id = self.exchange.new_order_id()
        self._send(order_id, lambda now: self.exchange.market(now, self.owner, order_id, side, size))
        return order_id

    def cancel(self, order_id: int) -> None:
        """Send a cancel. If the order is gone when it arrives it is counted in `late_cancels`."""
        self._clock.at(self._clock.now + self.latency_us, self._rank, lambda now: self._cancel(now, order_id))

    def later(self, delay_us: int, action: Callable[[int], object]) -> None:
        """Let `action(time)` happen in a while, on behalf of this account."""
        self._clock.at(self._clock.now + delay_us, self._rank, action)

    def is_open(self, order_id: int) -> bool:
        """True while the order is on its way or resting."""
        return order_id in self._travelling or order_id in self.exchange.orders

    def _send(self, order_id: int, command: Callable[[int], object]) -> None:
        def arrive(now: int) -> None:
            self._travelling.discard(order_id)
            command(now)

        self._travelling.add(order_id)
        self._clock.at(self._clock.now + self.latency_us, self._rank, arrive)

    def _cancel(self, now: int, order_id: int) -> None:
        if order_id in self.exchange.orders:
            self.exchange.cancel(now, self.owner, order_id)
        else:
            self.late_cancels += 1
