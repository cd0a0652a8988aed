"""Small simulated worlds for tests of the scorecard."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pipeline.plan import Wanted
from pipeline.simulator.presets import SMALL
from pipeline.simulator.simulate import TENTH, simulate

HALF_LIVES = [2, 5, 10]
WANTED = Wanted(
    preset="demo",
    params={name: {"half_life_min": HALF_LIVES} for name in ("maker_flow", "maker_inventory")},
)


def write_world(folder: Path, *, seed: int, minutes: int, without: tuple[str, ...] = ()) -> None:
    """Perpetual and spot, a depth message every 100 ms, and the truth."""
    params = replace(SMALL, without=without)
    simulate(folder, params, seed=seed, duration=timedelta(minutes=minutes), feeds=[TENTH])
