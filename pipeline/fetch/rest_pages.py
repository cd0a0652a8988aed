"""All rows of a stretch of time from an endpoint that answers with pages: that none is missing is shown, not assumed.

How many rows fill a page differs from what is documented, and so does the end a page is cut at. So what lies before
the earliest row and what lies after the latest is asked for until the answer is that nothing is there.
"""

from collections.abc import Awaitable, Callable

from pipeline.errors import FootprintError

Ask = Callable[[int, int], Awaitable[list[int]]]
"""From the first and the last millisecond of a stretch, both inside, the times of the rows that one reply holds."""


async def page_by_time(ask: Ask, first_ms: int, last_ms: int) -> int:
    """Ask until the stretch is covered; how many rows came. Raises FP021 where an answer is of another time."""
    times = _inside(await ask(first_ms, last_ms), first_ms, last_ms)
    if not times:
        return 0
    rows, earliest, latest = len(times), min(times), max(times)
    while earliest > first_ms and (times := _inside(await ask(first_ms, earliest - 1), first_ms, earliest - 1)):
        rows, earliest = rows + len(times), min(times)
    while latest < last_ms and (times := _inside(await ask(latest + 1, last_ms), latest + 1, last_ms)):
        rows, latest = rows + len(times), max(times)
    return rows


async def page_by_cursor(ask: Callable[[str | None], Awaitable[tuple[int, str | None]]]) -> int:
    """Ask with the cursor of the reply before until there is none; how many rows came. Raises FP021 in a circle."""
    rows, cursor, seen = 0, None, set[str]()
    while True:
        count, cursor = await ask(cursor)
        rows += count
        if not cursor:
            return rows
        if cursor in seen:
            raise FootprintError("FP021", f"the endpoint gave the same cursor twice ({cursor!r}): its pages do not end")
        seen.add(cursor)


def _inside(times: list[int], first_ms: int, last_ms: int) -> list[int]:
    """The times; FP021 if one is outside: then what was asked for was not heeded, and no page leads on."""
    if outside := [time for time in times if not first_ms <= time <= last_ms]:
        raise FootprintError(
            "FP021",
            f"asked for rows from {first_ms} to {last_ms} (ms), got one of {outside[0]}: the endpoint does not heed "
            "its bounds, and rows may be missing",
        )
    return times
