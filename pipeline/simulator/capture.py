"""The capture: what a recorder connected to the exchange would have written, line by line."""

from dataclasses import dataclass
from typing import Protocol

import orjson

from pipeline.simulator import messages
from pipeline.simulator.draws import Draws, exponential
from pipeline.simulator.exchange import Exchange
from pipeline.simulator.instrument import Instrument
from pipeline.simulator.orders import BUY, SELL, Fill, Report

_SNAPSHOT_LEVELS = 1000


class Sink(Protocol):
    """Where bytes go: an open file, plain or compressed."""

    def write(self, data: bytes, /) -> int: ...


@dataclass(slots=True)
class MessageCount:
    """How many messages of each kind were written, and how many price levels they carried."""

    depth: int = 0
    depth_levels: int = 0
    snapshots: int = 0
    snapshot_levels: int = 0
    trades: int = 0
    tickers: int = 0
    marks: int = 0
    lost: int = 0

    @property
    def lines(self) -> int:
        """All messages."""
        return self.depth + self.snapshots + self.trades + self.tickers + self.marks


class Dialect(Protocol):
    """How a venue words its messages: the functions of `messages` (USD-M) or `spot_messages`."""

    DEPTH_STREAM: str

    def trade(self, instrument: Instrument, fill: Fill) -> messages.Message: ...

    def book_ticker(
        self, instrument: Instrument, quote: messages.Quote, *, time: int, update_id: int
    ) -> messages.Message: ...

    def depth_update(
        self,
        instrument: Instrument,
        bids: messages.Levels,
        asks: messages.Levels,
        *,
        sent: int,
        time: int,
        first: int,
        last: int,
    ) -> messages.Message: ...

    def depth_snapshot(
        self, instrument: Instrument, bids: messages.Levels, asks: messages.Levels, *, time: int, update_id: int
    ) -> messages.Message: ...


@dataclass(frozen=True, slots=True)
class Feed:
    """How a recorder sees a market: depth every `interval_us`, or with every event (0); best quotes or not.

    Faults: the share `loss` of depth messages never arrives, and the recorder asks for a snapshot half a second later;
    its clock is off by `skew_us`.
    """

    interval_us: int
    with_quotes: bool = False
    loss: float = 0.0
    skew_us: int = 0

    @property
    def name(self) -> str:
        """As it stands in a file's name: event, 100ms, 1s."""
        if not self.interval_us:
            return "event"
        seconds, rest = divmod(self.interval_us, 1_000_000)
        return f"{self.interval_us // 1000}ms" if rest else f"{seconds}s"


_RETRY_US = 500_000


