"""Refill chains at the touch, from best quotes alone, and the passive orders that in truth stood behind them.

A proxy, and touch-only: a price that is not the best cannot be seen, so a level that was taken whole and came back is
seen only once it is best again.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

Quote = tuple[int, float, float]
"""Time, best price in signed terms (bids +, asks -: higher is better), its size."""


@dataclass(frozen=True, slots=True)
class Take:
    """What one taker order took at one price, and the passive orders it met. `key`: signed price."""

    ts: int
    key: float
    qty: float
    makers: frozenset[int]


@dataclass(slots=True)
class Chain:
    """Takes at one price, each of which was refilled, one after another."""

    takes: list[Take] = field(default_factory=list)

    @property
    def makers(self) -> frozenset[int]:
        """Every passive order it consisted of."""
        return frozenset[int]().union(*(take.makers for take in self.takes))

    @property
    def is_one_order(self) -> bool:
        return len(self.makers) == 1

    @property
    def has_order_in_two_takes(self) -> bool:
        """True if some order was filled before a refill and after it."""
        return len(self.makers) < sum(len(take.makers) for take in self.takes)


def touch_chains(
    prints: pl.DataFrame, quotes: pl.DataFrame, *, refill_ms: int, gap_ms: int, taken_share: float
) -> list[Chain]:
    """Chains of refills in order of their first take, of one refill and more.

    A refill: a taker order takes at least `taken_share` of what the best price displayed in the last quote before it,
    and within `refill_ms` the best quote shows more there than was left. It joins the chain of its side and price if
    that one's last take is at most `gap_ms` before. prints, quotes: as in `maker_orders`; times in milliseconds.
    """
    chains: list[Chain] = []
    at: dict[float, Chain] = {}
    sides = {sign: _side(quotes, sign) for sign in (1, -1)}
    times = quotes["event_ts"].to_list()
    for take in _takes(prints):
        if not _is_refilled(take, sides[1 if take.key > 0 else -1], times, refill_ms, taken_share):
            continue
        chain = at.get(take.key)
        if chain is None or take.ts - chain.takes[-1].ts > gap_ms:
            chain = at[take.key] = Chain()
            chains.append(chain)
        chain.takes.append(take)
    return chains


def _side(quotes: pl.DataFrame, sign: int) -> list[Quote]:
    name = "bid" if sign == 1 else "ask"
    return quotes.select("event_ts", pl.col(f"{name}_px") * sign, f"{name}_qty").rows()


def _takes(prints: pl.DataFrame) -> list[Take]:
    rows = (
        prints.with_columns(key=pl.col("price") * pl.col("maker_side"))
        .group_by("taker", "key", maintain_order=True)
        .agg(pl.col("event_ts").first(), pl.col("qty").sum(), pl.col("maker").unique())
        .select("event_ts", "key", "qty", "maker")
        .rows()
    )
    return [Take(ts, key, qty, frozenset(makers)) for ts, key, qty, makers in rows]


def _is_refilled(take: Take, side: Sequence[Quote], times: list[int], refill_ms: int, taken_share: float) -> bool:
    """Did the best quote show more at the price after it was taken than was left?"""
    i = bisect_left(times, take.ts)
    if i == 0:
        return False
    _, key, shown = side[i - 1]
    if key != take.key or take.qty < taken_share * shown:
        return False
    left, was_hit = max(shown - take.qty, 0.0), False
    while i < len(side) and side[i][0] <= take.ts + refill_ms:
        _, key, size = side[i]
        now = size if key == take.key else 0.0 if key < take.key else None  # None: hidden behind a better price
        if now is not None:
            was_hit = was_hit or now < shown
            if was_hit and now > left * (1.0 + 1e-9):
                return True
            left = min(left, now)
        i += 1
    return False
