"""Measurements of fast facts: known answers."""

import numpy as np
import polars as pl
import pytest

from backtest.stylised.fast import (
    branching,
    flow_r2,
    inventory_return,
    maker_half_lives,
    median_spread_bps,
    one_tick_share,
    sign_exponent,
    trade_autocorrelation,
)
from backtest.stylised.impact import impact_exponent, relaxation
from backtest.stylised.series import tail_index


def split_signs(n: int, crowd: int, seed: int) -> np.ndarray:
    """Signs of orders split into Pareto(1.5) many pieces: their autocorrelation decays with the power 0.5."""
    rng = np.random.default_rng(seed)
    left, side = np.zeros(crowd), np.ones(crowd)
    out = np.empty(n)
    for i, who in enumerate(rng.integers(0, crowd, n)):
        if left[who] <= 0:
            left[who], side[who] = np.ceil((1 - rng.random()) ** (-1 / 1.5)), rng.choice([-1, 1])
        out[i], left[who] = side[who], left[who] - 1
    return out


def quotes(mid: np.ndarray, **more: np.ndarray) -> pl.DataFrame:
    steps = {"time": 100_000 * np.arange(mid.size), "bid": mid - 0.5, "ask": mid + 0.5, "value": np.zeros(mid.size)}
    return pl.DataFrame({**steps, **more})


def test_signs_of_split_orders_decay_with_half() -> None:
    assert np.mean([sign_exponent(split_signs(30_000, 4, seed)) for seed in range(3)]) == pytest.approx(0.5, abs=0.12)
    assert np.isnan(sign_exponent(np.ones(100)))


def test_hill_on_pareto() -> None:
    sizes = (1 - np.random.default_rng(1).random(100_000)) ** (-1 / 2.0)
    assert tail_index(sizes, 0.05) == pytest.approx(2.0, abs=0.1)


def test_branching_of_clusters_and_of_poisson() -> None:
    """Every parent brings on average three children at once and more: 1 / (1 - n) events a cluster, n = 0.75."""
    rng = np.random.default_rng(2)
    poisson = np.sort(rng.integers(0, 10**10, 100_000))
    assert branching(poisson, 10**7) == pytest.approx(0.0, abs=0.05)
    sizes = []
    for _ in range(20_000):
        size = born = 1
        while born := rng.poisson(0.75 * born):
            size += born
        sizes.append(size)
    clusters = np.sort(np.repeat(rng.integers(0, 10**10, 20_000), sizes))
    assert branching(clusters, 10**7) == pytest.approx(0.75, abs=0.05)


def test_spread_by_hand() -> None:
    steps = pl.DataFrame({"bid": [9_999.5, 9_999.0], "ask": [10_000.5, 10_001.0]})
    assert one_tick_share(steps) == 0.5
    assert median_spread_bps(steps) == pytest.approx(1.5)


def test_bounce_between_bid_and_ask() -> None:
    """Prices that are bid or ask at random: changes have the autocorrelation -1/2 at lag 1 and none later."""
    price = np.random.default_rng(3).integers(0, 2, 20_000)
    first, later = trade_autocorrelation(pl.DataFrame({"price": price, "time": 1_000_000 * np.arange(20_000)}))
    assert first == pytest.approx(-0.5, abs=0.03)
    assert later == pytest.approx(0.0, abs=0.01)


def test_flow_explains_its_own_window_only() -> None:
    rng = np.random.default_rng(4)
    ofi = rng.standard_normal(200_000)
    mid = 1_000 + np.cumsum(ofi)
    now, following, taken = flow_r2(quotes(mid, ofi=ofi, tfi=rng.standard_normal(200_000)))
    assert now == pytest.approx(1.0, abs=1e-9)
    assert following < 0.01
    assert taken < 0.01


def test_a_maker_that_passes_on_half_in_ten_minutes() -> None:
    rng, keep = np.random.default_rng(5), 2.0 ** (-1 / 600)
    net, hedged, total = np.zeros(3_000), np.zeros(3_000), 0.0
    for i in range(1, 3_000):
        passed = (1 - keep) * net[i - 1]
        net[i] = net[i - 1] - passed + 100 * rng.standard_normal()
        total += passed
        hedged[i] = total
    frame = pl.DataFrame({"time": np.arange(3_000), "maker": 1, "net": net, "hedged": hedged})
    assert maker_half_lives(frame) == pytest.approx([10.0], rel=0.01)


def test_inventory_against_the_return() -> None:
    moves = np.random.default_rng(6).standard_normal(1_000)
    mid = np.repeat(np.cumsum(moves), 100)
    held = pl.DataFrame({"time": np.arange(10_000), "maker": 1, "net": np.repeat(-np.cumsum(moves), 10)})
    assert inventory_return(quotes(mid), held) == pytest.approx(-1.0)


def test_impact_of_known_shape() -> None:
    """Metaorders one after another, each moves the mid by the root of its size, of which 60 % stays."""
    rng, n = np.random.default_rng(7), 200
    lots = np.ceil(100 * (1 - rng.random(n)) ** (-1 / 1.5))
    start = 50_000 + 10_000_000 * np.arange(n)
    end = start + 2_000_000
    mid = np.zeros(100 * n + 10)
    for size, first in zip(lots, start // 100_000, strict=True):
        mid[first + 1 : first + 25] += size**0.5
        mid[first + 25 :] += 0.6 * size**0.5
    orders = pl.DataFrame({"time": start + 1_000_000, "side": np.ones(n, int), "lots": lots, "price": 1.0})
    metaorders = pl.DataFrame({"side": 1, "start": start, "end": end, "lots": lots, "pieces": 10})
    assert impact_exponent(quotes(mid), orders, metaorders) == pytest.approx(0.5, abs=0.03)
    assert relaxation(quotes(mid), orders, metaorders) == pytest.approx(0.6, abs=0.05)
    assert np.isnan(impact_exponent(quotes(mid), orders, metaorders.head(5)))
