"""What of a day no file of a feed covers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coverage import Coverage, Stretch
from pipeline.market import Market
from pipeline.registry import Registered
from pipeline.seen import Seen
from pipeline.sources.batch import Hole

DAY = date(2024, 6, 3)
FED = {"trades": "okx-archive"}


def hours(count: float) -> datetime:
    return datetime(2024, 6, 3, tzinfo=UTC) + timedelta(hours=count)


def file(*span: float, feeds: Iterable[str] = ("trades",), source: str = "okx-archive") -> Registered:
    """Of hours since the day began; without them it does not say what it covers."""
    begin, end = (hours(count) for count in span or (0, 1))
    tables = tuple({feed.partition("/")[0] for feed in feeds})
    return Registered(
        market=Market("okx-swap", "TEST-USDT-SWAP"),
        file_id=f"{source}{span}",
        path="",
        source=source,
        first_ts=begin,
        last_ts=end,
        dates=(DAY,),
        days={},
        feeds=tables,
        day_feeds={DAY: frozenset(feeds)},
        span=(begin, end) if span else None,
        lines=1,
        seen=Seen(Fraction(1), Fraction(1), 0, False, ()),
    )


def missing(*files: Registered, sources: dict[str, str] | None = None) -> dict[str, list[tuple[float, float]]]:
    found = Coverage.of(files).missing(DAY, sources or FED)
    return {table: [_hours(stretch) for stretch in stretches] for table, stretches in found.items()}


def _hours(stretch: Stretch) -> tuple[float, float]:
    begin, end = ((moment - hours(0)) / timedelta(hours=1) for moment in stretch)
    return begin, end


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        ([(-8, 16)], [(16, 24)]),
        ([(16, 40)], [(0, 16)]),
        ([(-8, 16), (16, 40)], []),
        ([(16, 40), (-8, 16)], []),
        ([(-400, 320)], []),
        ([(9, 10), (11, 12)], [(0, 9), (10, 11), (12, 24)]),
        ([(9, 12), (10, 11)], [(0, 9), (12, 24)]),
        ([(24, 48)], [(0, 24)]),
        ([], [(0, 24)]),
    ],
)
def test_what_is_left_of_a_day(spans, left):
    assert missing(*(file(*span) for span in spans)) == ({"trades": left} if left else {})


def test_holes_are_those_of_the_source_that_feeds_the_table_and_of_the_day():
    """Two files tell of one hole once; of a table that another source feeds nothing is missing."""
    first, second, before = (
        Hole("trades", *(int(hours(count).timestamp()) * 1_000_000 for count in (begin, begin + 1, begin + 2)))
        for begin in (9, 23.5, -2)
    )
    one, other = (replace(file(), holes=holes) for holes in ((first, before), (second, first)))
    coverage = Coverage.of([one, other])
    assert coverage.holes(DAY, FED) == (first, second)
    assert coverage.holes(DAY + timedelta(days=1), FED) == (second,)
    assert coverage.holes(DAY, {"trades": "tardis", "book_updates": "okx-archive"}) == ()


def test_a_file_that_does_not_say_leaves_its_own_feed_and_day_open():
    assert missing(file(0, 12), file()) == {}
    assert missing(file(0, 12), file(feeds=["book_updates"])) == {"trades": [(12, 24)]}
    assert missing(file(0, 12), file(source="tardis")) == {"trades": [(12, 24)]}


def test_only_the_source_that_feeds_the_day_counts():
    files = file(0, 12), file(0, 24, source="tardis")
    assert missing(*files) == {"trades": [(12, 24)]}
    assert missing(*files, sources={"trades": "tardis"}) == {}


def test_kinds_of_funding_are_one_table_whoever_feeds_them():
    files = file(0, 8, feeds=["funding/settled"]), file(8, 24, feeds=["funding/predicted"], source="tardis")
    sources = {"funding/settled": "okx-archive", "funding/predicted": "tardis"}
    assert missing(*files, sources=sources) == {}
    assert missing(files[0], sources=sources) == {"funding": [(8, 24)]}


@given(st.lists(st.tuples(st.integers(-30, 50), st.integers(1, 40)), max_size=6))
def test_every_hour_is_either_of_a_file_or_left(spans):
    left = missing(*(file(begin, begin + length) for begin, length in spans)).get("trades", [])
    for hour in range(24):
        is_covered = any(begin <= hour < begin + length for begin, length in spans)
        assert is_covered != any(begin <= hour < end for begin, end in left)
    assert all(0 <= begin < end <= 24 for begin, end in left)
    assert all(end < begin for (_, end), (begin, _) in pairwise(left))
