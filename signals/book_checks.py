"""Later snapshots against the running book: how many levels the changes since the last one had left wrong.

Where a feed has no update ids this is the only sign of a message that was lost in silence. Compared is what both should
know: prices that the snapshot reaches, of those that it alone has the ones that the snapshot before it reached too, and
none that a message of doubtful order touched. Such are all messages of the snapshot's own instant, for nothing tells
which of them it contains, and of a snapshot that waits for the diff that continues it all up to that one.

A level is one integer here: its price in ticks, negative for asks, so that the best of a side is the highest.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from signals.bars import microseconds
from signals.book_levels import BookLevels
from signals.grid import Grid

Ints = NDArray[np.int64]
_NOTHING: Final[Ints] = np.empty(0, np.int64)
_PATIENCE_US: Final = 60_000_000
"""How long after a snapshot the diff that continues it may come: the levels touched until then are not compared."""


@dataclass(frozen=True, slots=True)
class BookCheck:
    """One snapshot: its time, from when the comparison is known, the times of the snapshot before it and of the last
    message before its instant (None: not since the book was opened; microseconds); levels compared, and of these those
    that the snapshot alone has, the book alone has, and both have in other sizes."""

    event_us: int
    known_us: int
    since_us: int | None
    before_us: int | None
    compared: int
    missing: int
    stale: int
    resized: int

    @property
    def wrong(self) -> int:
        return self.missing + self.stale + self.resized


@dataclass(frozen=True, slots=True)
class BookRows:
    """A frame of BOOK_UPDATES as arrays. Its messages begin at `starts`, the first of them maybe in the frame before;
    `marks` are their flag bits (kernels.book_rows)."""

    grid: Grid
    ts: Ints
    known: Ints
    side: NDArray[np.int8]
    price: NDArray[np.float64]
    qty: NDArray[np.float64]
    starts: Ints
    marks: NDArray[np.uint8]

    def rows_of(self, message: int) -> slice:
        end = self.starts[message + 1] if message + 1 < self.starts.size else self.ts.size
        return slice(int(self.starts[message]), int(end))

    def levels(self, rows: slice) -> Ints:
        """Of the rows that have one."""
        at = rows.start + np.flatnonzero(self.side[rows])
        return self.side[at] * self.grid.ticks(self.price[at])

    def lots(self, rows: slice) -> Ints:
        return self.grid.whole_lots(self.qty[rows.start + np.flatnonzero(self.side[rows])])


@dataclass(slots=True)
class _Held:
    """A snapshot, and the book that it replaced (levels and lots by side, and how deep it was whole), until all
    messages of doubtful order are known."""

    message: int
    event_us: int
    since_us: int | None
    before_us: int | None
    book: list[tuple[Ints, Ints]]
    floors: list[int]
    needs_bridge: bool
    touched: list[Ints]
    known_us: int
    is_whole: bool = False
    listed: list[Ints] = field(default_factory=list)
    lots: list[Ints] = field(default_factory=list)


class BookChecks:
    """Told of every frame that a book is fed with: `replaced` before, `hold` on the way, `read` after it was applied.
    What is found doesn't depend on where frames are cut."""

    def __init__(self, grid: Grid) -> None:
        from signals.kernels import book_rows as bits  # numba is imported only to compute

        self._grid, self._bits = grid, bits
        self.changes = 0
        """Messages applied since the last snapshot."""
        self._known = -1
        self._since: int | None = None
        self._last: int | None = None
        self._earlier: int | None = None
        self._tail: list[Ints] = []  # levels of the messages at `_last`; `_earlier` is the time before it
        self._held: list[_Held] = []
        self._done: list[BookCheck] = []

    def open(self, row: dict[str, Any]) -> None:
        """Continue from a row of BOOK_CLOSE."""
        self.changes = row["changes"] or 0
        self._known = microseconds(row["known_ts"])

    def replaced(self, marks: NDArray[np.uint8]) -> Ints:
        """The messages that replace a book which has changed since the last snapshot. Where every message is a
        snapshot there are none: it is what changes the book."""
        bits = self._bits
        is_fresh = (marks & bits.FIRST) > 0
        resets = np.flatnonzero(is_fresh & ((marks & (bits.SNAPSHOT | bits.BREAKS)) > 0))
        is_change = is_fresh & ((marks & (bits.SNAPSHOT | bits.IGNORE)) == 0)
        if not resets.size:
            self.changes += int(np.count_nonzero(is_change))
            return _NOTHING
        total = np.concatenate(([0], np.cumsum(is_change)))
        before = total[resets]
        since = np.diff(before, prepend=-self.changes)
        self.changes = int(total[-1] - before[-1])
        return resets[(since > 0) & ((marks[resets] & bits.SNAPSHOT) > 0)]

    def hold(self, book: BookLevels, rows: BookRows, message: int) -> None:
        """Keep the book that the snapshot `message` is about to replace, as deep as the snapshot reaches."""
        own = rows.rows_of(message)
        event = int(rows.ts[own.start])
        left = int(np.searchsorted(rows.ts, event))
        touched = [rows.levels(slice(left, own.start))]
        before = int(rows.ts[left - 1]) if left else self._last
        if not left and event == self._last:
            touched, before = [*self._tail, *touched], self._earlier
        listed = rows.levels(own)
        is_cut = own.stop == rows.ts.size  # the next frame may hold deeper levels of it
        self._held.append(
            _Held(
                message,
                event,
                self._snapshot_before(rows, message),
                before,
                [book.signed(side, None if is_cut else _deepest(listed, side)) for side in (0, 1)],
                [book.listed_down_to(side) for side in (0, 1)],
                not rows.marks[message] & self._bits.BRIDGES,
                touched,
                int(rows.known[: own.start].max(initial=self._known)),
            )
        )

    def read(self, rows: BookRows) -> None:
        """Go on with the snapshots held, and remember how the frame ends."""
        self._held = [one for one in self._held if self._goes_on(one, rows)]
        self._since = self._snapshot_before(rows, rows.starts.size)
        self._known = int(rows.known.max(initial=self._known))
        last = int(rows.ts[-1])
        left = int(np.searchsorted(rows.ts, last))
        if left or last != self._last:
            self._earlier, self._tail = (int(rows.ts[left - 1]) if left else self._last), []
        self._last = last
        self._tail.append(rows.levels(slice(left, rows.ts.size)))

    def finish(self) -> list[BookCheck]:
        """All comparisons; not of a snapshot that no diff has continued."""
        return [*self._done, *(_compared(one) for one in self._held if not one.needs_bridge)]

    def _snapshot_before(self, rows: BookRows, message: int) -> int | None:
        """When the last one before a message came."""
        kind = self._bits.FIRST | self._bits.SNAPSHOT
        found = np.flatnonzero((rows.marks[:message] & kind) == kind)
        return int(rows.ts[rows.starts[found[-1]]]) if found.size else self._since

    def _goes_on(self, one: _Held, rows: BookRows) -> bool:
        """Take what the frame tells of the snapshot; whether the next may tell more."""
        for message in range(one.message, rows.starts.size):
            if self._is_told(one, rows, message):
                if not one.needs_bridge:
                    self._done.append(_compared(one))
                return False
        one.message = 0
        return True

    def _is_told(self, one: _Held, rows: BookRows, message: int) -> bool:
        """Whether the message stands behind all that matter; else it is taken."""
        bits, mark, own = self._bits, int(rows.marks[message]), rows.rows_of(message)
        is_first = bool(mark & bits.FIRST)
        one.is_whole |= is_first and bool(one.listed)
        if is_first and one.is_whole:
            late = int(rows.ts[own.start]) - one.event_us
            if late > (_PATIENCE_US if one.needs_bridge else 0):
                return True
            if one.needs_bridge and mark & (bits.BREAKS | bits.SNAPSHOT):
                return True
        one.known_us = max(one.known_us, int(rows.known[own].max()))
        if one.is_whole:
            one.touched.append(rows.levels(own))
            one.needs_bridge &= not mark & bits.BRIDGES
        else:
            one.listed.append(rows.levels(own))
            one.lots.append(rows.lots(own))
        return False


