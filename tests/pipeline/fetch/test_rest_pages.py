"""Pages: every row comes, whatever fills a page and at whichever end it is cut."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.fetch.rest_pages import page_by_cursor, page_by_time


@given(
    times=st.sets(st.integers(0, 300), max_size=60),
    first=st.integers(0, 150),
    length=st.integers(0, 150),
    page=st.integers(1, 20),
    newest_first=st.booleans(),
)
def test_all_rows_of_a_stretch_come_once(times, first, length, page, newest_first):
    last, came = first + length, []

    async def ask(begin: int, end: int) -> list[int]:
        rows = sorted((time for time in times if begin <= time <= end), reverse=newest_first)[:page]
        came.extend(rows)
        return rows

    rows = asyncio.run(page_by_time(ask, first, last))
    assert sorted(came) == sorted(time for time in times if first <= time <= last)
    assert rows == len(came)


def test_a_row_from_outside_is_an_error():
    async def ask(begin: int, end: int) -> list[int]:
        return [begin, end + 1]

    with pytest.raises(FootprintError, match="does not heed its bounds"):
        asyncio.run(page_by_time(ask, 5, 9))


def test_a_cursor_leads_on_until_there_is_none():
    pages = {None: (2, "a"), "a": (2, "b"), "b": (1, None)}

    async def ask(cursor: str | None) -> tuple[int, str | None]:
        return pages[cursor]

    assert asyncio.run(page_by_cursor(ask)) == 5
    pages["b"] = (1, "a")
    with pytest.raises(FootprintError, match="same cursor twice"):
        asyncio.run(page_by_cursor(ask))
