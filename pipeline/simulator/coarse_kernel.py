"""The loops of the coarse world: a memory, the value, and the market in which everyone answers everyone."""

# mypy: allow-untyped-defs

from math import cos, exp, log, pi, sqrt, tanh
from typing import NamedTuple

import numpy as np
from numba import njit

from pipeline.simulator.coarse_funding import INTERVAL_MIN, funding_rate
from pipeline.simulator.coarse_tables import MAKERS

_DAY = 1440
_BUSIEST = 15 * 60  # minute of the day


class Here(NamedTuple):
    """Who is there: 1, or 0 for those who stay at home."""

    leveraged: int
    basis_traders: int
    makers: int
    inventory_pressure: int


class Outside(NamedTuple):
    """What comes to the market whatever its prices; one number per minute each, makers' in columns."""

    takers: np.ndarray
    """Net flow of noise takers, investors and informed, base."""
    wish: np.ndarray
    """Leveraged traders' wish, in standard deviations."""
    premium: np.ndarray
    """Premium that is nobody's here, bps."""
    maker_share: np.ndarray
    """Share of the flow that meets makers."""
    maker_weight: np.ndarray
    """How makers divide it: rows sum to 1."""
    index_gap: np.ndarray
    """Index over spot, bps."""


class Market(NamedTuple):
    """What comes out; one number per minute each, makers' in columns. Positions in base, premia and rates in bps."""

    leveraged: np.ndarray
    basis: np.ndarray
    inventory: np.ndarray
    makers_perp: np.ndarray
    passive: np.ndarray
    pressure: np.ndarray
    over_spot: np.ndarray
    premium: np.ndarray
    mark_premium: np.ndarray
    mean_premium: np.ndarray
    rate: np.ndarray


@njit(cache=True)
def remember(x, half_life):
    """An AR(1) with this half-life (positions) driven by `x`: of variance 1 if x is white with variance 1."""
    kept = 0.5 ** (1.0 / half_life)
    fresh = sqrt(1.0 - kept * kept)
    out = np.empty(x.size)
    state = x[0]
    for i in range(x.size):
        if i:
            state = kept * state + fresh * x[i]
        out[i] = state
    return out


@njit(cache=True)
def value_path(p, shocks, jumps, switches):
    """(log of value over its start, volatility in bps, regime) per minute.

    shocks: Student, of variance 1; jumps: in bps, 0 where there is none; switches: uniforms.
    """
    path, vol, regime = np.empty(shocks.size), np.empty(shocks.size), np.empty(shocks.size, np.int8)
    level, variance, nervous = 0.0, 1.0, 0
    for i in range(shocks.size):
        life = p.nervous_life if nervous else p.calm_life
        if switches[i] < 1.0 / life:
            nervous = 1 - nervous
        season = 1.0 + 0.3 * cos(2.0 * pi * (i % _DAY - _BUSIEST) / _DAY)
        vol[i] = p.vol * (p.nervous if nervous else 1.0) * sqrt(variance) * season
        level += 1e-4 * (vol[i] * shocks[i] + jumps[i])
        path[i], regime[i] = level, nervous
        square = min(shocks[i] * shocks[i], 30.0)  # one shock alone does not make a stormy month
        variance = 1.0 - p.garch_shock - p.garch_keep + (p.garch_shock * square + p.garch_keep) * variance
    return path, vol, regime


@njit(cache=True)
def volumes(p, vol, slow, fast):
    """Takers' gross volume per minute, base: with volatility, and with two noises of variance 1."""
    out = np.empty(vol.size)
    for i in range(vol.size):
        noise = p.volume_slow * slow[i] + p.volume_fast * fast[i]
        out[i] = p.volume * exp(p.volume_power * log(vol[i] / p.vol) + noise - 0.5)
    return out


@njit(cache=True)
def _carry_target(p, carry):
    """What basis traders want on the perpetual, in units of their capacity: short where carry (bps) is high."""
    beyond = max(0.0, abs(carry) - p.basis_threshold)
    return -tanh(beyond / p.basis_scale) if carry > 0.0 else tanh(beyond / p.basis_scale)


@njit(cache=True)
def _in_lots(p, qty):
    """The nearest multiple of the lot."""
    return np.rint(qty / p.lot) * p.lot


@njit(cache=True)
def opening_longs(p, here):
    """What leveraged traders hold before the first minute, base; everyone else whom takers meet is short of it."""
    return p.leverage_held * p.leverage * p.volume * here.leveraged


@njit(cache=True)
def market_path(p, here, outside, half_lives):
    """Play all minutes: `outside` comes, leveraged and basis traders answer the last rate, makers take their share.

    A maker keeps 2^(-1 / half-life) of its inventory from minute to minute and hedges the rest off the venue.
    half_lives: minutes, one per maker. Returns a Market.
    """
    n, unit = outside.takers.size, p.leverage * p.volume
    leveraged, basis, inventory = np.empty(n), np.empty(n), np.empty((n, MAKERS))
    makers_perp, passive, pressure = np.empty(n), np.empty(n), np.empty(n)
    over_spot, premium, mark_premium = np.empty(n), np.empty(n), np.empty(n)
    mean_premium, rate = np.empty(n), np.empty(n)
    kept = 0.5 ** (1.0 / half_lives)
    follow, come, fade = 1 - 0.5 ** (1 / p.leverage_speed), 1 - 0.5 ** (1 / p.basis_speed), 0.5 ** (1 / p.mark_life)
    held = np.zeros(MAKERS)
    longs, carried, perp, marked = opening_longs(p, here), 0.0, 0.0, p.premium_mean
    others, seen, now, total = -longs, p.interest, p.premium_mean, 0.0
    for i in range(n):
        above = seen - p.interest
        wish = p.leverage_held + outside.wish[i] - p.leverage_cost * above / 10.0
        bought = _in_lots(p, here.leveraged * (wish * unit - longs) * follow)
        target = p.basis_capacity * unit * _carry_target(p, above + now - p.premium_mean)
        carry = _in_lots(p, here.basis_traders * (target - carried) * come)
        longs += bought
        carried += carry
        flow = outside.takers[i] + bought + carry
        to_makers = -flow * outside.maker_share[i] * here.makers
        net = 0.0
        for k in range(MAKERS):
            held[k] = kept[k] * held[k] + to_makers * outside.maker_weight[i, k]
            inventory[i, k] = held[k]
            net += held[k]
        perp += to_makers
        others -= flow + to_makers
        pressure[i] = -here.inventory_pressure * p.pressure * net / p.volume
        asked = here.leveraged * (wish - p.leverage_held) + carried / unit
        over_spot[i] = p.premium_mean + p.premium_demand * asked + outside.premium[i] + pressure[i]
        premium[i] = 1e4 * ((1.0 + 1e-4 * over_spot[i]) / (1.0 + 1e-4 * outside.index_gap[i]) - 1.0)
        marked = fade * marked + (1.0 - fade) * premium[i]
        total = premium[i] + (total if i % INTERVAL_MIN else 0.0)
        mean_premium[i] = total / (i % INTERVAL_MIN + 1)
        rate[i] = funding_rate(mean_premium[i], p.interest, p.clamp, p.cap)
        seen, now = rate[i], marked
        leveraged[i], basis[i], makers_perp[i], passive[i], mark_premium[i] = longs, carried, perp, others, marked
    prices = pressure, over_spot, premium, mark_premium, mean_premium, rate
    return Market(leveraged, basis, inventory, makers_perp, passive, *prices)
