"""95 % intervals for what was counted once, on one recording."""

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

Z_95 = 1.959963984540054
_DRAWS, _SEED = 2_000, 1


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's score interval for a share of `hits` in `n` independent cases; (0, 1) if there are none.

    Wilson (1927). Cases that come in bursts are worth fewer than `n`: then it is too narrow.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"need 0 <= hits <= n, got {hits} of {n}")
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, Z_95 * Z_95 / n
    middle, reach = share + z2 / 2, Z_95 * sqrt(share * (1 - share) / n + z2 / (4 * n))
    low, high = (middle - reach) / (1 + z2), (middle + reach) / (1 + z2)
    return low if hits else 0.0, high if hits < n else 1.0


def bootstrap_ratio(part: ArrayLike, whole: ArrayLike) -> tuple[float, float]:
    """Percentile bootstrap of sum(part) / sum(whole), drawing cases with both their numbers. Efron (1979).

    `whole` > 0. Too narrow for few cases, or if a handful holds most of the sum. (0, 1) if there are none.
    """
    above, below = np.asarray(part, float), np.asarray(whole, float)
    if not below.size:
        return 0.0, 1.0
    drawn = np.random.default_rng(_SEED).integers(below.size, size=(_DRAWS, below.size))
    ratios = above[drawn].sum(axis=1) / below[drawn].sum(axis=1)
    low, high = np.quantile(ratios, (0.025, 0.975))
    return float(low), float(high)
