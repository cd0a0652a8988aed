"""What the book says of quotes while it is read in order of time: pulls, and from when each bar's ledger is known."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.book import Book
from signals.known import Known
from signals.quote_ledger import decided_at
from signals.quote_pulls import Pulls

Ints = NDArray[np.int64]


class QuoteEvents:
    """Feed it the chunks that `reader` took; `tape` must have been fed at least as far."""

    def __init__(self, ends: Ints, reader: Book, tape: Known, *, tolerance_us: int, restore_us: int) -> None:
        self.pulls = Pulls(tolerance_us=tolerance_us, restore_us=restore_us)
        self._decided, self._done, self._latest = decided_at(ends, tolerance_us), 0, [ends[:0]]
        self._reader, self._tape = reader, tape
        self._book = Known(reader.known_us, by_day=False)
        self._reach_us = restore_us + tolerance_us

    def add(self, chunk: pl.DataFrame, until: int) -> None:
        """`chunk` was taken, and time has come to `until`."""
        self._book.feed(*(chunk[name].to_physical().to_numpy() for name in ("event_ts", "known_ts")))
        self.pulls.add(self._reader.ledger.take_pulls(), self._book, self._tape)
        after = int(np.searchsorted(self._decided, until, "right"))
        times = self._decided[self._done : after]
        self._latest.append(np.maximum(self._book.before(times), self._tape.before(times)))
        self._done = after
        for known in (self._book, self._tape):
            known.forget(until - self._reach_us)

    def known(self) -> Ints:
        """Latest known_ts of what decides each of the bars that can be told, from the first on."""
        return np.concatenate(self._latest)
