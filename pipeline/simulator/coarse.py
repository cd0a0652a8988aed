"""The coarse world: a perpetual in one-minute reduced form, without a book, for questions that take months.

Value moves on its own. Takers bring flow: noise, investors who split large orders, informed ones who know the minute's
news. Leveraged traders want to be long or short, slowly; basis traders sell what is dear against spot; makers meet a
share of all that and hedge it, each at its own speed. What makers hold presses the perpetual's price down, what
leveraged traders wish for raises its premium, the premium makes the funding, and funding changes what is wanted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.simulator.coarse_flow import Floats, Takers, Value, half_lives, outside, prints, stream, takers, value
from pipeline.simulator.coarse_funding import INTERVAL_H, INTERVAL_MIN
from pipeline.simulator.coarse_kernel import Here, Market, market_path, opening_longs, remember
from pipeline.simulator.coarse_parameters import PRESETS, CoarseParameters
from pipeline.simulator.coarse_pressure import pressed_path
from pipeline.simulator.coarse_tables import COARSE_FUNDING, COARSE_MAKERS, COARSE_MINUTES, COARSE_TRUTH, MAKERS
from signals.table import UTC_US

GROUPS = ("noise_takers", "investors", "informed", "leveraged", "basis_traders", "makers")
SWITCHES = (*GROUPS, "inventory_pressure")
"""What can be left out by name: a group, or the pressure of makers' inventory on the price."""

STRESSES = ("funding_cap",)
"""What can be done to the world: two days, in its middle, in which the rate is at its cap."""

_START = datetime(2021, 1, 1, tzinfo=UTC)
_MINUTE_US = 60_000_000
_DAY_MIN = 1440
_KNOWN_US, _SETTLED_US = 100_000, 5_000_000


@dataclass(frozen=True, slots=True)
class CoarseMarket:
    """A world: `minutes` and `funding` are public, `truth` and `makers` are not."""

    minutes: pl.DataFrame
    funding: pl.DataFrame
    truth: pl.DataFrame
    makers: pl.DataFrame


def simulate_coarse(
    *,
    days: int,
    seed: int,
    preset: str = "calm",
    without: Collection[str] = (),
    stress: Collection[str] = (),
    pressure_sd_bps: float | None = None,
) -> CoarseMarket:
    """`days` whole days from 2021-01-01 of the world `preset`; the same seed gives the same bytes.

    without: names in SWITCHES that stay at home; the random numbers of the others stay what they are. stress: names
    in STRESSES. pressure_sd_bps: instead of the preset's pressure, what one standard deviation of the makers'
    inventory does to the price; values and takers stay what they are, and leveraged and basis traders answer the
    premium that comes of it. Raises ValueError for a name there is not and for less than a day.
    """
    _must_be_known("preset", [preset], PRESETS)
    _must_be_known("group or switch", without, SWITCHES)
    _must_be_known("stress", stress, STRESSES)
    if days < 1:
        raise ValueError(f"a coarse world has at least one day, got {days}")
    if pressure_sd_bps is not None and ("inventory_pressure" in without or not 0.0 <= pressure_sd_bps < inf):
        raise ValueError(f"expected a pressure of 0 bps or more, not switched off, got {pressure_sd_bps:g}")
    p, n = PRESETS[preset], days * _DAY_MIN
    worth = value(p, seed, n)
    flow = takers(p, seed, worth, without)
    comes = outside(p, seed, worth, flow.net)
    if "funding_cap" in stress:
        comes.premium[_middle_days(n)] += 2.0 * p.cap + 6.0 * p.premium_demand
    here = Here(*(int(name not in without) for name in Here._fields))
    lives = half_lives(p, seed)
    if pressure_sd_bps is None:
        market = market_path(p, here, comes, lives)
    else:
        market = pressed_path(p, here, comes, lives, sd_bps=pressure_sd_bps)
    minutes = _minutes(p, seed, worth, flow, here, market)
    return CoarseMarket(
        minutes=minutes,
        funding=_funding(minutes, market),
        truth=_truth(p, worth, flow, market),
        makers=_makers(lives),
    )


def write_coarse(
    out: Path,
    *,
    days: int,
    seed: int,
    preset: str = "calm",
    without: Collection[str] = (),
    stress: Collection[str] = (),
) -> CoarseMarket:
    """Simulate and write Parquet: public/coarse_minutes and coarse_funding, truth/coarse and coarse_makers."""
    world = simulate_coarse(days=days, seed=seed, preset=preset, without=without, stress=stress)
    files = {
        "public/coarse_minutes": world.minutes,
        "public/coarse_funding": world.funding,
        "truth/coarse": world.truth,
        "truth/coarse_makers": world.makers,
    }
    for name, frame in files.items():
        path = out / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path, compression="zstd", compression_level=1)
    return world


