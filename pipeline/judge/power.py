"""The power curve's runs: coarse worlds with a stated pressure are simulated, traded and thrown away, side by side."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from backtest.placebo.control_rows import Exits
from backtest.power.controls import Draw, all_plays
from backtest.power.curve import Curve, curve
from backtest.power.market import Costs, Market, Strategy
from backtest.power.tally import Tally, tally
from backtest.trading.fees import BASE_TIERS
from backtest.trading.funding_cash import Stamps
from pipeline.pool import process_pool
from pipeline.simulator.coarse import CoarseMarket, simulate_coarse
from pipeline.simulator.coarse_parameters import PRESETS
from signals.inventory_scores import DAY_MIN, Windows
from signals.maker_inventory import MAKER_INVENTORY_SIGNAL
from signals.reversion import REVERSION_SIGNAL
from signals.reversion_machine import Rules

PRESSURES_BPS = (0.0, 5.0, 20.0, 100.0)
SAMPLE_DAYS = (30, 90, 365)
PRESET = "calm"
LEAK_MIN = 15
TICK = 0.1
"""Quote: the spread that is paid in and out. The coarse world has no grid; at 42,000 that is 0.02 bps."""


def default_strategy() -> Strategy:
    """The defaults of maker_inventory and reversion_signal; plain exits with the rule's stop, wait and pullback."""
    inventory = MAKER_INVENTORY_SIGNAL.params
    rule = {name: value for name, value in REVERSION_SIGNAL.params.items() if name not in ("half_life_min", "warmup_h")}
    rules = Rules(**rule)
    return Strategy(
        half_life_min=REVERSION_SIGNAL.params["half_life_min"],
        burn_in_half_lives=inventory["burn_in_half_lives"],
        windows=Windows(
            *(inventory[f"{name}_min"] for name in ("window", "change_window", "rank_window", "min_history"))
        ),
        min_coverage=inventory["min_coverage"],
        rules=rules,
        exits=Exits(stop=rules.stop, target=rules.pullback, hold_min=60 * rules.hold_h),
    )


def default_costs() -> Costs:
    """A taker in and a taker out at the base tier, and one tick of spread."""
    return Costs(BASE_TIERS[0].round_trips()["taker_taker"], TICK / PRESETS[PRESET].price * 1e4)


@dataclass(frozen=True, slots=True)
class Design:
    """What is simulated and traded: the same for all worlds."""

    days: int
    pressures_bps: tuple[float, ...] = PRESSURES_BPS
    preset: str = PRESET
    leak_min: int = LEAK_MIN
    strategy: Strategy = field(default_factory=default_strategy)
    costs: Costs = field(default_factory=default_costs)

    @property
    def sample_days(self) -> tuple[int, ...]:
        """Lengths of samples that a world is cut into; the last is all of it that has scores."""
        whole = self.days - self.strategy.windows.min_history // DAY_MIN
        return (*(days for days in SAMPLE_DAYS if days < whole), whole)


Tell = Callable[[int, float, float], None]
"""Called with the seed and the pressure of a world that is done, and the seconds it took."""


def power_curve(seeds: Sequence[int], design: Design, *, workers: int, tell: Tell) -> Curve:
    """The curve over these seeds: the same whatever the number of processes."""
    made: dict[tuple[float, int], Future[tuple[dict[str, Tally], float]]] = {}
    with process_pool(max(1, min(workers, len(seeds) * len(design.pressures_bps)))) as pool:
        for seed in seeds:
            for pressure in design.pressures_bps:
                future = pool.submit(_timed, seed, pressure, design)
                future.add_done_callback(partial(_tell, tell, seed, pressure))
                made[pressure, seed] = future
                if future.done():
                    future.result()  # with one process, stop at the first that fails
        done = {key: future.result()[0] for key, future in made.items()}
    return curve({pressure: {seed: done[pressure, seed] for seed in seeds} for pressure in design.pressures_bps})


def world_tallies(seed: int, pressure_bps: float, design: Design) -> dict[str, Tally]:
    """Simulate one world, trade it, and count what each control came to."""
    world = simulate_coarse(days=design.days, seed=seed, preset=design.preset, pressure_sd_bps=pressure_bps)
    market, held = market_of(world), world.truth["makers_qty"].to_numpy()
    first = design.strategy.windows.min_history
    plays = all_plays(market, held, design.strategy, Draw(seed, design.leak_min))
    return {
        name: tally(one, market, design.costs, first_min=first, sample_days=design.sample_days)
        for name, one in plays.items()
    }


def market_of(world: CoarseMarket) -> Market:
    """What a coarse world shows."""
    minutes, funding = world.minutes, world.funding
    return Market(
        ends=minutes["bar_end"].to_physical().to_numpy(),
        mid=minutes["perp_mid"].to_numpy(),
        received=(minutes["sell_qty"] - minutes["buy_qty"]).to_numpy(),
        stamps=Stamps(
            funding["settled_ts"].to_physical().to_numpy(), funding["rate"].to_numpy(), funding["mark_px"].to_numpy()
        ),
    )


def _timed(seed: int, pressure_bps: float, design: Design) -> tuple[dict[str, Tally], float]:
    began = time.perf_counter()
    return world_tallies(seed, pressure_bps, design), time.perf_counter() - began


def _tell(tell: Tell, seed: int, pressure: float, future: Future[tuple[dict[str, Tally], float]]) -> None:
    if not future.cancelled() and future.exception() is None:
        tell(seed, pressure, future.result()[1])
