"""The messages in a frame of book updates: where each begins, and what the chain of ids says about it."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import microseconds
from signals.chain import Chain

Ints = NDArray[np.int64]


class BookMessages:
    """Marks frames of BOOK_UPDATES that come in order, cut anywhere; holds the chain and the message it stopped in."""

    def __init__(self) -> None:
        self.chain = Chain()
        self._open: tuple[int, int] | None = None  # id and marks of the message the last frame ended in

    def open(self, row: dict[str, Any]) -> None:
        """Continue from a row of BOOK_CLOSE."""
        last_id = row["last_update_id"]
        self.chain = Chain(-1 if last_id is None else last_id, row["chain_mode"], microseconds(row["event_ts"]))

    def mark(self, frame: pl.DataFrame, ts: Ints) -> tuple[Ints, NDArray[np.uint8]]:
        """First row of each message and what the chain says about it, as flag bits of kernels.book_rows."""
        from signals.kernels import book_rows as bits  # numba is imported only to compute
        from signals.kernels import chain as codes

        ids = _integers(frame["msg_id"])
        starts = np.concatenate(([0], np.flatnonzero(ids[1:] != ids[:-1]) + 1))
        goes_on = self._open is not None and self._open[0] == ids[0]
        begins = starts[1:] if goes_on else starts
        update_id, prev_id = (_ids(frame[name], begins) for name in ("update_id", "prev_update_id"))
        code = self.chain.follow(ts[begins], update_id, prev_id, frame["is_snapshot"].to_numpy()[begins])
        meaning = np.zeros(7, np.uint8)
        meaning[[codes.SKIP, codes.WAIT]] = bits.IGNORE
        meaning[codes.BREAK] = bits.IGNORE | bits.BREAKS
        meaning[codes.BRIDGE] = bits.BRIDGES
        meaning[codes.SNAPSHOT] = bits.SNAPSHOT
        meaning[codes.SNAPSHOT_USABLE] = bits.SNAPSHOT | bits.BRIDGES
        marks = meaning[code] | np.uint8(bits.FIRST)
        if goes_on and self._open is not None:
            marks = np.concatenate((np.array([self._open[1] & ~bits.FIRST], np.uint8), marks))
        self._open = (int(ids[-1]), int(marks[-1]))
        return starts, marks


def _integers(column: pl.Series) -> Ints:
    return column.to_physical().to_numpy()


def _ids(column: pl.Series, at: Ints) -> Ints:
    """Ids at some rows, -1 where unknown."""
    nulls = column.null_count()
    if nulls == column.len():
        return np.full(at.size, -1)
    return _integers(column.fill_null(-1) if nulls else column)[at]
