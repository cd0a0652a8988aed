"""Square-root law: what an order moves the price by that is too large for the book shown.

Toth et al. (2011); Donier and Bonart (2015) for Bitcoin. A rule of thumb for a whole execution; its constant is near 1.
"""

from math import sqrt

_BPS = 10_000


def square_root_impact_bps(*, qty: float, day_qty: float, day_sigma: float, factor: float) -> float:
    """factor * day_sigma * sqrt(qty / day_qty), in bps of the price.

    qty, day_qty: the order and a day's volume, one unit; day_sigma: standard deviation of a day's return (fraction).
    """
    if qty < 0 or day_qty <= 0:
        raise ValueError(f"expected qty of 0 or more and day_qty above 0, got {qty} of {day_qty}")
    return factor * day_sigma * sqrt(qty / day_qty) * _BPS
