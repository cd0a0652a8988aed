"""From when it was known what had happened by a time: records come in order, and old ones are forgotten."""

import numpy as np
from numpy.typing import NDArray

from signals.bars import DAY, latest_before, latest_in_day

Ints = NDArray[np.int64]


class Known:
    """The latest known_ts of the records before a time, of the time's UTC day alone if `by_day`.

    carried: known_ts of all that came before the first record.
    """

    def __init__(self, carried: int = -1, *, by_day: bool) -> None:
        self._by_day = by_day
        self._ts, self._known = np.array([-1], np.int64), np.array([carried], np.int64)

    def feed(self, ts: Ints, known: Ints) -> None:
        self._ts, self._known = np.concatenate((self._ts, ts)), np.concatenate((self._known, known))

    def before(self, times: Ints) -> Ints:
        """Per time (ascending, none of them at or before what was forgotten); -1 where there is nothing."""
        if self._by_day:
            return latest_in_day(times, self._ts, self._known)
        return latest_before(times, self._ts, self._known, -1)

    def forget(self, ts: int) -> None:
        """No time up to `ts` will be asked for: of the records before it, the latest stands for all."""
        cut = int(np.searchsorted(self._ts, ts))
        if cut < 2:
            return
        last = self._ts[cut - 1]
        first = int(np.searchsorted(self._ts, last // DAY * DAY)) if self._by_day else 0
        self._ts = np.concatenate(([last], self._ts[cut:]))
        self._known = np.concatenate(([self._known[first:cut].max()], self._known[cut:]))
