"""The clock: one queue of everything that is going to happen, in integer microseconds."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

Action = Callable[[int], object]
"""Something that happens at a time (microseconds)."""


class Agent(Protocol):
    """Whoever acts in the simulated world: it trades through the desks it was built with.

    `next_time` is when it wants to act next (microseconds), None for never again;
    `act` must move it on, or the world would stand still.
    """

    next_time: int | None

    def act(self, now: int) -> None: ...


class Clock:
    """Runs agents and their travelling orders in time order.

    What falls on the same microsecond happens in the order of the agents' ranks,
    and for one agent in the order in which it was asked for.
    """

    def __init__(self, now: int) -> None:
        self.now = now
        self._queue: list[tuple[int, int, int, Action]] = []
        self._ticket = count()

    def at(self, time: int, rank: int, action: Action) -> None:
        """Call `action(time)` at `time`, on behalf of the agent of this rank."""
        if time < self.now:
            raise ValueError(f"cannot schedule {time} us: it is already {self.now} us")
        heappush(self._queue, (time, rank, next(self._ticket), action))

    def add(self, agent: Agent, rank: int) -> None:
        """Let `agent` act whenever its `next_time` comes. The smaller rank goes first; ranks should differ."""

        def wake(now: int) -> None:
            agent.act(now)
            if agent.next_time is None:
                return
            if agent.next_time <= now:
                raise ValueError(
                    f"{type(agent).__name__} acted at {now} us and wants to act again at {agent.next_time}"
                )
            self.at(agent.next_time, rank, wake)

        if agent.next_time is not None:
            self.at(agent.next_time, rank, wake)

    def run(self, until: int) -> None:
        """Everything that happens before `until` (exclusive), and by then it is `until`."""
        while self._queue and self._queue[0][0] < until:
            time, _, _, action = heappop(self._queue)
            self.now = time
            action(time)
        self.now = max(self.now, until)
