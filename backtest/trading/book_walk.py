"""What a taker order of a size pays, from the best prices and the depth within bands around the mid.

Where in a band its orders stand is not known: all beyond the best price is taken at the far edge of its band, so a walk
is never cheaper than the true one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Literal

_BPS = 1e-4

How = Literal["best", "walk", "touch", "beyond", "rest", "none"]

HOW: dict[How, str] = {
    "best": "all at the best price",
    "walk": "beyond it, at the edges of bands",
    "touch": "all at the best price, because no depth is known: at least half the spread",
    "beyond": "all that is shown, and the rest at the edge of the widest band: impact is added",
    "rest": "a resting order at the best price, as far as others traded through it",
    "none": "no book, or none that shows so much",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One side of a book: best price and size, and the depth (base) within each of `bands` (bps of mid, ascending).

    A depth is NaN if the feed has not shown that deep. The price is NaN if there is no book.
    """

    px: float
    qty: float
    mid: float
    bands: Sequence[int]
    depths: Sequence[float]


@dataclass(frozen=True, slots=True)
class Walk:
    """Average price, NaN if the order was not filled whole, and how it was made.

    `unshown`: how much of it (base) was more than the book shows; what that moves the price by is not in the price.
    """

    px: float
    how: How
    unshown: float = 0.0


def walk(shown: Shown, *, side: int, qty: float, goes_beyond: bool = False) -> Walk:
    """Buy (+1, on the asks) or sell (-1, on the bids) `qty` (base, above 0): whole, or not at all.

    With `goes_beyond` an order larger than all that is shown is filled too, the rest at the widest band's edge.
    """
    if not qty > 0:
        raise ValueError(f"expected a size above 0, got {qty}")
    if isnan(shown.px):
        return Walk(nan, "none")
    if qty <= shown.qty:
        return Walk(shown.px, "best")
    known = [(band, depth) for band, depth in zip(shown.bands, shown.depths, strict=True) if not isnan(depth)]
    if not known:
        return Walk(shown.px, "touch", qty - shown.qty)
    taken, beyond = shown.qty, 0.0  # beyond: the sum of sizes times how much worse than the best price
    for band, depth in known:
        more = min(depth, qty) - taken
        if more > 0:
            edge = shown.mid * (1 + side * band * _BPS)
            beyond += more * max(side * (edge - shown.px), 0.0)
            taken += more
    if taken >= qty:
        return Walk(shown.px + side * beyond / qty, "walk")
    if not goes_beyond:
        return Walk(nan, "none")
    edge = shown.mid * (1 + side * known[-1][0] * _BPS)
    beyond += (qty - taken) * max(side * (edge - shown.px), 0.0)
    return Walk(shown.px + side * beyond / qty, "beyond", qty - taken)
