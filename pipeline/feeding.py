"""Which source feeds what is computed: of each feed of a market-day exactly one, if several sources have it.

A feed is a table of records; of `funding` each kind is one, for settled rates and running estimates come from
different places. The other sources stay in the normalised tables.
"""

from collections.abc import Iterable, Sequence

from pipeline.sources import SOURCES

Feeds = Iterable[tuple[str, str]]
"""Feed ("trades", "funding/settled") and a source that has records of it on the day."""

Only = tuple[tuple[str, str], ...]
"""Feeds of a table and the source that each is taken from; empty: all rows are."""


def feeding(found: Feeds, prefer: Sequence[str]) -> dict[str, str]:
    """By feed the source that comes first in `prefer`, else in the order in which sources are known."""
    order = {name: rank for rank, name in reversed(list(enumerate([*prefer, *SOURCES])))}
    chosen: dict[str, str] = {}
    for feed, source in sorted(found, key=lambda one: (one[0], order[one[1]])):
        chosen.setdefault(feed, source)
    return chosen


def only_of(table: str, found: Feeds, chosen: dict[str, str]) -> Only:
    """What is taken of a table: nothing is left out unless two sources have a feed of it."""
    sources = {source for feed, source in found if table_of(feed) == table}
    if len(sources) < 2:
        return ()
    return tuple((feed, source) for feed, source in sorted(chosen.items()) if table_of(feed) == table)


def fed_by(table: str, chosen: dict[str, str]) -> str:
    """Who feeds a table, in words; "" if nobody does."""
    kinds = {feed.partition("/")[2]: source for feed, source in sorted(chosen.items()) if table_of(feed) == table}
    if len({*kinds.values()}) < 2:
        return next(iter(kinds.values()), "")
    return ", ".join(f"{source} ({kind})" for kind, source in kinds.items())


def table_of(feed: str) -> str:
    return feed.partition("/")[0]
