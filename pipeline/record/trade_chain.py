"""Pages of trades, one after the other: what was between them and is not recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson


class Trade(NamedTuple):
    """A trade on a page: the venue's id and its time in ms since 1970."""

    id: str
    ms: int


def utc(ms: int) -> str:
    """A time for people to read, in UTC."""
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%d %H:%M:%S}.{ms % 1000:03}"


@dataclass(frozen=True, slots=True)
class Fill:
    """How older trades are asked for: `params` of the symbol, the last id before the hole and the first id after it.

    `is_forward`: the page goes on from the hole's beginning, else it ends where the hole ends.
    """

    method: str
    params: Callable[[str, str, str], Mapping[str, Any]]
    is_forward: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Where the trades stand in a reply, and which fields hold their id and time (ms).

    `is_counted`: ids go up by one from trade to trade, so that a hole shows in the numbers; else pages have to overlap.
    """

    path: tuple[str, ...]
    id: str
    time: str
    limit: int
    is_counted: bool = False
    fill: Fill | None = None

    def trades(self, text: str) -> list[Trade]:
        """The trades of a reply, the oldest first. ValueError if it is no page of trades."""
        try:
            found = orjson.loads(text)
            for step in self.path:
                found = found[step]
            trades = [Trade(str(one[self.id]), int(one[self.time])) for one in found]
        except (KeyError, TypeError, ValueError) as error:
            where = ".".join(self.path) or "the top"
            raise ValueError(f"expected trades with {self.id} and {self.time} in a list at {where}") from error
        return sorted(trades, key=lambda one: int(one.id) if self.is_counted else one.ms)


@dataclass(frozen=True, slots=True)
class Hole:
    """Trades that are missing, between two that are not; `known` are ids from before it."""

    after: Trade
    before: Trade
    known: frozenset[str]


class TradeChain:
    """Follows the newest trades of one market, page by page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._seen: Sequence[Trade] = ()

    def follow(self, trades: Sequence[Trade]) -> tuple[int, Hole | None]:
        """Take the next page; how many of it are new, and the hole before it. An empty page says nothing."""
        if not trades:
            return 0, None
        before, self._seen = self._seen, trades
        if not before:
            return 0, None
        known = frozenset(one.id for one in before)
        new = sum(one.id not in known for one in trades)
        hole = Hole(before[-1], trades[0], known)
        return new, hole if self._is_apart(hole, new == len(trades)) else None

    def narrowed(self, hole: Hole, trades: Sequence[Trade]) -> Hole | None:
        """What is left of a hole when a page of older trades has come: nothing, a smaller one, or the same."""
        if not trades:
            return hole
        if self._page.is_counted:
            reached = trades[-1]
            left = replace(hole, after=max(hole.after, reached, key=lambda one: int(one.id)))
            return left if self._is_apart(left, True) else None
        if any(one.id in hole.known for one in trades):
            return None
        return replace(hole, before=min(hole.before, trades[0], key=lambda one: one.ms))

    def _is_apart(self, hole: Hole, is_all_new: bool) -> bool:
        if self._page.is_counted:
            return int(hole.before.id) > int(hole.after.id) + 1
        return is_all_new
