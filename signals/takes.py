"""Executions by price, to be laid on the book as it stood just before each, and the refills that follow them."""

from collections.abc import Sequence
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

    @classmethod
    def joined(cls, parts: "Sequence[Takes]") -> "Takes":
        """The executions of consecutive parts, all of them done; at least one part."""
        ts = np.concatenate([part.ts for part in parts])
        return cls(
            ts,
            np.concatenate([part.px for part in parts]),
            np.concatenate([part.lots for part in parts]),
            np.concatenate([part.shown for part in parts]),
            np.concatenate([part.mid2 for part in parts]),
            ts.size,
        )
