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
    params={
        **{name: {"half_life_min": HALF_LIVES} for name in ("maker_flow", "maker_inventory")},
        "replenishment": {"min_refills": 3, "min_llr": 3.0},
    },
)
"""The demo's windows; chains as by default, which are graded: three refills, and more likely than chance."""


def write_world(folder: Path, *, seed: int, minutes: int, without: tuple[str, ...] = ()) -> None:
    """Perpetual and spot, a depth message every 100 ms, and the truth."""
    params = replace(SMALL, without=without)
    simulate(folder, params, seed=seed, duration=timedelta(minutes=minutes), feeds=[TENTH])
