"""One feed of one market, asked for again and again; every reply is kept, every failure is written down."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.record import lines
from pipeline.record.capture import Capture
from pipeline.record.clock import Clock
from pipeline.record.endpoint import Poll
from pipeline.record.faults import NoReply, Refusal
from pipeline.record.lines import Reply
from pipeline.record.timetable import backoff, missed, next_due, page_period
from pipeline.record.trade_chain import Hole, Page, TradeChain, utc

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Reply]]
"""Method and parameters in, a reply out; raises NoReply or Refusal."""

MOST_FILLS: Final = 20
"""Pages asked for to close one hole."""


@dataclass(slots=True)
class Poller:
    """`period` in seconds; infinity: at the start and when woken, and if the poll is hourly at every full hour.

    `is_streamed`: a stream carries the feed too, so pages of trades need not join, and a book is asked for whole.
    """

    poll: Poll
    market: Market
    conn: str
    capture: Capture
    ask: Ask
    clock: Clock
    period: float
    tell: Callable[[str], None]
    is_streamed: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    replies: int = 0
    holes: int = 0
    late: int = 0

    async def run(self) -> None:
        """Until cancelled. FP024 if the venue refuses the request before it ever served it."""
        start, failures = self.clock.seconds(), 0
        chain = self._resumed()
        while True:
            asked = self.clock.seconds()
            try:
                reply = await self._reply(self.poll.method, self._params())
            except NoReply as fault:
                failures += 1
                self._failed(fault, failures)
                await self.clock.wait(backoff(failures, self.clock.draw), self.woken)
                continue
            failures = 0
            period = self.period
            if chain and self.poll.page:
                period = await self._followed(chain, self.poll.page, reply)
            now = self.clock.seconds()
            self.late += missed(asked, now, period)
            due = next_due(now, start, period, hourly=self.poll.is_hourly)
            await self.clock.wait(due - now, self.woken)

    async def _reply(self, method: str, params: Mapping[str, Any]) -> Reply:
        reply = await self.ask(method, params)
        self.replies += 1
        self.capture.write(reply.received, lines.http(self.conn, reply), self.poll.feed)
        return reply

    def _failed(self, fault: NoReply, failures: int) -> None:
        if isinstance(fault, Refusal) and not self.replies:
            raise FootprintError(
                "FP024",
                f"{self.market.venue} refuses to give {self.poll.feed}: {fault.why}",
                where=str(self.market),
                hint="is it the venue's own symbol? --feeds leaves a feed out",
            )
        self._write_error(fault.why, fault.text)
        if failures == 1:
            self.tell(f"{self.market} {self.poll.feed}: {fault.why}; trying again")

    def _write_error(self, why: str, text: str | None) -> None:
        ns, data = self.clock.ns(), {} if text is None else {"data": text}
        self.capture.write(ns, lines.error(self.conn, ns, why, feed=self.poll.feed, **data), "error")

    def _resumed(self) -> TradeChain | None:
        """A chain that begins with the last page an earlier process recorded, if that was one."""
        if self.poll.page is None or self.is_streamed:
            return None
        chain, last = TradeChain(self.poll.page), self.capture.last(self.conn)
        try:
            trades = self.poll.page.trades(last["data"]) if last is not None else []
        except ValueError:  # when it came it was written down as none
            trades = []
        chain.follow(trades)
        return chain

    async def _followed(self, chain: TradeChain, page: Page, reply: Reply) -> float:
        """Look for a hole before this page, fill or write it down; how soon to ask again."""
        try:
            trades = page.trades(reply.text)
        except ValueError as fault:
            self._write_error(str(fault), None)
            return self.period
        new, hole = chain.follow(trades)
        left = await self._filled(chain, page, hole) if hole and page.fill else hole
        if left:
            self._write_hole(left)
        return page_period(self.period, new, len(trades)) if trades else self.period

    async def _filled(self, chain: TradeChain, page: Page, hole: Hole) -> Hole | None:
        """Ask for what is missing, page by page; what is left of the hole."""
        fill, left = page.fill, hole
        assert fill is not None
        for _ in range(MOST_FILLS):
            params = fill.params(self.market.symbol, left.after.id, left.before.id)
            try:
                reply = await self._reply(fill.method, params)
                smaller = chain.narrowed(left, page.trades(reply.text))
            except (NoReply, ValueError) as fault:
                self._write_error(f"a hole could not be filled: {fault}", None)
                return left
            if smaller is None or smaller == left:
                return smaller
            left = smaller
        return left

    def _write_hole(self, hole: Hole) -> None:
        ns = self.clock.ns()
        why = f"a page of {self.poll.page.limit if self.poll.page else 0} trades does not reach the one before"
        bounds = {
            "after": hole.after.id,
            "after_ms": hole.after.ms,
            "before": hole.before.id,
            "before_ms": hole.before.ms,
        }
        self.capture.write(ns, lines.hole(self.conn, ns, self.poll.feed, why, **bounds), "hole")
        if not self.holes:
            between = f"between {utc(hole.after.ms)} and {utc(hole.before.ms)}"
            self.tell(f"{self.market}: trades are missing {between}; more holes are counted and not told")
        self.holes += 1

    def _params(self) -> Mapping[str, Any]:
        params = self.poll.whole if self.poll.whole and self.is_streamed else self.poll.params
        return params(self.market.symbol, self.clock.ns() // 1_000_000)
