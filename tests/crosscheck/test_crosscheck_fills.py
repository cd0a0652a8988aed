"""The same orders give the same fills and money in another engine, where the two models say the same."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from backtest.trading.trades import trades
from tests.backtest.reversion_rows import TERMS, settlements
from tests.crosscheck import made_up
from tests.crosscheck.compared import money, orders
from tests.crosscheck.engine import Orders, best_walk, replay

SECONDS = 6_000
LATENCIES = (10, 50, 200, 1_000)
SMALL = replace(TERMS, latencies_ms=LATENCIES, capital_quote=1e9, depth_share=0.1, depth_bps=1)
LARGE = replace(SMALL, depth_share=0.9, depth_bps=5)
FEE = TERMS.fees.taker_bps
MONEY = ("entry_px", "exit_px", "fees_quote", "net_quote")


@pytest.fixture(scope="module")
def market():
    return made_up.ladders(np.random.default_rng(1), SECONDS, gaps=0.05)


@pytest.fixture(scope="module")
def feed(market):
    return made_up.feed(market)


def ours(market, terms, *, has_depth=True) -> pl.DataFrame:
    book = made_up.book_state(market, has_depth=has_depth)
    rows = made_up.decisions(np.random.default_rng(2), book, every=20)
    return trades(rows, book, settlements(), terms=terms)


def theirs(feed, some: pl.DataFrame, latency: float, *, is_whole: bool) -> pl.DataFrame:
    sent = orders(some, latency)
    return money(replay(feed, sent, latency_ms=latency, taker_bps=FEE, tick=made_up.TICK, is_whole=is_whole))


def of(made: pl.DataFrame, latency: float, fill: str) -> pl.DataFrame:
    return made.filter(latency_ms=latency, status="closed", entry_fill=fill, exit_fill=fill)


def agree(some: pl.DataFrame, other: pl.DataFrame) -> None:
    """Every trade to a millionth of a quote unit, and all together to less than a cent."""
    for name in MONEY:
        assert other[name].to_list() == pytest.approx(some[name].to_list(), rel=1e-12, abs=1e-6), name
    for leg in ("entry_qty", "exit_qty"):
        assert other[leg].to_list() == pytest.approx(some["size_qty"].to_list())
    assert other["position"].abs().max() < 1e-9
    assert other["net_quote"].sum() == pytest.approx(some["net_quote"].sum(), abs=0.005)


@pytest.mark.parametrize("latency", LATENCIES)
def test_within_the_best_size_fills_fees_and_net_are_the_same(market, feed, latency):
    some = of(ours(market, SMALL), latency, "best")
    assert some.height > 150
    assert set(some["side"]) == {1, -1}
    agree(some, theirs(feed, some, latency, is_whole=False))


def test_without_known_depth_they_are_those_of_orders_filled_whole_at_the_best_price(market, feed):
    """Half the spread is paid whatever the size, as the other engine's plainest exchange does."""
    some = of(ours(market, replace(SMALL, capital_quote=6e6), has_depth=False), 50, "touch")
    assert some.height > 80
    agree(some, theirs(feed, some, 50, is_whole=True))


def test_latencies_lead_to_different_books(market):
    nets = {latency: of(ours(market, SMALL), latency, "best")["net_quote"].sum() for latency in LATENCIES}
    assert len({round(net, 2) for net in nets.values()}) == len(LATENCIES)


def test_exits_that_waited_out_a_gap_are_among_them(market):
    some = of(ours(market, SMALL), 50, "best")
    assert (orders(some, 50).sent[1::2] != some["exit_known_ts"].to_physical().to_numpy()).sum() > 3


def test_what_finds_no_book_finds_none_there(market, feed):
    lost = ours(market, SMALL).filter(latency_ms=50, status="no_fill")
    assert lost.height > 5
    known, side = lost["entry_known_ts"].to_physical(), lost["side"].cast(pl.Int64)
    sent = Orders(known.to_numpy(), side.to_numpy(), lost["size_qty"].to_numpy())
    account = replay(feed, sent, latency_ms=50, taker_bps=FEE, tick=made_up.TICK, is_whole=False)
    assert not account.position.any()
    assert not account.cash.any()


def test_beyond_the_best_price_ours_is_never_cheaper(market, feed):
    """We take what lies beyond at the far edge of its band, they at its own price."""
    made = ours(market, LARGE).filter(latency_ms=50, status="closed")
    sent = orders(made, 50)
    true = best_walk(feed, sent, latency_ms=50, tick=made_up.TICK).reshape(-1, 2)
    side = made["side"].to_numpy()
    for name, sign, px in (("entry", side, true[:, 0]), ("exit", -side, true[:, 1])):
        by = sign * (made[f"{name}_px"].to_numpy() - px)
        is_walk = (made[f"{name}_fill"] == "walk").to_numpy()
        assert is_walk.sum() > 100
        assert by.min() > -1e-9
        assert by[is_walk].mean() > 0.01
        assert np.abs(by[~is_walk]).max() < 1e-9
    gross = side * (true[:, 1] - true[:, 0]) * made["size_qty"].to_numpy()
    assert ((made["position_quote"] + made["spread_quote"]).to_numpy() <= gross + 1e-6).all()
