"""The order book of one market: rows of book_updates in, bars and the closing book out."""

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import SECOND, instant, latest_before, microseconds
from signals.book_checks import BookChecks, BookRows
from signals.book_ledger import Blind, BookLedger, LedgerRules
from signals.book_levels import BookLevels
from signals.book_messages import BookMessages
from signals.chain import Break
from signals.fills import Fills
from signals.grid import Grid
from signals.inputs.bookkeeping import BOOK_CLOSE
from signals.takes import Takes

Ints = NDArray[np.int64]

COLUMNS = (
    "event_ts", "known_ts", "msg_id", "update_id", "prev_update_id", "is_snapshot", "side", "price", "qty",
)  # fmt: skip
"""What `Book.feed` reads of BOOK_UPDATES."""

BLOCK = 16_384
"""Rows translated at once: small enough to be still in the cache when they are applied."""


class Book:
    """Feed it frames of BOOK_UPDATES in order, cut anywhere; it holds one book and nothing of the past.

    first_bar: end of the first bar wanted, microseconds; None for no bars. opening: the BOOK_CLOSE of the day
    before, None or empty if there is none. refill_us: how long after a taker order a display may grow to count as
    refilled. ledger: what the ledger of quotes counts, None for none; blind: when prints may be missing. is_checked:
    whether later snapshots are compared with it (`checks`). max_cells bounds the dense window and never changes a
    result.
    """

    def __init__(
        self,
        grid: Grid,
        *,
        opening: pl.DataFrame | None = None,
        first_bar: int | None = None,
        bar_us: int = SECOND,
        max_cells: int = 1 << 23,
        refill_us: int = 300_000,
        ledger: LedgerRules | None = None,
        blind: Blind | None = None,
        is_checked: bool = False,
    ) -> None:
        self.grid = grid
        self.ledger = BookLedger(ledger, blind)
        self.levels = BookLevels(
            grid, first_bar=first_bar, bar_us=bar_us, max_cells=max_cells, refill_us=refill_us, ledger=self.ledger
        )
        self.messages = BookMessages()
        self.checks = BookChecks(grid) if is_checked else None
        self.known_us = -1
        if opening is not None and not opening.is_empty():
            self._open(opening.row(-1, named=True))

    @property
    def breaks(self) -> list[Break]:
        """Stretches so far in which the chain was broken; the last one may still be open (to_ts None)."""
        return self.messages.chain.breaks

    def feed(self, frame: pl.DataFrame, takes: Takes | None = None, fills: Fills | None = None) -> Ints:
        """Apply the rows and return the bars they end: shape (columns + 1, bars), see kernels.book_fields.

        `takes` (and `fills`, the same as prints) are the executions since the last call, up to the time of the last
        row: all of them and no later ones. The last row of the bars is the running maximum of known_ts over events
        before the bar's end. Raises ValueError if time goes back, a price is off the grid, or a quantity is negative
        or finer than a lot.
        """
        ts, known = _integers(frame["event_ts"]), _integers(frame["known_ts"])
        self.levels.offer(takes or Takes(), fills or Fills(), ts.size)
        if not ts.size:
            return self._with_known([], ts, known)
        if ts[0] < self.levels.now:
            raise ValueError(self._complaint(frame, 0))
        starts, marks = self.messages.mark(frame, ts)
        side, price, qty = (frame[name].to_numpy() for name in ("side", "price", "qty"))
        rows = BookRows(self.grid, ts, known, side, price, qty, starts, marks)
        due = {} if self.checks is None else {int(starts[at]): int(at) for at in self.checks.replaced(marks)}
        bars = []
        for begin, end in pairwise(sorted({*range(0, ts.size, BLOCK), *due, ts.size})):
            if self.checks is not None and begin in due:
                self.checks.hold(self.levels, rows, due[begin])
            bad = self.levels.apply(ts, side, price, qty, starts, marks, begin, end)
            if bad is not None:
                raise ValueError(self._complaint(frame, bad))
            bars.append(self.levels.take_bars())
        if self.checks is not None:
            self.checks.read(rows)
        return self._with_known(bars, ts, known)

    def finish(self, until: int, takes: Takes | None = None, fills: Fills | None = None) -> Ints:
        """Nothing more comes before `until` (microseconds): close the last instant, do what takers executed since,
        and end the bars left."""
        self.levels.offer(takes or Takes(), fills or Fills(), 0)
        self.levels.settle(until)
        nothing = np.empty(0, np.int64)
        return self._with_known([self.levels.take_bars()], nothing, nothing)

    def close(self, venue: str, symbol: str) -> pl.DataFrame:
        """The book after its last event as one row of BOOK_CLOSE; no row if there never was an event."""
        levels = self.levels
        levels.settle(-1)
        if levels.now < 0:
            return BOOK_CLOSE.empty()
        chain, nothing = self.messages.chain, np.empty(0, np.int64)
        sides: dict[str, Any] = {}
        for side, name in enumerate(("bid", "ask")):
            px, lots = levels.side(side) if chain.mode else (nothing, nothing)
            sides |= {
                f"{name}_px": [self.grid.price(px).tolist()],
                f"{name}_qty": [self.grid.qty(lots).tolist()],
                f"{name}_reach_px": [self._price(levels.reach(side))],
                f"{name}_deepest_px": [self._price(levels.deepest(side))],
            }
        row = {
            "venue": [venue],
            "symbol": [symbol],
            "event_ts": [instant(levels.now)],
            "known_ts": [instant(self.known_us)],
            "last_update_id": [chain.last_id if chain.last_id >= 0 else None],
            "chain_mode": [chain.mode],
            "is_in_gap": [not chain.is_usable],
            "recent_gaps_us": [levels.recent_gaps().tolist()],
            "changes": [None if self.checks is None else self.checks.changes],
            **sides,
        }
        return pl.DataFrame(row, schema_overrides=BOOK_CLOSE.schema).select(BOOK_CLOSE.schema.names())

    def _price(self, ticks: int | None) -> float | None:
        return None if ticks is None else float(self.grid.price(np.array([ticks]))[0])

    def _open(self, row: dict[str, Any]) -> None:
        """Continue from a row of BOOK_CLOSE."""
        self.messages.open(row)
        if self.checks is not None:
            self.checks.open(row)
        self.known_us = microseconds(row["known_ts"])
        self.levels.open(row, now=microseconds(row["event_ts"]), is_usable=self.messages.chain.is_usable)

    def _with_known(self, bars: list[Ints], ts: Ints, known: Ints) -> Ints:
        """Join bars and add the row of what was known; `ts`, `known` are the rows fed."""
        from signals.kernels import book_fields as k  # numba is imported only to compute

        bars = [part for part in bars if part.size]
        joined = np.concatenate(bars, axis=1) if bars else np.empty((k.COLUMNS, 0), np.int64)
        latest = latest_before(joined[0], ts, known, self.known_us)
        if known.size:
            self.known_us = max(self.known_us, int(known.max()))
        return np.concatenate((joined, latest[None, :]))

    def _complaint(self, frame: pl.DataFrame, row: int) -> str:
        """What is wrong with a row of book_updates, in words."""
        at = frame.row(row, named=True)
        where = f"book_updates: message {at['msg_id']} at {at['event_ts']}"
        before = frame["event_ts"][row - 1] if row else instant(self.levels.now)
        if before > at["event_ts"]:
            return f"{where}: expected rows in the order of event_ts, but the row before is later"
        try:
            self.grid.ticks(np.array([at["price"]], np.float64))
            self.grid.whole_lots(np.array([at["qty"]], np.float64))
        except ValueError as error:
            return f"{where}: {error}"
        return f"{where}: price {at['price']} or quantity {at['qty']} cannot be taken"


def _integers(column: pl.Series) -> Ints:
    return column.to_physical().to_numpy()
