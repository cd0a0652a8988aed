"""When polls are due, and how long to wait after a failure."""

from collections.abc import Callable
from typing import Final

HOUR_S: Final = 3_600.0
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_SHORTEST_PERIOD_S: Final = 0.25


def next_due(now: float, start: float, period: float, *, hourly: bool) -> float:
    """The next instant after `now` on the grid start + k x period; with `hourly` every full UTC hour too.

    All are Unix seconds. Instants that passed while a request was under way are left out: they are not made up for.
    """
    due = start + (max(now - start, -period) // period + 1) * period
    due += period if due <= now else 0.0  # rounded down to now
    return min(due, (now // HOUR_S + 1) * HOUR_S) if hourly else due


def missed(due: float, now: float, period: float) -> int:
    """How many instants of the grid after `due` have passed too."""
    return max(0, int((now - due) // period))


def page_period(period: float, new: int, page: int) -> float:
    """How soon the next page of trades is asked for, in seconds, so that it overlaps this one: at most half of a page
    may be new by then, if trades keep coming as they did. `new` of this `page` had not been seen."""
    if new * 2 <= page:
        return period
    return max(_SHORTEST_PERIOD_S, period * page / (2 * new))


def backoff(failures: int, draw: Callable[[], float]) -> float:
    """Seconds to wait after so many failures in a row: exponential, at most a minute, full jitter by `draw` in [0, 1),
    but never below a tenth of it."""
    longest: float = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(failures - 1, 16))
    return longest * (0.1 + 0.9 * draw())
