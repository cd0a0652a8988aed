"""Executions by price, to be laid on the book as it stood just before each, and the refills that follow them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_NONE: Ints = np.empty(0, np.int64)


@dataclass(slots=True)
class Takes:
    """What takers executed, in order of time: microseconds, signed ticks of the side hit (bids +p, asks -p), lots.

    `shown` is what was displayed there just before, -1 without a usable book; `mid2` twice the mid then, ticks, -1
    unless both sides stood uncrossed. Both are filled up to `done`.
    """

    ts: Ints = field(default_factory=lambda: _NONE)
    px: Ints = field(default_factory=lambda: _NONE)
    lots: Ints = field(default_factory=lambda: _NONE)
    shown: Ints = field(default_factory=lambda: _NONE)
    mid2: Ints = field(default_factory=lambda: _NONE)
    done: int = 0

    @classmethod
    def of(cls, ts: Ints, px: Ints, lots: Ints) -> "Takes":
        """Executions of which none is done yet."""
        return cls(ts, px, lots, np.full(ts.size, -1, np.int64), np.full(ts.size, -1, np.int64))
