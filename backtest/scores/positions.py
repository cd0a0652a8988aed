"""Positions by bookkeeping, where a venue says who traded with whom: exact changes, and whether a level follows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_DIGITS = 8


def changes(prints: pl.DataFrame) -> pl.DataFrame:
    """Two rows per print, one per party: event_ts, trade_id, account, signed_qty, is_maker.

    prints: trade_id, event_ts, price, qty (base), taker_side (+1 the buyer took, -1 the seller; 0 unknown), buyer,
    seller. signed_qty > 0: the account bought. is_maker is null where the taker is unknown. All of a print's changes
    sum to zero, so all accounts together never hold anything.
    """
    known = pl.when(pl.col("taker_side") != 0)
    buyer = prints.select(
        "event_ts",
        "trade_id",
        account="buyer",
        signed_qty="qty",
        is_maker=known.then(pl.col("taker_side") == -1),
    )
    seller = prints.select(
        "event_ts",
        "trade_id",
        account="seller",
        signed_qty=-pl.col("qty"),
        is_maker=known.then(pl.col("taker_side") == 1),
    )
    return pl.concat([buyer, seller]).sort("event_ts", "trade_id", "is_maker", maintain_order=True)


def maker_shares(changed: pl.DataFrame) -> pl.DataFrame:
    """Of what makers traded, each account's share: account, rank (1 = most), qty, share, net_qty.

    Show the rank, never the account.
    """
    made = changed.filter("is_maker")
    return (
        made.group_by("account")
        .agg(qty=pl.col("signed_qty").abs().sum(), net_qty=pl.col("signed_qty").sum())
        .sort("qty", "account", descending=[True, False])
        .select(
            "account",
            rank=pl.int_range(1, pl.len() + 1),
            qty="qty",
            share=pl.col("qty") / pl.col("qty").sum(),
            net_qty="net_qty",
        )
    )


@dataclass(frozen=True, slots=True)
class Links:
    """Of one market's fills: how many had to follow from another, how many did not, how many met their own order."""

    market: str
    links: int
    breaks: int
    self_trades: int


def position_links(fills: pl.DataFrame) -> list[Links]:
    """Does every fill start where one before it ended? Per market, sorted by name.

    fills: market, event_ts, start_qty (position before the fill), signed_qty; of one account, in any order. Fills of
    one time have no order: each has to start where another of them ended, or where the time before ended. Two fills
    of one time that start from the same position with opposite sizes are one trade of the account with itself.
    """
    return [_links_of(str(name), market) for (name,), market in sorted(fills.group_by("market"))]


def _links_of(name: str, fills: pl.DataFrame) -> Links:
    closed: Counter[float] = Counter()
    links = breaks = own = 0
    for _, now in fills.sort("event_ts").group_by("event_ts", maintain_order=True):
        steps, met = _net_self_trades(now.select("start_qty", "signed_qty").rows())
        starts = Counter(start for start, _ in steps)
        ends = Counter(_rounded(start + change) for start, change in steps)
        is_first = not closed
        missing = starts - (ends + closed)
        links += len(steps) - is_first
        breaks += max(missing.total() - is_first, 0)
        own += met
        left = (ends + closed) - starts
        closed = left - closed if missing.total() and (left - closed) else left
    return Links(name, links, breaks, own)


def _net_self_trades(fills: Sequence[tuple[float, float]]) -> tuple[list[tuple[float, float]], int]:
    """(start, change) with trades with oneself as one change of zero; and how many these were."""
    count = Counter((_rounded(start), _rounded(change)) for start, change in fills)
    steps: list[tuple[float, float]] = []
    met = 0
    for (start, change), times in count.items():
        both = min(times, count[start, -change])
        steps += [(start, change)] * (times - both)
        if change > 0.0:
            met += both
            steps += [(start, 0.0)] * both
    return steps, met


def _rounded(qty: float) -> float:
    """Venues state positions with at most eight decimals; + 0.0 makes -0.0 the zero it is."""
    return round(qty, _DIGITS) + 0.0
