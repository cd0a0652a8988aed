"""The chain of one market's book messages, and the stretches in which it was broken."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(slots=True)
class Break:
    """A stretch without a usable book, in microseconds: from the last good message to the one that
    bridges (None: not yet). Without any book before, it starts at the first message."""

    from_ts: int
    to_ts: int | None
    reason: Literal["no_snapshot", "sequence_break"]


@dataclass(slots=True)
class Chain:
    """Position in the chain: last id (-1 unknown), mode as BOOK_CLOSE.chain_mode, time of the last message."""

    last_id: int = -1
    mode: int = 0
    last_ts: int | None = None
    breaks: list[Break] = field(default_factory=list)

    @property
    def is_usable(self) -> bool:
        return self.mode >= 2

    def follow(self, ts: Ints, update_id: Ints, prev_id: Ints, is_snapshot: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """One code a message (constants of signals.kernels.chain); ids are -1 where unknown."""
        from signals.kernels import chain  # numba is imported only to compute: `footprint --help` must not wait

        if not ts.size:
            return np.empty(0, np.uint8)
        if not self.is_usable and not (self.breaks and self.breaks[-1].to_ts is None):
            self.breaks.append(Break(int(ts[0]), None, "no_snapshot"))
        was_usable = self.is_usable
        state = np.array([self.last_id, self.mode], np.int64)
        codes = chain.follow(update_id, prev_id, is_snapshot, state)
        self.last_id, self.mode = state.tolist()
        turning = np.flatnonzero(codes >= chain.BRIDGE)
        turning = turning[codes[turning] != chain.SNAPSHOT]
        usable = codes[turning] != chain.BREAK
        for at in turning[usable != np.concatenate(([was_usable], usable[:-1]))].tolist():
            if codes[at] == chain.BREAK:
                before = int(ts[at - 1]) if at else self.last_ts
                self.breaks.append(Break(int(ts[at]) if before is None else before, None, "sequence_break"))
            else:
                self._bridge(int(ts[at]))
        self.last_ts = int(ts[-1])
        return codes

    def _bridge(self, ts: int) -> None:
        self.breaks[-1].to_ts = ts
        if self.breaks[-1].from_ts == ts:  # a book from the first message on: nothing is missing
            self.breaks.pop()
