"""Draws: the random numbers of one agent, and of nobody else."""

from math import exp, log
from zlib import crc32

from numpy.random import SeedSequence, default_rng  # here: a module of Cython swallows a Ctrl-C while it is imported

_BLOCK = 4096


class Draws:
    """A stream of uniforms in [0, 1) that depends on the seed and the agent's name only.

    Agents take a fixed number of uniforms whenever they act and turn them into
    what they need with the functions below. So neither the presence of another
    agent nor the state of the market moves a stream.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._generator = default_rng(SeedSequence(seed, spawn_key=(crc32(name.encode()),)))
        self._block: list[float] = []
        self._next = 0
        self._before = 0

    @property
    def taken(self) -> int:
        """How many uniforms were handed out so far."""
        return self._before + self._next

    def take(self, count: int) -> list[float]:
        """The next `count` uniforms."""
        if self._next + count > len(self._block):
            self._before += self._next
            self._block = self._block[self._next :] + self._generator.random(max(_BLOCK, count)).tolist()
            self._next = 0
        start, self._next = self._next, self._next + count
        return self._block[start : self._next]


def exponential(uniform: float, mean: float) -> int:
    """An exponential waiting time, at least 1."""
    return 1 + int(-mean * log(1.0 - uniform))


def pareto(uniform: float, smallest: int, tail: float, largest: int) -> int:
    """A whole number >= `smallest` with P(X > x) ~ x^-tail, clipped at `largest`."""
    return min(largest, int(smallest * (1.0 - uniform) ** (-1.0 / tail)))


def log_uniform(uniform: float, largest: int) -> int:
    """A whole number in [0, largest], each factor of ten about as likely as the next."""
    return int(exp(uniform * log(largest + 1.0))) - 1 if largest > 0 else 0
