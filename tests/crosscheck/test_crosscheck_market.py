"""Fills on a simulated market whose book the other engine builds itself, from the messages of the capture."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from backtest.trading.trades import trades
from benchmarks import our_book
from benchmarks.c_reference import rows_of
from benchmarks.hftbacktest_loop import events
from benchmarks.recording import SYMBOL, VENUE, load
from pipeline.simulator.capture_files import capture_name
from pipeline.simulator.presets import SMALL
from pipeline.simulator.simulate import TENTH, simulate
from tests.backtest.reversion_rows import TERMS, settlements
from tests.crosscheck import made_up
from tests.crosscheck.compared import at_fills, money
from tests.crosscheck.engine import best_walk, replay

LATENCY = 50
LITTLE = replace(TERMS, capital_quote=1e9, depth_share=0.01, depth_bps=5)
MUCH = replace(LITTLE, depth_share=0.5)


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    simulate(folder, SMALL, seed=3, duration=timedelta(minutes=4), feeds=[TENTH])
    return load(folder / "public" / capture_name(VENUE, SYMBOL, TENTH))


@pytest.fixture(scope="module")
def feed(recording):
    return events(rows_of(recording.updates, recording.grid), recording.grid, "local and exchange")


@pytest.fixture(scope="module")
def tick(recording) -> float:
    return recording.grid.tick / recording.grid.scale


def ours(recording, terms) -> pl.DataFrame:
    book = our_book.states(our_book.bars(recording, our_book.chunks(recording)), recording.grid)
    rows = made_up.decisions(np.random.default_rng(4), book, every=8)
    return trades(rows, book, settlements(), terms=terms).filter(pl.col("status") == "closed")


def test_small_orders_fill_alike_on_a_book_built_from_the_same_messages(recording, feed, tick):
    some = ours(recording, LITTLE).filter(entry_fill="best", exit_fill="best")
    assert some.height > 15
    fee = LITTLE.fees.taker_bps
    account = replay(feed, at_fills(some, LATENCY), latency_ms=LATENCY, taker_bps=fee, tick=tick, is_whole=False)
    other = money(account)
    for name in ("entry_px", "exit_px", "fees_quote", "net_quote"):
        assert other[name].to_list() == pytest.approx(some[name].to_list(), rel=1e-12, abs=1e-6), name
    assert other["position"].abs().max() < 1e-9


def test_large_orders_cost_no_less_than_a_walk_through_that_book(recording, feed, tick):
    some = ours(recording, MUCH)
    true = best_walk(feed, at_fills(some, LATENCY), latency_ms=LATENCY, tick=tick).reshape(-1, 2)
    side = some["side"].to_numpy()
    for name, sign, px in (("entry", side, true[:, 0]), ("exit", -side, true[:, 1])):
        by = sign * (some[f"{name}_px"].to_numpy() - px)
        is_walk = (some[f"{name}_fill"] == "walk").to_numpy()
        assert is_walk.sum() > 10
        assert by.min() > -1e-9
        assert by[is_walk].max() > 0.01