def _must_be_known(what: str, names: Collection[str], known: Collection[str]) -> None:
    unknown = set(names) - set(known)
    if unknown:
        raise ValueError(f"no {what} called {', '.join(sorted(unknown))}; there are {', '.join(known)}")


def _middle_days(n: int) -> slice:
    """The two days in the middle, or what there is of them."""
    first = n // _DAY_MIN // 2 * _DAY_MIN
    return slice(first, first + 2 * _DAY_MIN)


def _bar_ends(n: int) -> pl.Series:
    first = int(_START.timestamp()) * 1_000_000
    return pl.Series(first + _MINUTE_US * np.arange(1, n + 1)).cast(UTC_US)


def _spot(p: CoarseParameters, seed: int, worth: Value) -> Floats:
    noise = remember(stream(seed, "spot").standard_normal(worth.log.size), 2.0)
    return p.price * np.exp(worth.log) * (1.0 + 1e-4 * p.spot_noise * noise)


def _minutes(p: CoarseParameters, seed: int, worth: Value, flow: Takers, here: Here, market: Market) -> pl.DataFrame:
    """COARSE_MINUTES."""
    ends, spot = _bar_ends(worth.log.size), _spot(p, seed, worth)
    perp = spot * (1.0 + 1e-4 * market.over_spot)
    index = perp / (1.0 + 1e-4 * market.premium)
    buys, sells = flow.buys.copy(), flow.sells.copy()
    for position, first in ((market.leveraged, opening_longs(p, here)), (market.basis, 0.0)):
        bought = np.diff(position, prepend=first)
        buys += np.maximum(bought, 0.0)
        sells += np.maximum(-bought, 0.0)
    frame = pl.DataFrame(
        {
            "bar_end": ends,
            "known_ts": ends.dt.offset_by(f"{_KNOWN_US}us"),
            "perp_mid": perp,
            "spot_mid": spot,
            "index_px": index,
            "mark_px": index * (1.0 + 1e-4 * market.mark_premium),
            "buy_qty": np.rint(buys / p.lot) * p.lot,
            "sell_qty": np.rint(sells / p.lot) * p.lot,
            "n_trades": prints(p, seed, buys + sells),
            "premium": 1e-4 * market.premium,
            "predicted_rate": 1e-4 * market.rate,
        }
    )
    return COARSE_MINUTES.check(frame)


def _funding(minutes: pl.DataFrame, market: Market) -> pl.DataFrame:
    """COARSE_FUNDING: the minutes in which an interval ends."""
    settled = slice(INTERVAL_MIN - 1, None, INTERVAL_MIN)
    frame = minutes.gather_every(INTERVAL_MIN, INTERVAL_MIN - 1).select(
        settled_ts="bar_end",
        known_ts=pl.col("bar_end").dt.offset_by(f"{_SETTLED_US}us"),
        interval_h=pl.lit(float(INTERVAL_H)),
        mean_premium=pl.lit(pl.Series(1e-4 * market.mean_premium[settled])),
        rate="predicted_rate",
        mark_px="mark_px",
    )
    return COARSE_FUNDING.check(frame)


def _truth(p: CoarseParameters, worth: Value, flow: Takers, market: Market) -> pl.DataFrame:
    """COARSE_TRUTH."""
    frame = pl.DataFrame(
        {
            "bar_end": _bar_ends(worth.log.size),
            "value": p.price * np.exp(worth.log),
            "vol_bps": worth.vol,
            "regime": worth.regime,
            "pressure_bps": market.pressure,
            "makers_qty": market.inventory.sum(axis=1),
            **{f"maker_{k + 1}_qty": market.inventory[:, k] for k in range(MAKERS)},
            "makers_perp_qty": market.makers_perp,
            "passive_qty": market.passive,
            "takers_qty": np.cumsum(flow.net),
            "leveraged_qty": market.leveraged,
            "basis_qty": market.basis,
        }
    )
    return COARSE_TRUTH.check(frame)


def _makers(lives: Floats) -> pl.DataFrame:
    """COARSE_MAKERS."""
    numbers = np.arange(1, MAKERS + 1)
    family = ["fast" if number <= MAKERS // 2 else "slow" for number in numbers]
    return COARSE_MAKERS.check(pl.DataFrame({"maker": numbers, "family": family, "half_life_min": lives}))
