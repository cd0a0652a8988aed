"""The clock, and the desks whose orders travel on it."""

import pytest

from pipeline.simulator.clock import Clock
from pipeline.simulator.desk import Desk
from pipeline.simulator.exchange import Exchange
from pipeline.simulator.orders import BUY, SELL


class Metronome:
    """Acts every `period` and writes down when."""

    def __init__(self, name: str, first: int, period: int, log: list[tuple[int, str]]) -> None:
        self.name, self.next_time, self.period, self.log = name, first, period, log

    def act(self, now: int) -> None:
        self.log.append((now, self.name))
        self.next_time = now + self.period


def test_agents_act_in_time_order_and_ties_go_by_rank() -> None:
    log: list[tuple[int, str]] = []
    clock = Clock(0)
    clock.add(Metronome("late rank", 10, 10, log), rank=2)
    clock.add(Metronome("early rank", 20, 20, log), rank=1)
    clock.run(40)
    assert log == [(10, "late rank"), (20, "early rank"), (20, "late rank"), (30, "late rank")]
    assert clock.now == 40


def test_running_in_pieces_is_running_at_once() -> None:
    whole: list[tuple[int, str]] = []
    pieces: list[tuple[int, str]] = []
    for log, stops in ((whole, [100]), (pieces, [1, 30, 31, 100])):
        clock = Clock(0)
        clock.add(Metronome("a", 10, 10, log), rank=0)
        clock.add(Metronome("b", 10, 15, log), rank=1)
        for stop in stops:
            clock.run(stop)
    assert whole == pieces


def test_an_agent_that_stands_still_or_a_plan_for_the_past_is_an_error_in_words() -> None:
    clock = Clock(0)
    clock.add(Metronome("stuck", 10, 0, []), rank=0)
    with pytest.raises(ValueError, match="Metronome acted at 10 us and wants to act again at 10"):
        clock.run(20)
    with pytest.raises(ValueError, match="it is already 10 us"):
        clock.at(9, 0, print)


def test_orders_arrive_after_the_latency_and_a_fast_desk_overtakes() -> None:
    clock, exchange = Clock(0), Exchange()
    slow = Desk(clock, exchange, owner=1, rank=0, latency_us=50)
    fast = Desk(clock, exchange, owner=2, rank=1, latency_us=5)
    first, second = slow.limit(BUY, 100, 1), fast.limit(BUY, 100, 1)
    assert slow.is_open(first)
    clock.run(50)
    assert list(exchange.orders) == [second]
    clock.run(51)
    assert list(exchange.orders) == [second, first]
    fast.market(SELL, 1)
    clock.run(100)
    assert not fast.is_open(second)
    assert [(fill.time, fill.maker, fill.taker) for fill in exchange.fills] == [(56, 2, 2)]


def test_a_cancel_can_travel_behind_its_order_and_come_too_late() -> None:
    clock, exchange = Clock(0), Exchange()
    desk = Desk(clock, exchange, owner=1, rank=0, latency_us=50)
    desk.cancel(desk.limit(BUY, 100, 1))
    clock.run(51)
    assert (exchange.orders, desk.late_cancels) == ({}, 0)
    order_id = desk.limit(BUY, 100, 1)
    clock.run(200)
    desk.cancel(order_id)
    exchange.market(200, 9, exchange.new_order_id(), SELL, 1)
    clock.run(300)
    assert desk.late_cancels == 1
