"""Mark price, index and predicted funding of a simulated perpetual, once a second."""

from collections.abc import Sequence

from pipeline.simulator.capture import Capture
from pipeline.simulator.consensus import Consensus
from pipeline.simulator.draws import Draws
from pipeline.simulator.exchange import Exchange
from pipeline.simulator.instrument import Instrument

SETTLEMENT_US = 8 * 3600 * 1_000_000
_SECOND_US = 1_000_000
_INTEREST = 10_000
_CLAMP = 50_000


def predicted_funding(premium: int) -> int:
    """The rate longs would pay at the next settlement: premium + clamp(0.01 % - premium, +-0.05 %).

    Both per 8 h and in units of 1e-8; the premium is how far the perpetual stands above its index.
    """
    return premium + max(-_CLAMP, min(_CLAMP, _INTEREST - premium))


def next_settlement(time_us: int) -> int:
    """The first settlement (00, 08, 16 h UTC) at or after `time_us`: the message of the stamp itself still names it."""
    return -(-time_us // SETTLEMENT_US) * SETTLEMENT_US


class Average:
    """An exponential average of whole numbers over about `span` of them, without rounding drift."""

    def __init__(self, span: int, first: int) -> None:
        self._span = span
        self._sum = span * first

    def add(self, value: int) -> int:
        """Take in a value and return the average."""
        self._sum += value - self._sum // self._span
        return self._sum // self._span


class Mark:
    """Sends a mark price through the captures every whole second.

    The index is the common value of the consensus plus a little noise; the mark is the
    index plus a one-minute average of the premium seen; the funding rate follows
    from a quarter-hour average of it.
    """

    def __init__(
        self,
        captures: Sequence[Capture],
        exchange: Exchange,
        instrument: Instrument,
        consensus: Consensus,
        draws: Draws,
        *,
        start_us: int,
    ) -> None:
        self.index_factor = 1.0
        """What the index is multiplied by: 1 unless it is wrong."""
        self.next_time: int | None = -(-start_us // _SECOND_US) * _SECOND_US
        self._captures = captures
        self._exchange = exchange
        self._tick = instrument.tick_cents * 1_000_000
        self._consensus = consensus
        self._draws = draws
        self._minute = Average(60, 0)
        self._quarter = Average(900, 0)

    def act(self, now: int) -> None:
        """Send the mark of this second; there is none while a side of the book is empty."""
        self.next_time = now + _SECOND_US
        noise = int((self._draws.take(1)[0] - 0.5) * 4 * self._tick)
        bid, ask = self._exchange.bids.best, self._exchange.asks.best
        if bid is None or ask is None:
            return
        index = round(self._consensus.at(now) * self._tick * self.index_factor) + noise
        premium = ((bid + ask) * self._tick // 2 - index) * 10**8 // index
        mark = index + index * self._minute.add(premium) // 10**8
        rate = predicted_funding(self._quarter.add(premium))
        for capture in self._captures:
            capture.send_mark(now, mark=mark, index=index, rate=rate, settlement=next_settlement(now))
