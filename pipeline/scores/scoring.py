"""The scorecard's runs: worlds are simulated, scored and thrown away, several side by side."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from backtest.scores.scorecard import Run
from backtest.scores.targets import COARSE_WORLD_MS
from pipeline.plan import Wanted
from pipeline.pool import process_pool
from pipeline.progress import Silent
from pipeline.scores.score import picture, score_world
from pipeline.scores.score_coarse import score_coarse
from pipeline.scores.score_faults import NO_FAULT, ScoreFault
from pipeline.scores.score_tables import score_tables
from pipeline.simulator.presets import CALM, WorldParams, drawn
from pipeline.simulator.simulate import FEEDS, simulate

CALIBRATION_SEEDS = range(1001, 1021)
"""Markets on which constants may be chosen."""

EVALUATION_SEEDS = range(1, 21)
"""Markets that are scored, and on which nothing is chosen."""

SCORED_FEEDS = ("event", "100ms", "1s")
HOURS = 3.0
COARSE_DAYS = 75
"""Of a coarse world, by the minute: four weeks to learn from, and forty-seven days to be right in."""

HALF_LIFE_MIN = 10
"""Of the inventory that is graded."""

SPURIOUS_CHAINS_PER_HOUR = 4.0
"""Chains of refills stated an hour where nobody hides, at 100 ms: others' orders of like sizes strung together.

12 in half an hour each of seeds 1001 to 1006: 2, 0, 1, 1, 4 and 4, at the default `min_llr`; with every event 5:
0, 0, 1, 0, 3 and 1. Small against the 20 to 40 icebergs an hour that are there to be found.
"""

_HALF_LIVES = [2, 5, 10, 20, 30, 60, 120]
_VOLATILITY_WINDOWS = [5, 15, 60, 240, 1_440]
SCORED = Wanted(
    preset="default",
    params={
        "maker_flow": {"half_life_min": _HALF_LIVES},
        "maker_inventory": {"half_life_min": _HALF_LIVES, "burn_in_half_lives": 1},
        "inventory_state": {"burn_in_min": HALF_LIFE_MIN},
        "volatility": {"window_min": [2, *_VOLATILITY_WINDOWS]},
        "volatility_regime": {
            "feature_window_min": 2,
            "step_min": 2,
            "fit_min": 120,
            "min_fit_min": 40,
            "refit_min": 10,
            "warmup_min": 60,
            "season_min": 1_440,
            "sticky": 5.0,
            "naive_window_min": 120,
        },
    },
)
"""The defaults, but for what three hours force: shorter half-lives, and one as burn-in instead of five; regimes of
2-minute volatilities, fitted every 10 minutes to up to two hours, in a world whose wild regime lasts two minutes on
average: `score_coarse` has worlds for the defaults. Scores of the inventory against its last days are null in three
hours, and are not graded."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """What is scored: hours of a world drawn around `world`, seen through feeds, perhaps with a fault; and how.

    coarse_days: of a coarse world beside it, for what takes weeks to learn; 0: none.
    """

    feeds: tuple[str, ...] = SCORED_FEEDS
    hours: float = HOURS
    fault: ScoreFault = NO_FAULT
    world: WorldParams = field(default_factory=lambda: CALM)
    wanted: Wanted = SCORED
    half_life_min: int = HALF_LIFE_MIN
    coarse_days: int = 0

    @property
    def seen(self) -> tuple[str, ...]:
        """The feeds, or those of the fault."""
        return self.fault.feeds or self.feeds


Tell = Callable[[int, float], None]
"""Called with a seed that is done and the seconds it took."""


def score_seeds(seeds: Sequence[int], scoring: Scoring, *, workers: int, tell: Tell) -> list[Run]:
    """A Run per seed and feed, by seed: the same whatever the number of processes.

    Raises what `score_world` raises for the first seed that fails.
    """
    made: list[Future[tuple[list[Run], float]]] = []
    with process_pool(max(1, min(workers, len(seeds)))) as pool:
        for seed in seeds:
            future = pool.submit(_timed, seed, scoring)
            future.add_done_callback(partial(_tell, tell, seed))
            made.append(future)
            if future.done():
                future.result()  # with one process, stop at the first that fails
        return [run for future in made for run in future.result()[0]]


def score_seed(seed: int, scoring: Scoring) -> list[Run]:
    """Simulate one world and score it through each feed; a Run per feed, and one of the coarse world beside it."""
    intervals = [interval_ms(feed) for feed in scoring.seen]
    with _world(seed, scoring, scoring.seen) as folder:
        runs = score_world(
            folder,
            intervals,
            seed=seed,
            half_life_min=scoring.half_life_min,
            wanted=scoring.wanted,
            progress=Silent(),
        )
    if scoring.coarse_days:
        made = score_coarse(seed=seed, days=scoring.coarse_days, preset=scoring.world.name)
        runs.append(Run(COARSE_WORLD_MS, seed, tuple(made)))
    return runs


def picture_of(detector: str, seed: int, feed: str, scoring: Scoring, note: str) -> str:
    """SVG text of what a detector found of one world through one feed. Raises KeyError for one without a picture."""
    with _world(seed, scoring, (feed,)) as folder:
        tables = score_tables(folder, interval_ms(feed), scoring.wanted, Silent())
    return picture(tables, detector, half_life_min=scoring.half_life_min, note=note)


def interval_ms(feed: str) -> int:
    """How often a feed sends depth, by its name; 0: with every event."""
    return FEEDS[feed].interval_us // 1_000


@contextmanager
def _world(seed: int, scoring: Scoring, feeds: Sequence[str]) -> Iterator[Path]:
    """A simulated world in a folder that is thrown away."""
    fault = scoring.fault
    params = replace(drawn(scoring.world, seed), rpi_share=fault.rpi_share)
    with TemporaryDirectory(prefix="footprint-world-") as root:
        simulate(
            Path(root),
            params,
            seed=seed,
            duration=timedelta(hours=scoring.hours),
            feeds=[replace(FEEDS[name], loss=fault.loss, skew_us=fault.skew_us) for name in feeds],
        )
        yield Path(root)


def _tell(tell: Tell, seed: int, future: Future[tuple[list[Run], float]]) -> None:
    if not future.cancelled() and future.exception() is None:
        tell(seed, future.result()[1])


def _timed(seed: int, scoring: Scoring) -> tuple[list[Run], float]:
    began = time.perf_counter()
    return score_seed(seed, scoring), time.perf_counter() - began
