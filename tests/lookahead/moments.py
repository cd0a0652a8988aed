"""Moments at which the past is cut off from the future."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl

from tests.lookahead.case import Case

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KNOWN = pl.col("known_ts").to_physical()


@dataclass(frozen=True)
class Moment:
    """All with known_ts <= `us` is known; with `share`, of what has exactly that known_ts only the first part."""

    us: int
    share: float | None = None

    @property
    def instant(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.us)

    @property
    def is_known(self) -> pl.Expr:
        """Which input rows are known."""
        if self.share is None:
            return self.us >= _KNOWN
        at_once = self.us == _KNOWN
        return (self.us > _KNOWN) | (at_once & (at_once.cum_sum() <= (at_once.sum() * self.share).floor()))

    @property
    def is_final(self) -> pl.Expr:
        """Which output rows must stand by then."""
        return self.us >= _KNOWN if self.share is None else self.us > _KNOWN


def moments(case: Case, count: int, seed: int) -> list[Moment]:
    """Random moments: anywhere, at and just before known_ts of inputs and outputs, at the head, inside bursts, and
    just before a pause ends."""
    draw = random.Random(seed)
    start, until = ((instant - _EPOCH) // timedelta(microseconds=1) for instant in (case.span.start, case.span.until))
    came = [us for us in _times(frame for _, frame in case.records().values()) if start <= us <= until + 60_000_000]
    made = _times(case.whole.values()) or came
    pauses = [
        us
        for _, frame in case.records().values()
        for us in _after_pauses(_times([frame]))
        if us in range(came[0], came[-1] + 1)
    ] or came
    kinds = (
        lambda: Moment(draw.randint(came[0], came[-1])),
        lambda: Moment(draw.choice(came)),
        lambda: Moment(draw.choice(made)),
        lambda: Moment(draw.choice(made[:60])),
        lambda: Moment(draw.choice(made) - 1),
        lambda: Moment(draw.choice(came), draw.random()),
        lambda: Moment(draw.choice(pauses) - 1),
    )
    return [kinds[number % len(kinds)]() for number in range(count)]


def _times(frames) -> list[int]:
    return sorted({us for frame in frames for us in frame["known_ts"].to_physical().to_list()})


def _after_pauses(times: list[int]) -> list[int]:
    """The ends of the longest pauses between times."""
    longest = sorted(((after - before, after) for before, after in pairwise(times)), reverse=True)
    return [after for _, after in longest[: 1 + len(longest) // 100]]
