"""Presets of the coarse world: every number that makes it what it is."""

from typing import NamedTuple


class CoarseParameters(NamedTuple):
    """Quantities in base units, times in minutes, prices and premia in bps unless the name says otherwise."""

    price: float
    """Value at the start, quote per base."""
    vol: float
    """Volatility of the value, bps per root minute, in an average minute of the calm regime."""
    tail: float
    """Degrees of freedom of its Student shocks."""
    nervous: float
    """Volatility of the nervous regime, as a multiple."""
    calm_life: float
    nervous_life: float
    """Mean life of a regime."""
    garch_shock: float
    garch_keep: float
    """GARCH(1,1) with mean 1 under the regimes."""
    jumps_a_day: float
    jump: float
    """Jumps and their size (standard deviation) as a multiple of `vol`."""

    volume: float
    """Mean volume of a minute."""
    volume_power: float
    """Volume goes with volatility to this power."""
    volume_slow: float
    volume_fast: float
    """Standard deviation of log volume that has nothing to do with volatility: half-life 3 h, and by the minute."""
    trade: float
    """Mean size of a print."""
    lot: float
    """What quantities are multiples of."""
    investors_share: float
    informed_share: float
    """Shares of volume; noise takers have the rest."""
    memory: float
    """Autocorrelation of the investors' flow falls as lag to minus this power."""

    maker_share: float
    maker_share_sd: float
    """Share of takers' volume that meets market makers, and how it drifts (half-life 6 h)."""
    fast_half_life: tuple[float, float]
    slow_half_life: tuple[float, float]
    """Range in which the makers of a family draw their half-lives."""
    pressure: float
    """What an inventory of one mean minute's volume does to the perpetual's price, against its sign."""

    leverage: float
    """Standard deviation of what leveraged traders want to hold, in mean minutes' volumes: a unit."""
    leverage_held: float
    """What they hold on average."""
    leverage_wish: float
    """Half-life of the wish."""
    leverage_speed: float
    """Half-life in which the position follows it."""
    leverage_trend: float
    """How much a past day's move of one standard deviation adds to the wish."""
    leverage_cost: float
    """How much a rate of 10 bps above interest takes from the wish."""
    premium_mean: float
    premium_demand: float
    """Premium per unit that leveraged traders wish for, and basis traders hold, beyond the average."""
    premium_noise: float
    premium_noise_life: float
    """Other demand: standard deviation and half-life."""
    basis_capacity: float
    """The most basis traders hold, in these units."""
    basis_threshold: float
    """Carry, in bps of the rate and the premium together, under which they stay away."""
    basis_scale: float
    """Carry beyond the threshold at which most of the capacity is used."""
    basis_speed: float
    """Half-life in which they come and go."""

    spot_noise: float
    index_noise: float
    """Standard deviations; spot's has a half-life of 2 minutes."""
    mark_life: float
    """Half-life of the average premium in the mark."""
    interest: float
    clamp: float
    cap: float
    """Of the funding formula, per 8 h."""


CALM = CoarseParameters(
    price=42_000.0,
    vol=5.5,
    tail=4.0,
    nervous=2.0,
    calm_life=6 * 1440.0,
    nervous_life=2 * 1440.0,
    garch_shock=0.012,
    garch_keep=0.987,
    jumps_a_day=0.3,
    jump=12.0,
    volume=10.0,
    volume_power=1.0,
    volume_slow=0.45,
    volume_fast=0.5,
    trade=0.08,
    lot=0.001,
    investors_share=0.16,
    informed_share=0.14,
    memory=0.5,
    maker_share=0.65,
    maker_share_sd=0.08,
    fast_half_life=(2.0, 7.0),
    slow_half_life=(8.0, 20.0),
    pressure=3.0,
    leverage=25.0,
    leverage_held=20.0,
    leverage_wish=0.5 * 1440,
    leverage_speed=120.0,
    leverage_trend=0.3,
    leverage_cost=0.5,
    premium_mean=1.0,
    premium_demand=8.5,
    premium_noise=3.5,
    premium_noise_life=150.0,
    basis_capacity=1.5,
    basis_threshold=3.0,
    basis_scale=15.0,
    basis_speed=120.0,
    spot_noise=0.3,
    index_noise=0.2,
    mark_life=3.0,
    interest=1.0,
    clamp=5.0,
    cap=30.0,
)

ALT = CALM._replace(
    price=1.6,
    vol=12.0,
    nervous=2.2,
    jumps_a_day=0.6,
    volume=40_000.0,
    volume_slow=0.5,
    trade=900.0,
    lot=0.1,
    investors_share=0.18,
    fast_half_life=(2.5, 8.0),
    slow_half_life=(8.0, 22.0),
    pressure=4.0,
    premium_mean=0.0,
    premium_demand=8.0,
    premium_noise=4.0,
    basis_capacity=1.0,
    spot_noise=0.8,
    index_noise=0.5,
    cap=200.0,
)

PRESSED = CALM._replace(pressure=27.0)
"""Calm, but makers press the price by some 14 bps per standard deviation: what a strategy must be able to find."""

PRESETS = {"calm": CALM, "alt": ALT, "pressed": PRESSED}
