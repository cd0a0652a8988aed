"""Volume buckets: a day's taker orders cut into pieces of equal volume, from 00:00 UTC on.

The bucket that is open at midnight is never closed: no bucket holds orders of two days, so that a day alone gives the
buckets of the day after the day before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, SECOND
from signals.grid import Grid

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tape:
    """Orders by time (ts, number in the day, side, lots) and seconds by end (lots traded, -1 in a gap)."""

    ts: Ints
    seq: Ints
    side: NDArray[np.int8]
    lots: Ints
    ends: Ints
    traded: Ints

    @classmethod
    def of(cls, orders: pl.DataFrame, flow: pl.DataFrame, grid: Grid) -> "Tape":
        """Of rows of TAKER_ORDERS and TAKER_FLOW."""
        traded = sum(grid.whole_lots(flow[name].fill_null(0).to_numpy()) for name in ("buy_qty", "sell_qty"))
        return cls(
            orders["event_ts"].to_physical().to_numpy(),
            orders["seq"].to_numpy(),
            orders["side"].to_numpy(),
            grid.whole_lots(orders["qty"].to_numpy()),
            flow["bar_end"].to_physical().to_numpy(),
            np.where(flow["buy_qty"].is_not_null().to_numpy(), traded, -1),
        )

    def bucket_lots(self, day: int, days: int, min_coverage: float, per_day: int) -> int:
        """Lots of a day's buckets, at least 1: what was traded a day in the `days` before it, over `per_day`.

        Days of which a part was recorded count for that part. 0 if less than the share `min_coverage` of all was.
        """
        inside = slice(*np.searchsorted(self.ends, (day - days * DAY, day), side="right").tolist())
        traded = self.traded[inside]
        recorded = int((traded >= 0).sum()) * SECOND
        if recorded == 0 or recorded < min_coverage * days * DAY:
            return 0
        total, share = int(traded[traded >= 0].sum()) * DAY, recorded * per_day
        return max(1, (2 * total + share) // (2 * share))  # rounded, in whole numbers

    def buckets(self, day: int, size: int, draws: int, last: int | None) -> "Buckets":
        """The day's buckets, or the last few of them: chance is drawn for these alone."""
        from signals.kernels.volume_buckets import fill_buckets  # numba is imported only to compute

        inside = slice(*np.searchsorted(self.ts, (day, day + DAY)).tolist())
        ts, lots = self.ts[inside], self.lots[inside]
        count = int(lots.sum()) // size
        first = 0 if last is None else max(0, count - last)
        opened_by, closed_by, net, chance = fill_buckets(
            ts, self.seq[inside], self.side[inside], lots, size, draws, first
        )
        carried = np.zeros(count, np.int64)
        carried[1:] = opened_by[1:] == closed_by[:-1]
        made = Buckets(
            np.arange(count, dtype=np.int64),
            np.full(count, size, np.int64),
            ts[opened_by],
            ts[closed_by],
            net,
            chance / (draws * size),
            closed_by - opened_by + 1 - carried,
            carried,
        )
        return made.from_number(first)


@dataclass(frozen=True, slots=True)
class Buckets:
    """Closed buckets in order.

    seq: number in the day; size, net: lots, and lots bought minus sold; opened, closed: times of the first and the last
    order; chance: mean absolute imbalance by chance; began: orders whose first lot lies in the bucket; carried: 1 if it
    begins with the rest of an order.
    """

    seq: Ints
    size: Ints
    opened: Ints
    closed: Ints
    net: Ints
    chance: NDArray[np.float64]
    began: Ints
    carried: Ints

    def from_number(self, first: int) -> "Buckets":
        return Buckets(*(getattr(self, name)[first:] for name in self.__slots__))

    @classmethod
    def joined(cls, parts: Sequence["Buckets"]) -> "Buckets":
        """Those of consecutive days, at least one."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))
