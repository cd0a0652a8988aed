"""The arrays of one order book, and the dense window that follows the market."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from signals.book_ledger import BookLedger
from signals.fills import Fills
from signals.grid import Grid
from signals.takes import Takes

Ints = NDArray[np.int64]

MIN_CELLS = 1_024
SPARSE_ROOM = 1_024


class BookLevels:
    """Levels, state and unfinished bar of one book; a thin shell around kernels.book."""

    def __init__(
        self, grid: Grid, *, first_bar: int | None, bar_us: int, max_cells: int, refill_us: int, ledger: BookLedger
    ) -> None:
        # numba is imported only to compute: `footprint --help` must not wait for it
        from signals.kernels import book as kernel
        from signals.kernels import book_fields as book
        from signals.kernels import book_rows, refills

        if max_cells < 16:
            raise ValueError(f"the window needs at least 16 cells, got {max_cells}")
        self._k, self._kernel, self._translate = book, kernel, book_rows.whole_rows
        self._grid, self._bar_us, self._max_cells = grid, bar_us, max_cells
        self._refill_us, self._takes, self._ledger = refill_us, Takes(), ledger
        self._watches: Ints = np.zeros((0, refills.WATCH_FIELDS), np.int64)
        self._refills: Ints = np.zeros((refills.REFILL_FIELDS, 0), np.int64)
        self._s = np.zeros(book.FIELDS, np.int64)
        self._s[[book.NOW, book.NEXT_BAR]] = -1, book.NEVER if first_bar is None else first_bar
        self._sides = np.zeros((2, book.SIDE_FIELDS), np.int64)
        self._sides[:, [book.DEEPEST, book.REACH]] = book.NEVER
        self._sides[:, [book.FIFTH, book.HIGHEST]] = book.NONE
        self._top = np.zeros((2, 2, book.LEVELS), np.int64)
        self._top[:, 0] = book.NONE
        self._levels = np.zeros((2, 0), np.int64)  # the first levels stand outside until the market is known
        self._sparse_px: Ints = np.zeros((2, SPARSE_ROOM), np.int64)
        self._sparse_qty: Ints = np.zeros((2, SPARSE_ROOM), np.int64)
        self._ofi = np.zeros(book.LEVELS, np.int64)
        self._was_px, self._was_qty = np.zeros(book.LEVELS, np.int64), np.zeros(book.LEVELS, np.int64)
        self._gaps = np.zeros(book.RECENT_GAPS, np.int64)
        self._out = np.empty((book.COLUMNS, 0), np.int64)
        self._flag, self._px, self._lots = np.empty(0, np.uint8), np.empty(0, np.int64), np.empty(0, np.int64)

    @property
    def now(self) -> int:
        """Time of the last message, microseconds; -1 if there was none."""
        return int(self._s[self._k.NOW])

    def offer(self, takes: Takes, fills: Fills, rows: int) -> None:
        """Executions to be done as their time comes, and how many rows will be applied meanwhile; executions offered
        before are done or forgotten."""
        k = self._k
        self._ledger.offer(fills, rows, self.now)
        self._takes = takes
        room = int(self._s[k.N_WATCHES]) + takes.ts.size
        if self._watches.shape[0] < room:
            grown = np.zeros((2 * room, self._watches.shape[1]), np.int64)
            grown[: self._watches.shape[0]] = self._watches
            self._watches = grown
        closed, written = (int(self._s[at]) for at in (k.N_CLOSED, k.N_REFILLS))
        rest = written - closed
        room = rest + rows + takes.ts.size + 2  # one per row and per execution, and the best of each side as it closes
        refills = np.empty((self._refills.shape[0], room), np.int64)  # paged in as it fills
        refills[:, :rest] = self._refills[:, closed:written]
        self._refills = refills
        self._s[[k.N_TAKEN, k.N_CLOSED]], self._s[k.N_REFILLS] = 0, rest

    def take_refills(self) -> Ints:
        """Refills of instants that closed since the last `offer`, one a column, rows as in kernels.refills."""
        return self._refills[:, : int(self._s[self._k.N_CLOSED])]

    def apply(
        self, ts: Ints, side: NDArray[np.int8], price: NDArray[np.float64], qty: NDArray[np.float64],
        starts: Ints, marks: NDArray[np.uint8], begin: int, end: int,
    ) -> int | None:  # fmt: skip
        """Apply rows [begin, end); return the first row that cannot be taken, else None."""
        n = end - begin
        if self._flag.size < n:
            self._flag, self._px, self._lots = np.empty(n, np.uint8), np.empty(n, np.int64), np.empty(n, np.int64)
        message = int(np.searchsorted(starts, begin, "right")) - 1
        grid = self._grid
        bad = self._translate(
            ts, side, price, qty, starts, marks, message, begin, end, grid.scale, grid.tick, grid.lots,
            self._flag, self._px, self._lots,
        )  # fmt: skip
        if bad >= 0:
            return bad
        self._advance(ts[begin:end], n, -1, int(ts[end - 1]))
        return None

    def settle(self, until: int) -> None:
        """Close the open instant; end the bars up to `until` (below the present: none)."""
        self._advance(np.empty(0, np.int64), 0, max(until, self.now, 0), until)

    def take_bars(self) -> Ints:
        """The bars ended by the last `apply` or `settle`: shape (columns, bars)."""
        return self._out[:, : int(self._s[self._k.N_OUT])]

    def side(self, side: int) -> tuple[Ints, Ints]:
        """Prices in ticks, best first, and lots of the levels of a side (0 bid, 1 ask)."""
        px, lots = self.signed(side)
        return (px if side == 0 else -px)[::-1], lots[::-1]

    def reach(self, side: int) -> int | None:
        """Furthest price the last snapshot listed, ticks."""
        return self._unsigned(side, self._k.REACH)

    def deepest(self, side: int) -> int | None:
        """Furthest price shown since then, ticks."""
        return self._unsigned(side, self._k.DEEPEST)

    def recent_gaps(self) -> Ints:
        """Times between the last messages, microseconds, oldest first."""
        n, at = int(self._s[self._k.N_GAPS]), int(self._s[self._k.GAP_AT])
        return self._gaps[:n] if n < self._gaps.size else np.roll(self._gaps, -at)

    def open(self, row: dict[str, Any], *, now: int, is_usable: bool) -> None:
        """Start from a row of BOOK_CLOSE whose last message came at `now`."""
        k, grid = self._k, self._grid
        # An open group with a first state in it: its top five is found, and counts for nothing, as time passes.
        self._s[[k.NOW, k.IS_OPEN, k.IS_USABLE, k.IS_RESET]] = now, 1, is_usable, 1
        gaps = np.array(row["recent_gaps_us"] or [], np.int64)[-k.RECENT_GAPS :]
        self._gaps[: gaps.size] = gaps
        self._s[[k.N_GAPS, k.GAP_AT]] = gaps.size, gaps.size % k.RECENT_GAPS
        levels = []
        for side, (name, sign) in enumerate((("bid", 1), ("ask", -1))):
            px = sign * grid.ticks(np.array(row[f"{name}_px"] or [], np.float64))
            lots = grid.whole_lots(np.array(row[f"{name}_qty"] or [], np.float64))
            order = np.argsort(px)
            levels.append((px[order], lots[order]))
            for column, at in ((f"{name}_reach_px", k.REACH), (f"{name}_deepest_px", k.DEEPEST)):
                if row[column] is not None:
                    self._sides[side, at] = sign * grid.ticks(np.array([row[column]], np.float64))[0]
            if px.size:
                self._sides[side, k.DEEPEST] = min(self._sides[side, k.DEEPEST], px.min())
                self._sides[side, k.HIGHEST] = px.max()
            self._sides[side, k.IS_DIRTY] = 1
        best = [int(px[-1]) * sign for (px, _), sign in zip(levels, (1, -1), strict=True) if px.size]
        self._place(levels, sum(best) // len(best) if best else None)

    def _advance(self, ts: Ints, rows: int, until: int, last: int) -> None:
        k = self._k
        bars = max(0, (last - int(self._s[k.NEXT_BAR])) // self._bar_us + 1)
        self._out = np.empty((k.COLUMNS, bars), np.int64)
        self._s[k.N_OUT] = row = 0
        takes = self._takes
        while True:
            row = self._kernel.advance(
                ts, self._flag, self._px, self._lots, row, rows, until, self._bar_us, self._s, self._sides,
                self._levels, self._sparse_px, self._sparse_qty, self._top, self._ofi, self._gaps, self._out,
                takes.ts, takes.px, takes.lots, takes.shown, takes.mid2, self._watches, self._refills,
                self._refill_us, self._was_px, self._was_qty, *self._ledger.arrays(),
            )  # fmt: skip
            takes.done = int(self._s[k.N_TAKEN])
            if self._s[k.STATUS] == k.DONE:
                return
            if self._s[k.STATUS] == k.GROW:
                room = ((0, 0), (0, self._sparse_px.shape[1]))
                self._sparse_px, self._sparse_qty = np.pad(self._sparse_px, room), np.pad(self._sparse_qty, room)
            else:
                self._place([self.signed(side) for side in (0, 1)], self._market())

    def _market(self) -> int:
        return int(self._kernel.reference(self._top))

    def listed_down_to(self, side: int) -> int:
        """Furthest price the last snapshot listed, signed ticks; above all prices if it listed none."""
        return int(self._sides[side, self._k.REACH])

    def signed(self, side: int, lowest: int | None = None) -> tuple[Ints, Ints]:
        """Levels of a side in signed ticks (asks below 0), ascending (the best last): all, or those from `lowest` on
        and maybe others."""
        k = self._k
        at, cells, n = self._sides[side], self._levels[side], int(self._sides[side, k.N_SPARSE])
        best = max(int(self._top[side, 0, 0]), int(at[k.HIGHEST]))
        deepest = int(at[k.DEEPEST]) if lowest is None else max(int(at[k.DEEPEST]), lowest)
        low = max(deepest - int(at[k.BASE]), 0)
        high = min(best - int(at[k.BASE]) + 1, cells.size)
        inside = low + np.flatnonzero(cells[low : max(high, low)])
        px = np.concatenate((inside + at[k.BASE], self._sparse_px[side, :n]))
        lots = np.concatenate((cells[inside], self._sparse_qty[side, :n]))
        order = np.argsort(px)
        return px[order], lots[order]

    def _place(self, levels: list[tuple[Ints, Ints]], market: int | None) -> None:
        """Lay a window of about [market / 2, 2 x market] and put the levels into it or outside it."""
        k = self._k
        width = 0 if market is None else min(max(3 * market // 2 + 2, MIN_CELLS), self._max_cells)
        low = 0 if market is None else max(0, market - width // 3)
        self._levels = np.zeros((2, width), np.int64)  # paged in only where levels stand
        self._sides[:, k.BASE] = low, -(low + width - 1)
        split = []
        for side, (px, lots) in enumerate(levels):
            at = px - self._sides[side, k.BASE]
            inside = (at >= 0) & (at < width)
            self._levels[side, at[inside]] = lots[inside]
            split.append((px[~inside], lots[~inside]))
        room = max(SPARSE_ROOM, 2 * max(px.size for px, _ in split))
        self._sparse_px, self._sparse_qty = np.zeros((2, room), np.int64), np.zeros((2, room), np.int64)
        for side, (px, lots) in enumerate(split):
            self._sides[side, k.N_SPARSE] = px.size
            self._sparse_px[side, : px.size], self._sparse_qty[side, : px.size] = px, lots

    def _unsigned(self, side: int, at: int) -> int | None:
        signed = int(self._sides[side, at])
        return None if signed == self._k.NEVER else (signed if side == 0 else -signed)
