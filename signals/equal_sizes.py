"""Orders of equal size soon after each other: which there are, how many chance would bring, and how surprising one is.

Chance keeps times, sizes and prices as they are and shuffles the sides within each minute. Then the number of opposite
pairs is expected exactly: two orders of a minute with b buys and s sells have opposite sides with probability
2 b s / (n (n - 1)), and two of different minutes with (b s' + s b') / (n n').
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.bars import DAY, MINUTE

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MICROPAIRS = 1_000_000_000
"""Expected pairs are counted in billionths: whole numbers, whose sums are exact in any order."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders by time: ts (microseconds), side, lots, px (ticks of the first print)."""

    ts: Ints
    side: Ints
    lots: Ints
    px: Ints


def candidates(orders: Orders, spread: Ints, gap_us: int, most_between: int) -> tuple[Ints, Ints]:
    """(first, second) of all pairs of orders of either side, as in kernels.size_pairs; spread (ticks): per order."""
    from signals.kernels.size_pairs import size_pairs  # numba is imported only to compute

    first, second = size_pairs(orders.ts, orders.lots, orders.px, spread, gap_us, most_between, DAY)
    return first, second


def is_opposite(orders: Orders, first: Ints, second: Ints) -> NDArray[np.bool_]:
    """Whether one of each pair bought and the other sold."""
    return orders.side[first] != orders.side[second]


def expected(orders: Orders, first: Ints, second: Ints, minutes: int, begin: int) -> Ints:
    """MICROPAIRS of opposite pairs by chance in each of so many minutes from `begin` on, by the second order."""
    minute = (orders.ts - begin) // MINUTE
    buys, sells = (np.bincount(minute[orders.side == side], minlength=minutes).astype(float) for side in (1, -1))
    total = buys + sells
    a, b = minute[first], minute[second]
    is_within = a == b
    pairs = np.maximum(total * (total - 1), 1.0)
    within = np.bincount(b[is_within], minlength=minutes) * (2 * buys * sells / pairs)
    # The first of a pair lies in the minute before, or in the same.
    before = [np.concatenate(([0.0], side[:-1])) for side in (buys, sells)]
    across = (before[0] * sells + before[1] * buys) / np.maximum((before[0] + before[1]) * total, 1.0)
    over = np.bincount(b[~is_within], minlength=minutes) * across
    return np.rint(MICROPAIRS * (within + over)).astype(np.int64)


def alike(orders: Orders, at: Ints, window_us: int) -> tuple[Ints, Ints]:
    """(orders of its size within a lot, orders) in the window strictly before each of the orders `at`."""
    low, high = (np.searchsorted(orders.ts, times) for times in (orders.ts[at] - window_us, orders.ts[at]))
    sizes, size = np.unique(orders.lots, return_inverse=True)
    n = orders.ts.size
    keys = np.sort(size * n + np.arange(n))  # by size, then time
    count = np.zeros(at.size, np.int64)
    for step in (-1, 0, 1):
        wanted = orders.lots[at] + step
        place = np.minimum(np.searchsorted(sizes, wanted), sizes.size - 1)
        inside = np.searchsorted(keys, place * n + high) - np.searchsorted(keys, place * n + low)
        count += np.where(sizes[place] == wanted, inside, 0)
    return count, high - low


def surprise(n_alike: Ints, n_orders: Ints, tries: Ints) -> Floats:
    """Minus the natural logarithm of the chance that one of so many orders has the size, if sizes come as before.

    A size never seen counts as seen once.
    """
    share = (n_alike + 1) / (n_orders + 1)
    with np.errstate(divide="ignore"):  # a share of one: no surprise
        missed = tries * np.log1p(-share)
    return -np.log(-np.expm1(missed))
