"""The exchange by hand: who trades first, at what price, and what is left."""

import pytest

from pipeline.simulator.exchange import Exchange
from pipeline.simulator.orders import BUY, SELL, LevelChange, OrderError, Report

ANN, BOB, CAT, DAN = 1, 2, 3, 4


class Heard:
    """A listener that keeps every report."""

    def __init__(self) -> None:
        self.reports: list[Report] = []

    def on_report(self, report: Report) -> None:
        self.reports.append(report)


def trades(report: Report) -> list[tuple[int, int, int]]:
    return [(fill.maker_order, fill.price, fill.size) for fill in report.fills]


def test_better_price_trades_first_then_older_order() -> None:
    exchange = Exchange()
    exchange.limit(1, ANN, 11, SELL, 101, 5)
    exchange.limit(2, BOB, 12, SELL, 100, 3)
    exchange.limit(3, CAT, 13, SELL, 100, 4)
    report = exchange.market(4, DAN, 14, BUY, 9)
    assert trades(report) == [(12, 100, 3), (13, 100, 4), (11, 101, 2)]
    assert report.status == "filled"
    assert report.changes == (LevelChange(SELL, 100, 0), LevelChange(SELL, 101, 3))


def test_a_fill_names_both_sides_and_the_aggressor() -> None:
    exchange = Exchange(trade_id=500)
    exchange.limit(1, ANN, 11, BUY, 100, 5)
    (fill,) = exchange.market(2, BOB, 12, SELL, 2).fills
    assert fill == (501, 2, 100, 2, SELL, BOB, 12, ANN, 11)
    assert exchange.fills == [fill]


def test_partly_filled_maker_keeps_its_place() -> None:
    exchange = Exchange()
    exchange.limit(1, ANN, 11, BUY, 100, 5)
    exchange.limit(2, BOB, 12, BUY, 100, 5)
    exchange.market(3, CAT, 13, SELL, 2)
    assert trades(exchange.market(4, CAT, 14, SELL, 4)) == [(11, 100, 3), (12, 100, 1)]


def test_cancelled_order_leaves_the_queue_behind_it_in_order() -> None:
    exchange = Exchange()
    for order_id in (11, 12, 13):
        exchange.limit(1, ANN, order_id, BUY, 100, 1)
    report = exchange.cancel(2, ANN, 12)
    assert report.status == "cancelled"
    assert report.changes == (LevelChange(BUY, 100, 2),)
    assert trades(exchange.market(3, BOB, 14, SELL, 2)) == [(11, 100, 1), (13, 100, 1)]


def test_crossing_limit_order_trades_at_the_makers_price_and_rests_with_the_remainder() -> None:
    exchange = Exchange()
    exchange.limit(1, ANN, 11, SELL, 100, 3)
    report = exchange.limit(2, BOB, 12, BUY, 102, 5)
    assert trades(report) == [(11, 100, 3)]
    assert (report.status, report.left) == ("resting", 2)
    assert report.changes == (LevelChange(SELL, 100, 0), LevelChange(BUY, 102, 2))
    assert (exchange.bids.best, exchange.asks.best) == (102, None)


def test_market_order_walks_the_book_and_drops_what_finds_no_one() -> None:
    exchange = Exchange()
    for order_id, price in ((11, 100), (12, 101), (13, 103)):
        exchange.limit(1, ANN, order_id, SELL, price, 2)
    report = exchange.market(2, BOB, 14, BUY, 10)
    assert trades(report) == [(11, 100, 2), (12, 101, 2), (13, 103, 2)]
    assert (report.status, report.left) == ("dropped", 4)
    assert not exchange.orders
    assert (exchange.bids.best, exchange.asks.best) == (None, None)


def test_ioc_stops_at_its_limit_and_never_rests() -> None:
    exchange = Exchange()
    exchange.limit(1, ANN, 11, BUY, 100, 2)
    exchange.limit(1, ANN, 12, BUY, 98, 2)
    report = exchange.limit(2, BOB, 13, SELL, 99, 5, "ioc")
    assert trades(report) == [(11, 100, 2)]
    assert (report.status, report.left) == ("dropped", 3)
    assert exchange.asks.best is None


def test_post_only_is_rejected_in_words_when_it_would_trade() -> None:
    exchange = Exchange()
    exchange.limit(1, ANN, 11, SELL, 100, 2)
    before = exchange.update_id
    report = exchange.limit(2, BOB, 12, BUY, 100, 1, "post_only")
    assert (report.status, report.fills, report.changes) == ("rejected", (), ())
    assert report.reason == "post-only order 12 at 100 would trade with the level at 100"
    assert exchange.update_id == before
    assert exchange.limit(3, BOB, 13, BUY, 99, 1, "post_only").status == "resting"


@pytest.mark.parametrize(("owner", "order_id"), [(ANN, 99), (BOB, 11), (ANN, 12)])
def test_cancel_of_an_unknown_foreign_or_gone_order_is_an_error_in_words(owner: int, order_id: int) -> None:
    exchange = Exchange()
    exchange.limit(1, ANN, 11, BUY, 100, 2)
    exchange.limit(1, ANN, 12, BUY, 101, 2)
    exchange.market(1, BOB, 13, SELL, 2)
    with pytest.raises(OrderError, match=f"owner {owner} has no resting order {order_id}"):
        exchange.cancel(2, owner, order_id)


def test_senseless_commands_are_errors_in_words() -> None:
    exchange = Exchange()
    exchange.limit(5, ANN, 11, BUY, 100, 2)
    with pytest.raises(OrderError, match="at least one lot, got side 1, size 0"):
        exchange.market(5, ANN, 12, BUY, 0)
    with pytest.raises(OrderError, match="got side 0"):
        exchange.market(5, ANN, 12, 0, 1)
    with pytest.raises(OrderError, match="at least one tick"):
        exchange.limit(5, ANN, 12, BUY, 0, 1)
    with pytest.raises(OrderError, match="already resting"):
        exchange.limit(5, ANN, 11, BUY, 99, 1)
    with pytest.raises(OrderError, match="4 us came after 5 us"):
        exchange.cancel(4, ANN, 11)
    assert list(exchange.bids.depth()) == [(100, 2)]


def test_listeners_hear_each_command_once_with_one_update_id_per_level_change() -> None:
    exchange, heard = Exchange(update_id=1000), Heard()
    exchange.subscribe(heard)
    exchange.limit(1, ANN, 11, SELL, 100, 1)
    exchange.limit(1, ANN, 12, SELL, 101, 1)
    exchange.limit(2, BOB, 13, BUY, 101, 3)
    assert [report.update_id for report in heard.reports] == [1001, 1002, 1005]
    assert [len(report.changes) for report in heard.reports] == [1, 1, 3]


def test_depth_runs_from_the_best_outwards() -> None:
    exchange = Exchange()
    for order_id, (side, price) in enumerate([(BUY, 98), (BUY, 100), (BUY, 99), (SELL, 103), (SELL, 101)], start=1):
        exchange.limit(1, ANN, order_id, side, price, order_id)
    assert list(exchange.bids.depth()) == [(100, 2), (99, 3), (98, 1)]
    assert list(exchange.bids.depth(2)) == [(100, 2), (99, 3)]
    assert list(exchange.asks.depth(5)) == [(101, 5), (103, 4)]
    assert (exchange.bids.size_at(99), exchange.bids.size_at(97)) == (3, 0)
