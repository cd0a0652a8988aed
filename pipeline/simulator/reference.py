"""The reference value: what the asset is worth to those who quote it, in ticks."""

from pipeline.simulator.draws import Draws

_SQRT_3 = 3**0.5


class Reference:
    """A random walk on a fixed grid of times, the same for whoever asks and how often.

    Every `step_us` it moves by a uniform step with standard deviation
    `step_ticks` (ticks). Before `start_us` it is `start_ticks`.
    """

    def __init__(self, draws: Draws, *, start_us: int, start_ticks: int, step_us: int, step_ticks: float) -> None:
        self._draws = draws
        self._start_us = start_us
        self._step_us = step_us
        self._width = 2.0 * _SQRT_3 * step_ticks
        self._path = [float(start_ticks)]

    def at(self, time: int) -> int:
        """The reference value at `time`, in whole ticks."""
        step = max(0, (time - self._start_us) // self._step_us)
        while step >= len(self._path):
            self._extend()
        return round(self._path[step])

    def _extend(self) -> None:
        value = self._path[-1]
        for uniform in self._draws.take(256):
            value += (uniform - 0.5) * self._width
            self._path.append(value)
