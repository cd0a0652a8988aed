"""The clock that stamps what is received, and waiting by it."""

import asyncio
import random
import time


class Clock:
    """The machine's own. Tests put another in its place."""

    def ns(self) -> int:
        """Now, in ns since 1970."""
        return time.time_ns()

    def seconds(self) -> float:
        """Now, in seconds since 1970."""
        return self.ns() / 1e9

    def draw(self) -> float:
        """A number from [0, 1), so that many recorders don't come back at the same instant."""
        return random.random()

    async def wait(self, seconds: float, event: asyncio.Event) -> None:
        """Until so many seconds have passed or the event is set, which is then cleared."""
        try:
            await asyncio.wait_for(event.wait(), max(0.0, seconds))
        except TimeoutError:
            return
        event.clear()
