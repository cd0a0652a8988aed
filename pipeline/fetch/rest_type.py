"""A kind of history that a REST endpoint has, and how all of it is got."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from pipeline.fetch.period import Period
from pipeline.fetch.request import Request
from pipeline.fetch.rest import Rest

Collect = Callable[[Rest, Request, Period], Awaitable[int]]
"""Ask for all of a period; how many rows came. The replies stay in the Rest."""


@dataclass(frozen=True, slots=True)
class RestType:
    """`per`: a file holds a month, a day, or what is listed today. `intervals` between samples that the venue has, the
    usual one first; none for what has no interval."""

    per: Literal["month", "day", "today"]
    collect: Collect
    intervals: tuple[str, ...] = ()

    def interval(self, request: Request) -> str:
        return request.interval or self.intervals[0]
