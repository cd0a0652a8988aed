"""The numbers of a simulated world: presets, and worlds drawn at random around them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pipeline.simulator.consensus import ImpactParams
from pipeline.simulator.draws import Draws
from pipeline.simulator.value import ValueParams


@dataclass(frozen=True, slots=True)
class MarketParams:
    """One market: its name, how busy it is against a liquid one (1), and its premium over the common value (bps)."""

    venue: str
    symbol: str
    activity: float
    premium_bps: float = 0.0
    premium_sd_bps: float = 0.0
    premium_half_life_s: float = 3600.0

    @property
    def name(self) -> str:
        """As binance-usdm/BTCUSDT."""
        return f"{self.venue}/{self.symbol}"


PERP = MarketParams("binance-usdm", "BTCUSDT", 1.0, premium_bps=-2.0, premium_sd_bps=1.0)
SPOT = MarketParams("binance-spot", "BTCUSDT", 0.5)
PERP2 = MarketParams("binance-usdm", "BTCUSDC", 0.4, premium_bps=-1.0, premium_sd_bps=1.0)


@dataclass(frozen=True, slots=True)
class MakersParams:
    """Market makers: how many of the fast and the slow family, half-lives of their hedging (minutes, from-to), and how
    they shade their quotes. `off_venue` and `spot` are shares of them who hedge so; the others take on their market.
    """

    fast: int = 3
    slow: int = 3
    fast_min: tuple[float, float] = (4.0, 12.0)
    slow_min: tuple[float, float] = (20.0, 50.0)
    off_venue: float = 0.67
    spot: float = 0.17
    half_spread: float = 0.3
    levels: int = 4
    step_ticks: int = 2
    lots: int = 900
    skew_ticks: float = 30.0
    full_lots: int = 25_000
    poll_ms: int = 250
    noise_ticks: float = 0.7
    rough_ticks: float = 9.0
    away_ms: int = 1_500


@dataclass(frozen=True, slots=True)
class WorldParams:
    """Everything about a world but its seed. Rates are of a market of activity 1; ticks are of `tick_cents`."""

    name: str = "calm"
    price: float = 42_000.0
    tick_cents: int = 100
    markets: tuple[MarketParams, ...] = (PERP, SPOT)
    value: ValueParams = field(
        default_factory=lambda: ValueParams(
            vol_ticks=1.1,
            wild_factor=2.4,
            calm_s=600,
            wild_s=120,
            wander=0.35,
            news_gap_s=70,
            news_ticks=6.0,
            news_delay_s=1.2,
        )
    )
    impact: ImpactParams = field(
        default_factory=lambda: ImpactParams(
            ticks=0.5,
            typical_lots=100,
            concavity=0.2,
            fading=(0.32, 0.37, 0.24, 0.04),
            fading_s=(3.0, 20.0, 150.0, 1200.0),
        )
    )
    makers: MakersParams = field(default_factory=MakersParams)
    passive_gap_ms: float = 40.0
    passive_life_s: float = 6.0
    passive_lots: int = 28
    passive_join: float = 0.45
    """Part of passive orders that stand at the best price; the others further out."""
    taker_rate: float = 3.0
    """Orders of noise takers a second, their echoes included."""
    branching: tuple[float, ...] = (0.25, 0.25, 0.25)
    branching_s: tuple[float, ...] = (0.1, 1.0, 10.0)
    crowd: int = 6
    longest: int = 1500
    typical_lots: int = 60
    size_tail: float = 2.2
    informed_lots: int = 3_600
    """At most, in one order."""
    investor_pieces: int = 400
    """At most, in one of investors' large orders."""
    iceberg_gap_s: float = 90.0
    iceberg_native: float = 0.5
    iceberg_life_s: float = 600.0
    rpi_share: float = 0.0
    """Part of noise takers' orders again, by retail takers who meet orders outside the public book."""
    without: tuple[str, ...] = ()


AGENTS = (
    "market_makers",
    "hedging",
    "passive",
    "noise_takers",
    "investors",
    "icebergs",
    "informed",
    "layers",
    "wash_like",
    "basis_traders",
    "arbitrageurs",
    "leveraged",
)
"""Who can be sent home (`WorldParams.without`). Without `hedging` the makers stay and keep what they get."""

CALM = WorldParams()
ALT = replace(
    CALM,
    name="alt",
    price=20.0,
    tick_cents=1,
    passive_lots=17,
    taker_rate=2.2,
    makers=replace(CALM.makers, half_spread=0.7, lots=200, levels=3, step_ticks=1, noise_ticks=0.4),
)
SMALL = replace(CALM, name="small")
"""The demo's market: calm, for minutes."""
DEMO_START = datetime(2024, 1, 2, 23, 44, tzinfo=UTC)
"""The demo goes over a midnight."""
PRESETS = {params.name: params for params in (CALM, ALT, SMALL)}


def drawn(params: WorldParams, seed: int) -> WorldParams:
    """The world with what nobody knows of a real one drawn from priors: so no detector is tuned to a single world."""
    uniforms = Draws(seed, "priors").take(16)

    def between(place: int, low: float, high: float) -> float:
        return low * (high / low) ** uniforms[place]

    makers = params.makers
    return replace(
        params,
        makers=replace(
            makers,
            fast=2 + int(uniforms[0] * 3),
            slow=2 + int(uniforms[1] * 3),
            fast_min=(between(2, 2.0, 5.0), between(3, 6.0, 15.0)),
            slow_min=(between(4, 15.0, 25.0), between(5, 30.0, 60.0)),
            lots=int(makers.lots * between(6, 0.7, 1.4)),
            skew_ticks=makers.skew_ticks * between(7, 0.6, 1.6),
        ),
        value=replace(params.value, vol_ticks=params.value.vol_ticks * between(8, 0.7, 1.4)),
        impact=replace(params.impact, ticks=params.impact.ticks * between(9, 0.7, 1.4)),
        passive_lots=int(params.passive_lots * between(10, 0.7, 1.4)),
        taker_rate=params.taker_rate * between(11, 0.7, 1.4),
        typical_lots=int(params.typical_lots * between(12, 0.7, 1.4)),
        iceberg_gap_s=params.iceberg_gap_s * between(13, 0.7, 1.4),
        iceberg_native=between(14, 0.3, 0.7),
    )
