"""What comes to the coarse world before anyone answers: random numbers by name, the value, the flow of takers."""

from collections.abc import Collection
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pipeline.simulator.coarse_kernel import Outside, remember, value_path, volumes
from pipeline.simulator.coarse_parameters import CoarseParameters
from pipeline.simulator.coarse_tables import MAKERS

Floats = NDArray[np.float64]

_MEMORIES_MIN = (2, 8, 32, 128, 512, 2048)
"""Half-lives whose sum remembers by a power law, from a minute to a day."""


def stream(seed: int, name: str) -> np.random.Generator:
    """Random numbers that depend on seed and name only: who else is there does not move them."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(crc32(name.encode()),)))


class Value(NamedTuple):
    """The asset, minute by minute: `shocks` of variance 1, `log` over its start, `vol` in bps, `regime` 0 or 1."""

    shocks: Floats
    log: Floats
    vol: Floats
    regime: NDArray[np.int8]


def value(p: CoarseParameters, seed: int, n: int) -> Value:
    """What the asset is worth: nobody's trades move it."""
    shocks = stream(seed, "value/shocks").standard_t(p.tail, n) * ((p.tail - 2.0) / p.tail) ** 0.5
    is_jump = stream(seed, "value/jump_times").random(n) < p.jumps_a_day / 1440
    jumps = np.where(is_jump, stream(seed, "value/jumps").standard_normal(n) * p.jump * p.vol, 0.0)
    path, vol, regime = value_path(p, shocks, jumps, stream(seed, "value/regimes").random(n))
    return Value(shocks, path, vol, regime)


class Takers(NamedTuple):
    """Base bought and sold by takers in each minute, and how many prints that made."""

    buys: Floats
    sells: Floats

    @property
    def net(self) -> Floats:
        return self.buys - self.sells


def takers(p: CoarseParameters, seed: int, worth: Value, without: Collection[str]) -> Takers:
    """The flow of those takers who are there; each group has its share of the volume, whoever else is."""
    n = worth.vol.size
    slow = remember(stream(seed, "volume/slow").standard_normal(n), 180.0)
    volume = volumes(p, worth.vol, slow, stream(seed, "volume/fast").standard_normal(n))
    leans = {
        "noise_takers": np.tanh(0.5 * stream(seed, "noise_takers").standard_normal(n)),
        "investors": np.tanh(long_memory(p, seed, n)),
        "informed": np.sign(worth.shocks),
    }
    sizes = {
        "noise_takers": np.full(n, 1.0 - p.investors_share - p.informed_share),
        "investors": np.full(n, p.investors_share),
        "informed": p.informed_share * np.minimum(np.abs(worth.shocks), 4.0),
    }
    buys, sells = np.zeros(n), np.zeros(n)
    for group in leans:
        if group not in without:
            buys += np.rint(volume * sizes[group] * (1.0 + leans[group]) / 2 / p.lot) * p.lot
            sells += np.rint(volume * sizes[group] * (1.0 - leans[group]) / 2 / p.lot) * p.lot
    return Takers(buys, sells)


def long_memory(p: CoarseParameters, seed: int, n: int) -> Floats:
    """A series of variance 1 whose autocorrelation falls about as lag^-memory up to a day: large orders, split."""
    weights = np.array([half_life**-p.memory for half_life in _MEMORIES_MIN])
    weights = np.sqrt(weights / weights.sum())
    total = np.zeros(n)
    for half_life, weight in zip(_MEMORIES_MIN, weights, strict=True):
        total += weight * remember(stream(seed, f"investors/{half_life}").standard_normal(n), float(half_life))
    return total


def prints(p: CoarseParameters, seed: int, volume: Floats) -> NDArray[np.int64]:
    """Prints per minute, about volume over the mean size; at least one if there was any volume."""
    mean = volume / p.trade
    count = np.rint(mean + np.sqrt(mean) * stream(seed, "prints").standard_normal(mean.size)).astype(np.int64)
    return np.where(volume > 0.0, np.maximum(count, 1), 0)


def outside(p: CoarseParameters, seed: int, worth: Value, net: Floats) -> Outside:
    """All that `market_path` takes from outside."""
    n = net.size
    wish = remember(stream(seed, "leveraged").standard_normal(n), p.leverage_wish)
    trend = remember(np.diff(worth.log, prepend=0.0) * 1e4 / p.vol, 1440.0)
    noise = remember(stream(seed, "premium").standard_normal(n), p.premium_noise_life)
    share = remember(stream(seed, "makers/share").standard_normal(n), 360.0)
    weight = np.empty((n, MAKERS))
    for k in range(MAKERS):
        weight[:, k] = np.exp(0.3 * remember(stream(seed, f"makers/{k + 1}").standard_normal(n), 360.0))
    weight /= weight.sum(axis=1, keepdims=True)
    return Outside(
        takers=net,
        wish=wish + p.leverage_trend * trend,
        premium=p.premium_noise * noise,
        maker_share=np.clip(p.maker_share + p.maker_share_sd * share, 0.2, 0.95),
        maker_weight=weight,
        index_gap=p.index_noise * stream(seed, "index").standard_normal(n),
    )


def half_lives(p: CoarseParameters, seed: int) -> Floats:
    """Minutes in which each maker hedges half: the fast family first, each log-uniform in its family's range."""
    draws = stream(seed, "makers/half_lives").random(MAKERS)
    low = np.repeat([p.fast_half_life[0], p.slow_half_life[0]], MAKERS // 2)
    high = np.repeat([p.fast_half_life[1], p.slow_half_life[1]], MAKERS // 2)
    return low * (high / low) ** draws