class Capture:
    """Listens to `exchange` and writes `<receive time, ns> <json>` lines to `sink`.

    Trades and best quotes go out as they happen, a command's trades before the
    quote they led to. As an agent of the clock it sends the depth of every
    interval; `flush` sends what is pending at the end. Receive times are the
    event time plus an exponential latency of mean `latency_ns`, and increase:
    one connection, in order.
    """

    def __init__(
        self,
        sink: Sink,
        exchange: Exchange,
        instrument: Instrument,
        draws: Draws,
        *,
        start_us: int,
        feed: Feed,
        latency_ns: int,
        dialect: Dialect = messages,
    ) -> None:
        self.count = MessageCount()
        self.next_time: int | None = start_us + feed.interval_us if feed.interval_us else None
        self.snapshot_at: int | None = None
        """When the recorder wants a snapshot because it missed a message; None if it does not."""
        self._sink = sink
        self._dialect = dialect
        self._exchange = exchange
        self._instrument = instrument
        self._stream = instrument.symbol.lower()
        self._draws = draws
        self._feed = feed
        self._latency_ns = latency_ns
        self._received_ns = self._silent_until = 0
        self._changed: dict[int, dict[int, int]] = {BUY: {}, SELL: {}}
        self._changed_at = start_us
        self._sent_id = exchange.update_id
        self._quote: messages.Quote | None = None

    def silence(self, until: int) -> None:
        """Nothing arrives before `until`; then the recorder asks for a snapshot."""
        self._silent_until = self.snapshot_at = until

    def on_report(self, report: Report) -> None:
        """Send the trades and the new best quote of a command; keep its level changes for the next depth."""
        for fill in report.fills:
            self._send("trade", report.time, self._dialect.trade(self._instrument, fill))
        if report.time >= self._silent_until:
            self.count.trades += len(report.fills)
        if report.changes:
            for side, price, size in report.changes:
                self._changed[side][price] = size
            self._changed_at = report.time
            if self._feed.with_quotes:
                self._send_quote(report)
            if not self._feed.interval_us:
                self.flush(report.time)

    def act(self, now: int) -> None:
        """Send the depth of the interval that ends now."""
        self.next_time = now + self._feed.interval_us
        self.flush(now)

    def flush(self, now: int) -> None:
        """Send the level changes since the last depth, if any: what happened before `now`."""
        last = self._exchange.update_id
        if last == self._sent_id:
            return
        is_lost = self._feed.loss and self._draws.take(1)[0] < self._feed.loss
        if is_lost or now < self._silent_until:
            self.count.lost += 1
            self.snapshot_at = self.snapshot_at or now + _RETRY_US
            self._forget(last)
            return
        if self.snapshot_at is not None and now >= self.snapshot_at:
            self.snapshot_at = None
            self.send_snapshot(now)
        bids, asks = (sorted(self._changed[side].items()) for side in (BUY, SELL))
        message = self._dialect.depth_update(
            self._instrument, bids, asks, sent=now, time=self._changed_at, first=self._sent_id + 1, last=last
        )
        self._send(self._dialect.DEPTH_STREAM, now, message)
        self.count.depth += 1
        self.count.depth_levels += len(bids) + len(asks)
        self._forget(last)

    def _forget(self, last: int) -> None:
        self._sent_id = last
        self._changed = {BUY: {}, SELL: {}}

    def send_snapshot(self, now: int) -> None:
        """Write the best 1000 levels of each side as of now."""
        bids, asks = (list(self._exchange.side(side).depth(_SNAPSHOT_LEVELS)) for side in (BUY, SELL))
        last = self._exchange.update_id
        self._write(now, self._dialect.depth_snapshot(self._instrument, bids, asks, time=now, update_id=last))
        self.count.snapshots += 1
        self.count.snapshot_levels += len(bids) + len(asks)

    def send_mark(self, now: int, *, mark: int, index: int, rate: int, settlement: int) -> None:
        """Send a mark price; units as in `messages.mark_price`."""
        message = messages.mark_price(
            self._instrument, time=now, mark=mark, index=index, rate=rate, settlement=settlement
        )
        self._send("markPrice@1s", now, message)
        self.count.marks += now >= self._silent_until

    def _send_quote(self, report: Report) -> None:
        """Send the best quote if it is another one than before; a one-sided book has none to send."""
        bids, asks = self._exchange.bids, self._exchange.asks
        bid, ask = bids.best, asks.best
        if bid is None or ask is None:
            return
        quote = messages.Quote(bid, bids.size_at(bid), ask, asks.size_at(ask))
        if quote != self._quote:
            self._quote = quote
            message = self._dialect.book_ticker(self._instrument, quote, time=report.time, update_id=report.update_id)
            self._send("bookTicker", report.time, message)
            self.count.tickers += report.time >= self._silent_until

    def _send(self, channel: str, now: int, data: messages.Message) -> None:
        if now < self._silent_until:
            return
        self._write(now, {"stream": f"{self._stream}@{channel}", "data": data})

    def _write(self, now: int, message: messages.Message) -> None:
        latency = exponential(self._draws.take(1)[0], self._latency_ns)
        self._received_ns = max(self._received_ns + 1, 1000 * (now + self._feed.skew_us) + latency)
        self._sink.write(b"%d %b\n" % (self._received_ns, orjson.dumps(message)))
