"""How unusual an inventory is by the minute, over years at once: the formulas of maker_inventory on whole minutes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.power.market import Strategy
from signals.bars import DAY, MINUTE
from signals.inventory_scores import level_scores, share_before
from signals.maker_inventory import MEMORY_HALF_LIVES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rarity:
    """Per minute; NaN where nothing is said."""

    z: Floats
    q: Floats


def rarity_of_flow(received: Floats, ends: Ints, strategy: Strategy) -> Rarity:
    """Of the inventory that the public flow leaves behind: what came in a minute is taken to come at its end.

    Minutes have no single orders, so none is capped. The share of makers is left out: no score turns on it.
    """
    from signals.kernels.maker_inventory import leak  # numba is imported only to compute

    half_life = strategy.half_life_min
    before = int(ends[0] - MINUTE) % DAY // MINUTE  # minutes of the first day that are not there
    flow = np.concatenate([np.zeros(before), received])
    held, _ = leak(flow, np.ones(flow.size), 2.0 ** (-1 / half_life), MEMORY_HALF_LIVES * half_life, DAY // MINUTE)
    held = held[before:].copy()
    held[: strategy.burn_in_half_lives * half_life - 1] = np.nan
    return rarity_of_level(held, ends, strategy)


def rarity_of_level(held: Floats, ends: Ints, strategy: Strategy) -> Rarity:
    """Of an inventory that is given (base); NaN where it is not known."""
    from signals.kernels.maker_inventory import mid_ranks  # numba is imported only to compute

    windows = strategy.windows
    coverage = share_before(np.ones(held.size), windows.level)
    z = level_scores(held, coverage, int(ends[0]) // MINUTE - 1, 0, windows, strategy.min_coverage)
    q = mid_ranks(z, windows.rank, 0)
    is_old = np.arange(1, held.size + 1) >= windows.min_history
    return Rarity(np.where(is_old, z, np.nan), np.where(is_old, q, np.nan))
