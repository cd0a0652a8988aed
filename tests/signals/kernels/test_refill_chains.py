"""Chains of refills by hand, and against a loop over a plain list of chains."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels.refill_chains import (
    CHAIN,
    EQUAL,
    EXECUTED,
    FIRST,
    HELD_AGAINST,
    HIDDEN,
    HOW,
    NEAR,
    TRIED,
    follow_chains,
)

GAP, PASSED = 100, 10
STEPS, PRICES = 2, 100
TOLERANCE, SPREAD = 0.02, 0.1


def one(at, price=50, size=100, taken=None, executed=None, is_hidden=False, is_quick=False, is_best=True):
    """A refill of one side, a place a price, 2 after takers took what is executed there: as much as it shows."""
    taken = at - 2 if taken is None else taken
    return at, taken, price, size, size if executed is None else executed, is_hidden, is_quick or is_hidden, is_best


def follow(*refills, prints=(), cut=0, kernel=follow_chains):
    """The rows CHAIN to EXECUTED; prints: further (ts, price, lots)."""
    ts, taken, price, size, executed, is_hidden, is_quick, is_best = np.array(refills, np.int64).reshape(-1, 8).T.copy()
    tape = sorted(
        [*zip(price.tolist(), taken.tolist(), executed.tolist(), strict=True), *((p, t, n) for t, p, n in prints)]
    )
    at, when, lots = np.array([row for row in tape if row[2]], np.int64).reshape(-1, 3).T.copy()
    begin = np.searchsorted(at, np.arange(PRICES + 1))
    total = np.concatenate([np.cumsum(lots[a:b]) for a, b in pairwise(begin)])
    places = np.arange(PRICES)[:, None] + np.arange(STEPS + 1)
    cuts = np.broadcast_to(np.array(cut, np.int64), ts.shape).copy()
    flags = is_hidden == 1, is_quick == 1, is_best == 1
    better = np.where(places < PRICES, places, -1)
    tables = ts, taken, cuts, price, size, *flags, better, begin, when, total.astype(np.int64)
    return kernel(*tables, GAP, PASSED, TOLERANCE, SPREAD)


def chains(*refills, **more):
    return follow(*refills, **more)[CHAIN].tolist()


def test_refills_of_one_size_are_a_chain_while_they_follow_within_the_gap():
    got = follow(one(10), one(60), one(160), one(261))
    assert got[CHAIN].tolist() == [0, 0, 0, 1]
    assert got[HOW].tolist() == [FIRST, EQUAL, EQUAL, FIRST]
    assert got[EXECUTED].tolist() == [0, 100, 100, 0]


def test_two_chains_at_one_price_are_told_apart_by_size():
    assert chains(one(10, size=100), one(20, size=300), one(30, size=100), one(40, size=300)) == [0, 1, 0, 1]


def test_what_was_shown_last_must_have_been_executed_since():
    assert chains(one(10), one(20, executed=99)) == [0, 1]
    assert chains(one(10), one(20, executed=99), prints=[(12, 50, 1)]) == [0, 0]
    assert chains(one(10), one(20, executed=99), prints=[(10, 50, 1)]) == [0, 1], "before it was shown"
    assert chains(one(10), one(20, executed=99), prints=[(12, 51, 1)]) == [0, 1], "elsewhere"
    assert chains(one(10), one(20, taken=10)) == [0, 1], "takers came before it showed"


def test_sizes_are_equal_or_within_the_spread_of_one_peak():
    for size, how in ((102, EQUAL), (98, EQUAL), (103, NEAR), (122, NEAR), (82, NEAR), (123, FIRST), (81, FIRST)):
        assert follow(one(10), one(20, size=size, executed=500))[HOW].tolist() == [FIRST, how]
    assert follow(one(10, size=3), one(20, size=4))[HOW].tolist() == [FIRST, EQUAL], "a lot off"
    # Of 90 and 110 the peak can only be 100.
    assert chains(one(10, size=90), one(20, size=110), one(30, size=112, executed=500)) == [0, 0, 1]


def test_equal_sizes_come_before_near_ones_and_longer_chains_before_shorter():
    started = one(10, size=100), one(12, size=90, taken=9, executed=0), one(14, size=101, taken=9, executed=0)
    assert chains(*started, one(30, size=90, executed=500))[3] == 1
    longer = one(20, size=100, executed=500)
    assert chains(*started[:1], longer, one(21, size=101, taken=9, executed=0), one(30, size=101, executed=500))[3] == 0


def test_a_chain_steps_to_the_best_price_once_takers_passed_its_own():
    took = [(18, 50, 100)]
    assert chains(one(10), one(20, price=49, executed=0), prints=took) == [0, 0]
    assert chains(one(10), one(20, price=48, executed=0), prints=took) == [0, 0]
    assert chains(one(10), one(20, price=47, executed=0), prints=took) == [0, 1], "too far"
    assert chains(one(10), one(20, price=51, executed=0), prints=took) == [0, 1], "never to a better price"
    assert chains(one(10), one(20, price=49, executed=0, is_best=False), prints=took) == [0, 1]
    assert chains(one(10), one(20, price=49, executed=0), prints=[(18, 50, 99)]) == [0, 1], "not all of it"
    assert chains(one(10), one(29, price=49, executed=0), prints=took) == [0, 1], "too late"
    assert chains(one(10), one(20, price=49, executed=0), one(30), prints=took) == [0, 0, 1], "it stands there no more"


def test_a_hidden_refill_continues_what_was_quick_and_leaves_a_part_of_a_peak():
    quick, slow = one(10, size=100, is_quick=True), one(12, size=300, executed=500)
    got = follow(quick, slow, one(20, is_hidden=True, executed=500), one(30, size=100, executed=1))
    assert got[CHAIN].tolist() == [0, 1, 0, 0]
    assert got[HOW].tolist() == [FIRST, FIRST, HIDDEN, EQUAL]


def test_what_could_have_continued_a_chain_is_counted():
    got = follow(one(10), one(20, size=500), one(30, size=500, executed=10), one(40), one(50, size=500))
    assert got[CHAIN].tolist() == [0, 1, 2, 0, 2], "of two alike the later"
    assert got[TRIED].tolist() == [0, 0, 0, 3, 1]  # 500 lots were executed at last
    assert got[HELD_AGAINST].tolist() == [3, 1, 1, 1, 0]


def test_a_cut_ends_every_chain():
    assert chains(one(10), one(20), one(30), cut=(0, 0, 25)) == [0, 0, 1]


def slow(
    ts, taken, cut, place, size, is_hidden, is_quick, is_best, _better, begin, when, total, gap, passed, tol, spread
):
    """The rules over a list of dictionaries, one a chain."""
    alive, rows = [], np.zeros((5, ts.size), np.int64)

    def executed(price, until):
        before = [k for k in range(begin[price], begin[price + 1]) if when[k] <= until]
        return (total[before[-1]], when[before[-1]]) if before else (0, -1)

    for i in range(ts.size):
        able = []
        for chain in alive:
            j, step = chain["refills"][-1], chain["place"] - place[i]
            if ts[i] - ts[j] > gap or ts[j] < cut[i] or taken[i] <= ts[j] or not 0 <= step <= STEPS:
                continue
            done, latest = executed(chain["place"], ts[i])
            if step and (is_hidden[i] or not is_best[i] or ts[i] - latest > passed):
                continue
            if done - chain["since"] < (1 if is_hidden[j] else size[j]):
                continue
            chain["tries"] += 1
            low, high = min(chain["sizes"]), max(chain["sizes"])
            length = len(chain["refills"])
            if is_hidden[i]:
                rank = (1, ts[j]) if is_quick[j] else (0, length)
                how = HIDDEN
            else:
                middle = (low + high) / 2
                if abs(size[i] - middle) <= max(tol * middle, 1):
                    how = EQUAL
                elif max(high, size[i]) * (1 - spread) <= min(low, size[i]) * (1 + spread):
                    how = NEAR
                else:
                    continue
                rank = (-how, min(length, 50) - abs(size[i] - middle) / middle / 10)
            able.append((rank, -step, chain["order"], chain, how, done - chain["since"]))
        if able:
            *_, chain, how, lots = max(able, key=lambda entry: entry[:3])
            j = chain["refills"][-1]
            rows[:, i] = rows[CHAIN, j], how, chain["tries"], 0, lots
            rows[HELD_AGAINST, j] = chain["tries"]
        else:
            chain = {"refills": [], "sizes": []}
            alive.append(chain)
            rows[:, i] = len(alive) - 1, FIRST, 0, 0, 0
        if not is_hidden[i] or not chain["refills"]:
            chain["sizes"].append(size[i])
        chain["refills"].append(i)
        chain |= {"place": place[i], "since": executed(place[i], ts[i])[0], "tries": 0, "order": i}
    for chain in alive:
        rows[HELD_AGAINST, chain["refills"][-1]] = chain["tries"]
    return rows


REFILL = st.tuples(
    st.integers(0, 30),  # since the one before
    st.integers(0, 6),  # since takers took
    st.integers(48, 52),
    st.sampled_from([2, 3, 4, 90, 95, 100, 101, 103, 111]),
    st.sampled_from([0, 1, 90, 150, 500]),
    st.sampled_from([(False, False), (False, True), (True, True)]),
    st.booleans(),
    st.integers(0, 60),
)


@given(
    st.lists(REFILL, max_size=60),
    st.lists(st.tuples(st.integers(0, 600), st.integers(48, 54), st.integers(1, 200)), max_size=20),
)
def test_the_kernel_is_the_plain_loop(steps, prints):
    ts = np.cumsum([step[0] for step in steps]).tolist()
    refills = [
        one(t, price, size, t - back, executed, *flags, is_best)
        for t, (_, back, price, size, executed, flags, is_best, _) in zip(ts, steps, strict=True)
    ]
    cut = np.maximum.accumulate([0, *(t - step[-1] - 20 for t, step in zip(ts, steps, strict=True))])[1:]
    fast, plain = follow(*refills, prints=prints, cut=cut), follow(*refills, prints=prints, cut=cut, kernel=slow)
    assert fast.tolist() == plain.tolist()
