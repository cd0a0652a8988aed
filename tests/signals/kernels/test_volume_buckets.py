"""Volume buckets filled lot by lot, and the imbalance that coins would give them."""

from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.kernels.volume_buckets import fill_buckets, mixed, trailing_means

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15


def fill(orders, size, draws=64, drawn_from=0):
    """orders: (ts, side, lots)."""
    ts, side, lots = np.array(orders, np.int64).reshape(-1, 3).T.copy()
    return fill_buckets(ts, np.arange(ts.size), side.astype(np.int8), lots, size, draws, drawn_from)


def plain_mixed(z):
    """SplitMix64 in whole numbers of any size."""
    z = (z + STEP) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def plain_fill(orders, size, draws):
    """Every lot put into its bucket by itself."""
    lots = [(place, side) for place, (_, side, count) in enumerate(orders) for _ in range(count)]
    coins = []
    for place, (ts, _, _) in enumerate(orders):
        order = plain_mixed(plain_mixed(ts) ^ place)
        words = [plain_mixed((order + w * STEP) & MASK) for w in range(-(-draws // 64))]
        coins.append([1 if words[d // 64] >> d % 64 & 1 else -1 for d in range(draws)])
    for begin in range(0, len(lots) - size + 1, size):
        bucket = lots[begin : begin + size]
        chance = sum(abs(sum(coins[place][d] for place, _ in bucket)) for d in range(draws))
        yield bucket[0][0], bucket[-1][0], sum(side for _, side in bucket), chance


def test_the_hash_is_splitmix64():
    """The first outputs of the generator seeded with 0, as published with it."""
    outputs = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [int(mixed(np.uint64(number * STEP & MASK))) for number in range(3)] == outputs


def test_orders_are_split_over_as_many_buckets_as_they_fill():
    """Buckets of 20: 15 bought and 5 sold; 5 sold and 15 bought; 20 bought, twice; 5 are left over."""
    opened, closed, net, chance = fill([(0, 1, 15), (1, -1, 10), (2, 1, 60)], 20)
    assert opened.tolist() == [0, 1, 2, 2]
    assert closed.tolist() == [1, 2, 2, 2]
    assert net.tolist() == [10, 10, 20, 20]
    assert chance[2:].tolist() == [64 * 20, 64 * 20], "a bucket of one order is one-sided whatever the coin says"


def test_nothing_to_fill():
    assert [part.size for part in fill([], 3)] == [0, 0, 0, 0]
    assert [part.size for part in fill([(0, 1, 2)], 3)] == [0, 0, 0, 0]


ORDERS = st.lists(st.tuples(st.integers(0, 1 << 50), st.sampled_from([-1, 1]), st.integers(1, 12)), max_size=12)


@settings(max_examples=60, deadline=None)
@given(ORDERS, st.integers(1, 9), st.integers(1, 130))
def test_it_is_the_rule_told_slowly(orders, size, draws):
    found = fill(orders, size, draws)
    assert list(zip(*(part.tolist() for part in found), strict=True)) == list(plain_fill(orders, size, draws))


@settings(max_examples=60, deadline=None)
@given(ORDERS, st.integers(1, 9), st.integers(0, 20))
def test_where_drawing_begins_changes_nothing_behind_it(orders, size, begin):
    *whole, chance = fill(orders, size)
    *part, drawn = fill(orders, size, drawn_from=begin)
    for one, other in zip(whole, part, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(drawn[begin:], chance[begin:])
    assert not drawn[:begin].any()


@pytest.mark.parametrize(("trades", "vector"), [(20, 0.178), (50, 0.113), (200, 0.056), (1_000, 0.025)])
def test_vector_14_the_level_by_chance_of_equal_trades(trades, vector):
    """The vectors are sqrt(2 / (pi n)); the mean of |sum of n coins| / n itself is C(n, n/2) / 2^n, 1 / (4 n) less."""
    buckets, draws = 50, 200
    _, _, _, chance = fill([(7_000 * place, 1, 3) for place in range(buckets * trades)], 3 * trades, draws)
    found = chance.sum() / (draws * buckets * 3 * trades)
    error = sqrt((1 - 2 / np.pi) / trades / (draws * buckets))
    assert found == pytest.approx(comb(trades, trades // 2) / 2**trades, abs=4 * error)
    assert found == pytest.approx(vector, abs=4 * error + vector / (4 * trades) + 0.0005)


def test_the_level_by_chance_rises_with_unequal_sizes():
    """200 trades of Pareto(1.5) sizes a bucket are as one-sided as some 58 equal ones: 0.137 on average, not 0.056."""
    draw = np.random.default_rng(1)
    levels = []
    for _ in range(300):
        lots = np.rint(1_000 * (1 + draw.pareto(1.5, 200))).astype(np.int64).tolist()
        chance = fill([(at, 1, count) for at, count in enumerate(lots)], sum(lots), 200)[3]
        levels.append(chance[0] / (200 * sum(lots)))
    assert np.mean(levels) == pytest.approx(0.137, abs=0.01)


def test_coins_are_fair_and_of_different_orders_independent():
    """Buckets of one lot pair up coins: the net of two lots is 0 as often as not."""
    chance = fill([(at, 1, 1) for at in range(20_000)], 2, 64)[3]
    assert chance.mean() / 64 == pytest.approx(1, abs=0.01)


def test_means_of_the_last_ones():
    assert np.isnan(trailing_means(np.array([1.0, 2.0]), 3)).all()
    found = trailing_means(np.array([1.0, 2.0, 6.0, 1.0]), 3)
    assert np.isnan(found[:2]).all()
    assert found[2:].tolist() == [3, 3]
    values = np.random.default_rng(1).random(40)
    np.testing.assert_array_equal(trailing_means(values, 7), trailing_means.py_func(values, 7))
    np.testing.assert_array_equal(trailing_means(values, 7)[20:], trailing_means(values[14:].copy(), 7)[6:])
