"""What the reversion rule decided: an entry, and the exit that ended it, read from rows of reversion_signal."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import Final

import polars as pl

ENTRY_REASON: Final = "pullback"
EXIT_REASONS: Final = ("stop", "tail_limiter", "target", "z_out", "hold_timeout", "data_gap")
GONE: Final = "gone"
"""Exit where the rows hold no position any more and never said why: the order met no book in the rule's own fill model,
or a new day's machine began without it."""

HELD: Final = ("ENTRY", "LONG", "SHORT")


@dataclass(frozen=True, slots=True)
class Decision:
    """Made on the minute that ended at `at`, known at `known` (microseconds); the mid is NaN without an OK book."""

    at: int
    known: int
    mid: float
    reason: str


@dataclass(frozen=True, slots=True)
class Episode:
    """In and out, +1 long or -1 short; no exit if the rows end first. `waited`: entered later than armed."""

    side: int
    entry: Decision
    waited: bool | None
    exit: Decision | None


def episodes(rows: pl.DataFrame) -> Iterator[Episode]:
    """Of one market's rows, in order. A position that rows hold without having entered it is passed over."""
    side, entered, waited = 0, None, None
    for at, known, state, direction, reason, is_late, mid in _rows(rows):
        reasons = (reason or "").split("+")
        enters = state == "ENTRY" and reasons[-1] == ENTRY_REASON
        if entered is not None:
            out = next((name for name in reasons if name in EXIT_REASONS and state in ("LONG", "SHORT")), None)
            if enters or state not in HELD or direction != side:
                out = GONE
            if out is not None:
                yield Episode(side, entered, waited, Decision(at, known, mid, out))
                entered = None
        if enters:
            side, entered, waited = direction, Decision(at, known, mid, ENTRY_REASON), is_late
    if entered is not None:
        yield Episode(side, entered, waited, None)


def _rows(rows: pl.DataFrame) -> Iterator[tuple[int, int, str, int, str | None, bool | None, float]]:
    return rows.select(
        pl.col("bar_end", "known_ts").to_physical(),
        "state",
        "direction",
        "reason",
        "waited",
        pl.col("mid").fill_null(nan),
    ).iter_rows()
