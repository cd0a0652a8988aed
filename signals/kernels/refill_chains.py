"""Chains: refills of one side that one order could have made, by size, place and what was executed between them."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

EQUAL, NEAR, HIDDEN, FIRST = range(4)
"""How a refill continues its chain: with a size equal to its sizes, one that lies within the spread of a peak, hidden
(it says nothing of size), or not at all: it is the chain's first."""

CHAIN, HOW, TRIED, HELD_AGAINST, EXECUTED, FIELDS = range(6)
"""Per refill: number of its chain; how it continues it; how many refills the chain could have continued with since its
last one, this one included (0: its first); the same from this one on to the chain's next one, or to its end; lots
executed where the chain stood since its last refill (0: its first)."""

LAST, LEAST, MOST, LENGTH, SINCE, TRIES, NEXT, CHAIN_FIELDS = range(8)
"""A chain: its last refill; least and largest size; refills; executed at its price up to its last refill; refills it
could have continued with since then; the chain that came to stand at its price before it (-1: none)."""

_RO = types.Array(types.int64, 1, "C", readonly=True)
_FLAG = types.Array(types.boolean, 1, "C", readonly=True)
_GRID = types.Array(types.int64, 2, "C", readonly=True)


@njit(inline="always")
def _executed(place, at, begin, ts, total):
    """(lots executed at a place up to a time, when takers executed there last: -1 if never)."""
    low, high = begin[place], begin[place + 1]
    while low < high:
        middle = (low + high) >> 1
        if ts[middle] <= at:
            low = middle + 1
        else:
            high = middle
    if low == begin[place]:
        return 0, -1
    return total[low - 1], ts[low - 1]


@njit(inline="always")
def _how(chain, size, tolerance, spread):
    """EQUAL, NEAR or, if the chain's order would not show `size`, FIRST."""
    least, most = chain[LEAST], chain[MOST]
    if abs(2 * size - least - most) <= max(tolerance * (least + most), 2.0):
        return EQUAL
    return NEAR if max(most, size) * (1 - spread) <= min(least, size) * (1 + spread) else FIRST


@njit(inline="always")
def _rank(chain, how, size):
    """Of several chains that a refill could continue, it continues that with the largest: equal sizes before near
    ones, longer chains before shorter, the nearest size."""
    middle = (chain[LEAST] + chain[MOST]) / 2
    return -1_000.0 * how + 10.0 * min(chain[LENGTH], 50) - abs(size - middle) / max(middle, 1.0)


@njit(inline="always")
def _take_out(chains, heads, place, c):
    """The chain no longer stands at the place."""
    if heads[place] == c:
        heads[place] = chains[c, NEXT]
        return
    before = heads[place]
    while chains[before, NEXT] != c:
        before = chains[before, NEXT]
    chains[before, NEXT] = chains[c, NEXT]


@njit(
    types.int64[:, ::1](
        _RO, _RO, _RO, _RO, _RO, _FLAG, _FLAG, _FLAG, _GRID, _RO, _RO, _RO,
        types.int64, types.int64, types.float64, types.float64,
    ),
    cache=True, nogil=True,
)  # fmt: skip
def follow_chains(
    ts, taken, cut, place, size, is_hidden, is_quick, is_best, better, begin, executed_ts, executed_lots,
    gap_us, passed_us, tolerance, spread,
):  # fmt: skip
    """Per refill (a column each) the rows CHAIN to EXECUTED; chains are numbered from 0 as they begin.

    ts, taken: when it showed and when takers had taken before, microseconds, ts ascending; cut: no chain reaches back
    beyond it (ascending); place: one number for each side and price; size: lots shown; is_quick: as soon as of a native
    iceberg; is_best: at the best price. better: shape (places, 1 + steps), the place itself and those of the same side
    one, two, ... ticks better, -1 if nothing was ever refilled there. begin: shape (places + 1,), where the executions
    of each place begin; executed_ts, executed_lots: when, ascending, and lots executed there up to then.

    A refill may continue a chain whose last refill is at most `gap_us` old and showed before takers took, and which
    stands at its price, or at a better one of those if the refill is at the best price and takers were at the chain's
    price within `passed_us` before. At the chain's price at least what its last refill showed must have been executed
    since; after a hidden one, which may have left a part of a peak, anything. Sizes must fit (`_how`); of several
    chains it continues the first by `_rank`. A hidden refill continues the chain at its price whose last refill was
    quick, the latest of them, or if there is none the longest.
    """
    found = np.zeros((FIELDS, ts.size), np.int64)
    chains = np.empty((ts.size, CHAIN_FIELDS), np.int64)
    heads = np.full(better.shape[0], -1, np.int64)
    begun = 0
    for i in range(ts.size):
        best, best_how, best_place, best_rank, best_since = -1, FIRST, -1, -1e300, 0
        here, _ = _executed(place[i], ts[i], begin, executed_ts, executed_lots)
        for step in range(better.shape[1]):
            there = better[place[i], step]
            if step > 0 and (is_hidden[i] or not is_best[i]):
                break
            if there < 0:
                continue
            total, latest = (here, ts[i]) if step == 0 else _executed(there, ts[i], begin, executed_ts, executed_lots)
            c = heads[there]
            while c >= 0:
                chain = chains[c]
                j, following = chain[LAST], chain[NEXT]
                if ts[i] - ts[j] > gap_us or ts[j] < cut[i]:
                    _take_out(chains, heads, there, c)
                    c = following
                    continue
                needed = 1 if is_hidden[j] else size[j]
                if taken[i] > ts[j] and total - chain[SINCE] >= needed and ts[i] - latest <= passed_us:
                    chain[TRIES] += 1
                    if is_hidden[i]:
                        how = HIDDEN
                        rank = 1e18 + float(ts[j] - ts[0]) if is_quick[j] else float(chain[LENGTH])
                    else:
                        how = _how(chain, size[i], tolerance, spread)
                        rank = _rank(chain, how, size[i])
                    if how != FIRST and rank > best_rank:
                        best, best_how, best_place, best_rank = c, how, there, rank
                        best_since = total - chain[SINCE]
                c = following
        if best >= 0:
            chain = chains[best]
            j = chain[LAST]
            found[CHAIN, i], found[TRIED, i], found[EXECUTED, i] = found[CHAIN, j], chain[TRIES], best_since
            found[HELD_AGAINST, j] = chain[TRIES]
            _take_out(chains, heads, best_place, best)
            if not is_hidden[i]:
                chain[LEAST], chain[MOST] = min(chain[LEAST], size[i]), max(chain[MOST], size[i])
            chain[LENGTH] += 1
        else:
            best = begun
            begun += 1
            chain = chains[best]
            found[CHAIN, i], chain[LENGTH] = best, 1
            chain[LEAST] = chain[MOST] = size[i]
        found[HOW, i] = best_how
        chain[LAST], chain[SINCE], chain[TRIES] = i, here, 0
        chain[NEXT] = heads[place[i]]
        heads[place[i]] = best
    for c in range(begun):
        found[HELD_AGAINST, chains[c, LAST]] = chains[c, TRIES]
    return found
