"""The grid of time bars: half-open, stamped with their end. Times are integer microseconds."""

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MILLISECOND = 1_000
SECOND = 1_000 * MILLISECOND
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant(us: int) -> datetime:
    """The UTC instant of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=us)


def end_of_bar(ts: int, width: int = SECOND) -> int:
    """End of the bar [end - width, end) that holds `ts`."""
    return ts // width * width + width


def bar_ends(first: int, until: int, width: int = SECOND) -> Ints:
    """Every bar end from `first` to `until`, both included."""
    return np.arange(first, until + 1, width, dtype=np.int64)


def latest_before(ends: Ints, ts: Ints, known: Ints, carried: int) -> Ints:
    """Per bar end, the maximum of `carried` and of `known` where `ts` (ascending) lies before the end."""
    if not ts.size or not ends.size:
        return np.full(ends.size, carried, np.int64)
    counts = np.searchsorted(ts, ends)
    # One maximum a segment is several times cheaper than a running maximum over all rows.
    starts = np.concatenate(([0], counts[counts < ts.size]))
    steps = np.diff(starts)
    # Times nearly always ascend, and then nothing needs sorting.
    starts = np.unique(starts) if (steps < 0).any() else starts[np.concatenate(([True], steps > 0))]
    running = np.maximum.accumulate(np.maximum.reduceat(known, starts))
    segment = np.searchsorted(starts, counts) - 1
    return np.where(segment >= 0, np.maximum(running[segment], carried), carried)


def latest_in_day(before: Ints, ts: Ints, known: Ints, reach: int = 0) -> Ints:
    """Per time (ascending), the maximum of `known` where `ts` (ascending) lies before it, in its UTC day or at most
    `reach` before that day.

    The end of a day's last bar belongs to that day. -1 where there is nothing. It never falls within a day, and what
    lies further back changes nothing: a day alone is the day after the day before.
    """
    latest, day = np.empty(before.size, np.int64), (before - 1) // DAY
    for first in np.unique(day).tolist():
        rows = slice(*np.searchsorted(day, (first, first + 1)).tolist())
        begin = int(np.searchsorted(ts, first * DAY - reach))
        latest[rows] = latest_before(before[rows], ts[begin:], known[begin:], -1)
    return latest
