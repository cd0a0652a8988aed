"""Buckets of equal volume, their imbalance, and the imbalance chance would give the same orders.

By chance every order has a side drawn with a fair coin. Draws are bits of a hash of the order (SplitMix64, Steele, Lea
and Flood 2014), so they are the same wherever the data begin, and a split order has one side in all of its buckets.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_RO = types.Array(types.int64, 1, "C", readonly=True)
_SIDES = types.Array(types.int8, 1, "C", readonly=True)
_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_OUT = types.int64[::1]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _1 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(1)
_WORD = 64


@njit(types.uint64(types.uint64), cache=True, nogil=True)
def mixed(z):
    """64 bits that look random, of any 64 bits."""
    z = z + _STEP
    z = (z ^ (z >> _30)) * _MIX_1
    z = (z ^ (z >> _27)) * _MIX_2
    return z ^ (z >> _31)


@njit(types.UniTuple(_OUT, 4)(_RO, _RO, _SIDES, _RO, types.int64, types.int64, types.int64), cache=True, nogil=True)
def fill_buckets(ts, seq, side, lots, size, draws, drawn_from):
    """(opened_by, closed_by, net, chance) of every closed bucket of `size` lots, filled by orders in order.

    An order that is larger than what is left of a bucket is split. opened_by, closed_by: positions of the first and the
    last order in it; net: lots bought minus sold; chance: sum over the draws of the absolute net lots, 0 in buckets
    before number `drawn_from`.
    """
    count = lots.sum() // size
    opened_by, closed_by = np.empty(count, np.int64), np.empty(count, np.int64)
    net, chance = np.empty(count, np.int64), np.zeros(count, np.int64)
    words = (draws + _WORD - 1) // _WORD
    bits, bought = np.zeros(words, np.uint64), np.zeros(words * _WORD, np.int64)
    bucket, filled, bought_net, opened = 0, 0, 0, 0
    for i in range(ts.size):
        left = lots[i]
        if bucket + (filled + left) // size >= drawn_from:
            order = mixed(mixed(np.uint64(ts[i])) ^ np.uint64(seq[i]))
            for w in range(words):
                bits[w] = mixed(order + np.uint64(w) * _STEP)
        while left > 0 and bucket < count:
            if filled == 0:
                opened = i
            part = min(left, size - filled)
            if bucket >= drawn_from:
                for w in range(words):
                    word = bits[w]
                    for k in range(_WORD):
                        bought[w * _WORD + k] += part & -np.int64((word >> np.uint64(k)) & _1)
            bought_net += side[i] * part
            filled += part
            left -= part
            if filled == size:
                opened_by[bucket], closed_by[bucket], net[bucket] = opened, i, bought_net
                if bucket >= drawn_from:
                    for d in range(draws):
                        chance[bucket] += abs(2 * bought[d] - size)
                    bought[:] = 0
                bucket, filled, bought_net = bucket + 1, 0, 0
    return opened_by, closed_by, net, chance


@njit(types.float64[::1](_FLOATS, types.int64), cache=True, nogil=True)
def trailing_means(values, n):
    """Mean of the last n values up to each, itself included, added up from the oldest on; NaN below n."""
    found = np.full(values.size, np.nan)
    for i in range(n - 1, values.size):
        total = 0.0
        for k in range(i - n + 1, i + 1):
            total += values[k]
        found[i] = total / n
    return found
