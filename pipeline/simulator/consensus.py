"""The consensus: what makers take the asset to be worth, given public news and what takers did."""

from dataclasses import dataclass
from math import copysign, exp

from pipeline.simulator.draws import Draws
from pipeline.simulator.orders import Report
from pipeline.simulator.value import Value


@dataclass(frozen=True, slots=True)
class ImpactParams:
    """How takers move the consensus.

    An order of `typical_lots` moves it by `ticks` at once, others by the power `concavity` of their size. Of that, the
    shares `fading` fade with the time constants `fading_s`, the rest stays: flow that goes on is then no surprise, and
    prices do not trend though signs do (Bouchaud et al. 2004).
    """

    ticks: float
    typical_lots: int
    concavity: float
    fading: tuple[float, ...]
    fading_s: tuple[float, ...]


class Consensus:
    """Public value plus impact, in ticks. Listens to the exchanges whose takers count."""

    def __init__(self, value: Value, params: ImpactParams, *, start_us: int) -> None:
        self.value = value
        self._params = params
        self._rates = tuple(-1e-6 / seconds for seconds in params.fading_s)
        self._parts = [0.0] * len(params.fading)
        self._lasting = 0.0
        self._lasting_share = 1.0 - sum(params.fading)
        self._time = start_us
        self.unsurprising: set[int] = set()
        """Accounts whose orders move nothing: they trade on what the consensus says already."""

    def on_report(self, report: Report) -> None:
        """A taker order moves the consensus by its whole size, however many makers it met."""
        if not report.fills or report.owner in self.unsurprising:
            return
        lots = sum(fill.size for fill in report.fills)
        self.push(report.time, report.fills[0].taker_side, lots)

    def push(self, now: int, side: int, lots: int) -> None:
        """A taker bought (+1) or sold (-1) `lots`."""
        self._fade(now)
        params = self._params
        ticks = copysign(params.ticks * (lots / params.typical_lots) ** params.concavity, side)
        self._lasting += ticks * self._lasting_share
        for place, share in enumerate(params.fading):
            self._parts[place] += ticks * share

    def at(self, now: int) -> float:
        """What makers take the asset to be worth, in ticks. Times must not go back."""
        self._fade(now)
        return self.value.public(now) + self._lasting + sum(self._parts)

    def _fade(self, now: int) -> None:
        passed = now - self._time
        if passed > 0:
            self._time = now
            self._parts = [part * exp(rate * passed) for part, rate in zip(self._parts, self._rates, strict=True)]


class Fair:
    """The consensus of one market: the common one plus the market's own premium, a mean-reverting process (ticks)."""

    def __init__(
        self,
        consensus: Consensus,
        draws: Draws,
        *,
        start_us: int,
        premium_ticks: float,
        spread_ticks: float,
        half_life_s: float,
    ) -> None:
        self.consensus = consensus
        self._draws = draws
        self._start_us = start_us
        self._kept = 2.0 ** (-1 / half_life_s)
        self._noise = spread_ticks * (1 - self._kept**2) ** 0.5 * 12**0.5
        self._mean = premium_ticks
        self._premium = [premium_ticks]
        self.shift = 0.0
        """Ticks on top of the premium: what the quote currency of this market alone has lost."""

    def premium(self, now: int) -> float:
        """How far this market stands above the common value, in ticks, by the second."""
        second = max(0, (now - self._start_us) // 1_000_000)
        while second >= len(self._premium):
            for uniform in self._draws.take(600):
                away = self._premium[-1] - self._mean
                self._premium.append(self._mean + self._kept * away + self._noise * (uniform - 0.5))
        return self._premium[second]

    def exact(self, now: int) -> float:
        """The consensus in ticks."""
        return self.consensus.at(now) + self.premium(now) + self.shift

    def at(self, now: int) -> int:
        """The consensus in whole ticks."""
        return round(self.exact(now))


class Anchor:
    """What others take as the middle of a market: the average of its makers' own, or the consensus without makers.

    Makers shade their middle against inventory, and who joins the quotes he sees goes along with it.
    """

    def __init__(self, fair: Fair) -> None:
        self._fair = fair
        self._middles: dict[int, float] = {}

    def state(self, owner: int, middle: float) -> None:
        """A maker quotes around `middle` (ticks) from now on."""
        self._middles[owner] = middle

    def at(self, now: int) -> int:
        """The middle, in whole ticks."""
        if not self._middles:
            return self._fair.at(now)
        return round(sum(self._middles.values()) / len(self._middles))
