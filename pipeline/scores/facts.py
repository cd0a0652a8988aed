"""Stylised facts of the simulated worlds: measured over many seeds, and whether they hold on enough of them."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from statistics import median

from backtest.stylised.fact import Fact, Measured

ENOUGH = 0.8
"""Part of seeds on which a fact must be in range."""

ARGUED = (
    "sign_acf_gamma",
    "impact_exponent",
    "impact_left",
    "ofi_r2",
    "abs_return_acf",
    "trades_updates",
    "size_tail",
)
"""Facts that may be out of range on more seeds: docs/decisions/0017-facts-an-hour-cannot-hold.md."""

_COARSE_DAYS = 150
_WARM_UP = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact over seeds: `world` is book or coarse, `values` one a seed."""

    world: str
    fact: Fact
    values: tuple[float, ...]

    @property
    def share(self) -> float:
        """Part of seeds on which it is in range."""
        return sum(Measured(self.fact, value).is_in_range for value in self.values) / len(self.values)

    @property
    def verdict(self) -> str:
        """ok, argued or NOT OK."""
        if self.share >= ENOUGH:
            return "ok"
        return "argued" if self.fact.name in ARGUED else "NOT OK"


def find(*, preset: str, seeds: int, hours: float, coarse_days: int = _COARSE_DAYS) -> list[Finding]:
    """Facts of `seeds` book worlds of `hours` and as many coarse ones (of a preset of that name), seeds from 1.

    Worlds run side by side in processes of their own. Raises ValueError for a preset there is not.
    """
    from pipeline.simulator.coarse_parameters import PRESETS as COARSE

    numbers = range(1, seeds + 1)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        book = pool.map(partial(book_facts, preset, hours), numbers)
        slow = pool.map(partial(coarse_facts, preset, coarse_days), numbers if preset in COARSE and coarse_days else ())
        return [*_gathered("book", book), *_gathered("coarse", slow)]


def book_facts(preset: str, hours: float, seed: int) -> list[Measured]:
    """Fast facts of one book world."""
    from backtest.stylised.fast import fast_facts
    from pipeline.simulator.presets import PRESETS
    from pipeline.simulator.simulate import START, microseconds
    from pipeline.simulator.survey import survey
    from pipeline.simulator.world import make_world

    world = make_world(PRESETS[preset], seed=seed, start_us=microseconds(START - _WARM_UP))
    seen = survey(world, start_us=microseconds(START), end_us=microseconds(START + timedelta(hours=hours)))
    return fast_facts(
        steps=seen.steps,
        seconds=seen.seconds,
        orders=seen.orders,
        inventories=seen.inventories,
        metaorders=seen.metaorders,
        counts=seen.counts,
        makers_share=seen.makers_share,
        is_liquid=preset != "alt",
    )


def coarse_facts(preset: str, days: int, seed: int) -> list[Measured]:
    """Slow facts of one coarse world."""
    from backtest.stylised.slow import slow_facts
    from pipeline.simulator.coarse import simulate_coarse

    world = simulate_coarse(days=days, seed=seed, preset=preset)
    return slow_facts(world.minutes, world.funding, world.truth)


def table(findings: Iterable[Finding]) -> str:
    """One line a fact: world, name, target, median, share of seeds in range, verdict."""
    lines = [f"{'world':<7}{'fact':<26}{'target':>16}{'median':>10}{'in range':>10}  verdict   unit"]
    for one in findings:
        fact = one.fact
        target = f"{fact.low:g} to {fact.high:g}"
        middle = median(one.values)
        lines.append(
            f"{one.world:<7}{fact.name:<26}{target:>16}{middle:>10.3f}{one.share:>10.0%}  {one.verdict:<10}{fact.unit}"
        )
    return "\n".join(lines)


def _gathered(world: str, measured: Iterable[list[Measured]]) -> list[Finding]:
    """From lists by seed to findings by fact."""
    by_fact = zip(*measured, strict=True)
    return [Finding(world, group[0].fact, tuple(one.value for one in group)) for group in by_fact]
