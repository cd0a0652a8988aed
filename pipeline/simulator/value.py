"""The value of the asset: a path that news and volatility make, the same for whoever asks and how often."""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from pipeline.simulator.draws import Draws

STEP_US = 100_000
_BLOCK = 6_000
_STEPS_A_SECOND = 1_000_000 // STEP_US
_CALM, _WILD = 0, 1


@dataclass(frozen=True, slots=True)
class ValueParams:
    """Volatility (ticks per root second) of the two regimes and how long they last; news and how long it is private."""

    vol_ticks: float
    wild_factor: float
    calm_s: float
    wild_s: float
    wander: float
    """Standard deviation of the slow part of log volatility, which has a half-life of twenty minutes."""
    news_gap_s: float
    news_ticks: float
    news_delay_s: float


class Value:
    """Ticks, on a grid of 100 ms; before `start_us` it stands at its first value.

    `private` knows news at once, `public` a while later; the rest of the path is public as it happens.
    """

    def __init__(self, draws: Draws, params: ValueParams, *, start_us: int, start_ticks: float) -> None:
        self._draws = draws
        self._params = params
        self._start_us = start_us
        self._regime, self._slow = _CALM, 0.0
        self._diffusion: list[float] = [start_ticks]
        self._vol: list[float] = [params.vol_ticks]
        self._news: list[tuple[int, float]] = []
        self._known_news, self._known_sum = 0, 0.0
        self._seen_news, self._seen_sum = 0, 0.0
        self._jumped = 0.0

    def vol(self, now: int) -> float:
        """Volatility now, in ticks per root second."""
        return self._vol[self._step(now)]

    def private(self, now: int) -> float:
        """The value, in ticks, with all news up to `now`. Times must not go back."""
        step = self._step(now)
        while self._seen_news < len(self._news) and self._news[self._seen_news][0] <= now:
            self._seen_sum += self._news[self._seen_news][1]
            self._seen_news += 1
        return self._diffusion[step] + self._seen_sum + self._jumped

    def public(self, now: int) -> float:
        """The value, in ticks, with the news that has spread by `now`. Times must not go back."""
        step = self._step(now)
        spread = now - int(self._params.news_delay_s * 1e6)
        while self._known_news < len(self._news) and self._news[self._known_news][0] <= spread:
            self._known_sum += self._news[self._known_news][1]
            self._known_news += 1
        return self._diffusion[step] + self._known_sum + self._jumped

    def jump(self, ticks: float) -> None:
        """From now on it is worth `ticks` more, and all know it."""
        self._jumped += ticks

    def _step(self, now: int) -> int:
        step = (now - self._start_us) // STEP_US
        if step < 0:
            return 0
        while step >= len(self._diffusion):
            self._extend()
        return step

    def _extend(self) -> None:
        """Ten more minutes of path."""
        first = len(self._diffusion)
        normal = _normals(self._draws, _BLOCK)
        regimes, slow = self._draws.take(_BLOCK // _STEPS_A_SECOND), _normals(self._draws, _BLOCK // _STEPS_A_SECOND)
        vol = np.repeat(self._vols(regimes, slow), _STEPS_A_SECOND)
        path = self._diffusion[-1] + np.cumsum(normal * vol / _STEPS_A_SECOND**0.5)
        self._diffusion += path.tolist()
        self._vol += vol.tolist()
        self._add_news(first)

    def _vols(self, regimes: list[float], slow: NDArray[np.float64]) -> NDArray[np.float64]:
        """Volatility of each second."""
        params = self._params
        kept = 2.0 ** (-1 / 1200)
        out = np.empty(len(regimes))
        for second, uniform in enumerate(regimes):
            stay_s = params.wild_s if self._regime else params.calm_s
            if uniform < 1 / stay_s:
                self._regime = 1 - self._regime
            self._slow = kept * self._slow + (1 - kept * kept) ** 0.5 * params.wander * slow[second]
            out[second] = params.vol_ticks * exp(self._slow) * (params.wild_factor if self._regime else 1.0)
        return out

    def _add_news(self, first_step: int) -> None:
        """News of the ten minutes that begin with `first_step`: exponential gaps, two-sided sizes with a heavy tail."""
        time = self._start_us + first_step * STEP_US
        end = time + _BLOCK * STEP_US
        while True:
            gap, size, side = self._draws.take(3)
            time += 1 + int(-self._params.news_gap_s * 1e6 * log(1.0 - gap))
            if time >= end:
                return
            ticks = self._params.news_ticks * min(6.0, (1.0 - size) ** (-1 / 3))
            self._news.append((time, ticks if side < 0.5 else -ticks))


def _normals(draws: Draws, count: int) -> NDArray[np.float64]:
    """Standard normals from pairs of uniforms (Box and Muller)."""
    first, second = np.array(draws.take(count)), np.array(draws.take(count))
    return np.sqrt(-2.0 * np.log(1.0 - first)) * np.cos(2.0 * np.pi * second)