def _deepest(levels: Ints, side: int) -> int | None:
    """Of a side (0 bid, 1 ask); None if there is none."""
    own = levels[levels > 0] if side == 0 else levels[levels < 0]
    return int(own.min()) if own.size else None


def _compared(one: _Held) -> BookCheck:
    touched = np.concatenate(one.touched)
    # Of a price listed twice the last counts, as in the book.
    listed, last = np.unique(np.concatenate(one.listed)[::-1], return_index=True)
    lots = np.concatenate(one.lots)[::-1][last]
    compared = missing = stale = resized = 0
    for side, (book, book_lots) in enumerate(one.book):
        deepest = _deepest(listed, side)
        if deepest is None:  # of an empty side it isn't told how far it is empty
            continue
        is_known = (book >= deepest) & ~np.isin(book, touched)
        is_there = (lots > 0) & ((listed > 0) == (side == 0)) & ~np.isin(listed, touched)
        both, here, there = np.intersect1d(book[is_known], listed[is_there], return_indices=True)
        alone = np.setdiff1d(listed[is_there], book[is_known])
        absent = int(np.count_nonzero(alone >= one.floors[side]))
        extra = int(np.count_nonzero(is_known)) - both.size
        compared += both.size + absent + extra
        missing, stale = missing + absent, stale + extra
        resized += int(np.count_nonzero(book_lots[is_known][here] != lots[is_there][there]))
    return BookCheck(one.event_us, one.known_us, one.since_us, one.before_us, compared, missing, stale, resized)
