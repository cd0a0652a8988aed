"""What a row of the table of endpoints says: one request, one websocket, one venue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.record.trade_chain import Page

FEEDS: Final = ("book", "trades", "mark", "funding", "open_interest", "options", "volatility", "instrument")


@dataclass(frozen=True, slots=True)
class Poll:
    """One request: `params` of the symbol and the time (ms). It is asked for every `at_least` seconds at most.

    `whole`: the parameters where the book is asked for once and then kept up by a stream.
    """

    feed: str
    method: str
    params: Callable[[str, int], Mapping[str, Any]]
    at_least: float = 0.0
    page: Page | None = None
    whole: Callable[[str, int], Mapping[str, Any]] | None = None

    @property
    def is_hourly(self) -> bool:
        """Asked for at the beginning of every hour too: each file shall have one."""
        return self.feed in ("book", "options", "instrument")


@dataclass(frozen=True, slots=True)
class Stream:
    """One websocket: which of ccxt's addresses, what is appended to it, and what is sent first, of the symbol.

    `category` is put before the last part of the address: Binance USD-M serves books under /public, the rest under
    /market. `feeds` are those that need not be polled where it runs.
    """

    address: tuple[str, ...]
    feeds: frozenset[str]
    opening: Callable[[str], list[dict[str, Any]]]
    suffix: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue: its class in ccxt, its name in capture files, what is polled and what is streamed."""

    library: str
    exchange: str
    polls: tuple[Poll, ...]
    streams: tuple[Stream, ...]

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds it has, in the order of FEEDS."""
        found = {one.feed for one in self.polls}
        return tuple(feed for feed in FEEDS if feed in found)
