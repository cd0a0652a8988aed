"""Random commands against a slow, obvious exchange: equal fills, equal books, nothing lost."""

from collections import defaultdict
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.simulator.exchange import Exchange
from pipeline.simulator.orders import BUY, SELL, OrderError


class Command(NamedTuple):
    kind: str
    owner: int
    side: int
    price: int
    size: int
    target: int


class SlowExchange:
    """One list of resting orders [id, owner, side, price, size], oldest first; sorts it whenever it matters."""

    def __init__(self) -> None:
        self.resting: list[list[int]] = []
        self.fills: list[tuple[int, ...]] = []

    def trade(self, owner: int, order_id: int, side: int, price: int | None, size: int) -> int:
        for maker in self.makers(side, price):
            done = min(size, maker[4])
            if done:
                self.fills.append((maker[3], done, side, owner, order_id, maker[1], maker[0]))
            size -= done
            maker[4] -= done
        self.resting = [order for order in self.resting if order[4]]
        return size

    def makers(self, side: int, price: int | None) -> list[list[int]]:
        others = [order for order in self.resting if order[2] == -side]
        willing = [order for order in others if price is None or side * order[3] <= side * price]
        return sorted(willing, key=lambda order: side * order[3])

    def run(self, order_id: int, command: Command) -> None:
        kind, owner, side, price, size, target = command
        if kind == "cancel":
            self.resting = [order for order in self.resting if (order[0], order[1]) != (target, owner)]
        elif kind == "market":
            self.trade(owner, order_id, side, None, size)
        elif not (kind == "post_only" and self.makers(side, price)):
            left = self.trade(owner, order_id, side, price, size)
            if left and kind != "ioc":
                self.resting.append([order_id, owner, side, price, left])

    def levels(self, side: int) -> dict[int, int]:
        totals: dict[int, int] = defaultdict(int)
        for _, _, own, price, size in self.resting:
            if own == side:
                totals[price] += size
        return dict(totals)


COMMANDS = st.lists(
    st.builds(
        Command,
        kind=st.sampled_from(["gtc", "gtc", "gtc", "post_only", "ioc", "market", "cancel"]),
        owner=st.integers(1, 3),
        side=st.sampled_from([BUY, SELL]),
        price=st.integers(95, 105),
        size=st.integers(1, 9),
        target=st.integers(1, 40),
    ),
    max_size=60,
)


def run_both(commands: list[Command]) -> tuple[Exchange, SlowExchange, dict[int, dict[int, int]]]:
    """Both exchanges after the commands, and the book a reader of the level changes has."""
    fast, slow = Exchange(), SlowExchange()
    ledger: dict[int, dict[int, int]] = {BUY: {}, SELL: {}}
    for order_id, command in enumerate(commands, start=1):
        kind, owner, side, price, size, target = command
        before = fast.update_id
        slow.run(order_id, command)
        try:
            if kind == "cancel":
                report = fast.cancel(order_id, owner, target)
            elif kind == "market":
                report = fast.market(order_id, owner, order_id, side, size)
            else:
                report = fast.limit(order_id, owner, order_id, side, price, size, kind)
        except OrderError:
            assert kind == "cancel"
            continue
        assert report.update_id == fast.update_id == before + len(report.changes)
        assert sum(fill.size for fill in report.fills) + report.left == (size if kind != "cancel" else report.left)
        for changed, at, total in report.changes:
            ledger[changed][at] = total
        bid, ask = fast.bids.best, fast.asks.best
        assert bid is None or ask is None or bid < ask
    return fast, slow, ledger


@settings(max_examples=400, deadline=None)
@given(COMMANDS)
def test_fast_and_slow_exchange_agree(commands: list[Command]) -> None:
    fast, slow, ledger = run_both(commands)
    assert [fill[2:] for fill in fast.fills] == [(price, size, *rest) for price, size, *rest in slow.fills]
    for side in (BUY, SELL):
        book = dict(fast.side(side).depth())
        assert book == slow.levels(side)
        assert book == {price: size for price, size in ledger[side].items() if size}
    assert {order.order_id: order.size for order in fast.orders.values()} == {
        order[0]: order[4] for order in slow.resting
    }


@settings(max_examples=200, deadline=None)
@given(COMMANDS)
def test_displayed_size_is_the_sum_of_orders_and_positions_sum_to_zero(commands: list[Command]) -> None:
    fast, _, _ = run_both(commands)
    for side in (fast.bids, fast.asks):
        assert side.keys == sorted(side.levels)
        for level in side.levels.values():
            assert level.orders
            assert level.size == sum(order.size for order in level.orders.values()) > 0
    position: dict[int, int] = defaultdict(int)
    for fill in fast.fills:
        position[fill.taker] += fill.taker_side * fill.size
        position[fill.maker] -= fill.taker_side * fill.size
    assert sum(position.values()) == 0
    assert [fill.trade_id for fill in fast.fills] == list(range(1, len(fast.fills) + 1))
