"""How unusual an inventory is over years at once: the numbers of the signal maker_inventory itself."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from backtest.power.rarity import rarity_of_flow, rarity_of_level
from signals.maker_flow import MAKER_FLOW
from signals.maker_inventory import MAKER_INVENTORY, MAKER_INVENTORY_SIGNAL
from signals.table import UTC_US, Span
from signals.taker_flow import TAKER_FLOW
from tests.backtest.power.markets import FIRST, QUICK, market
from tests.signals.rows import rows_of

N = 2_000


@pytest.fixture(scope="module")
def received() -> np.ndarray:
    return np.random.default_rng(3).normal(size=N).round(3)


def of_the_signal(received: np.ndarray) -> pl.DataFrame:
    """MAKER_INVENTORY of one half-life, each minute's flow at its end."""
    ends = market(np.ones(N)).ends // 1_000_000
    flow = rows_of(
        MAKER_FLOW,
        [
            {"bar_end": int(end), "half_life_min": QUICK.half_life_min, "decayed_qty": qty, "coverage": 1.0}
            for end, qty in zip(ends, received.tolist(), strict=True)
        ],
    )
    taken = rows_of(TAKER_FLOW, [{"bar_end": int(end), "cvd_qty": 0.0} for end in ends])
    begin = pl.Series([FIRST]).cast(UTC_US)[0]
    windows = QUICK.windows
    params = MAKER_INVENTORY_SIGNAL.params | {
        "half_life_min": [QUICK.half_life_min],
        "burn_in_half_lives": QUICK.burn_in_half_lives,
        "window_min": windows.level,
        "change_window_min": windows.change,
        "rank_window_min": windows.rank,
        "min_history_min": windows.min_history,
        "min_coverage": QUICK.min_coverage,
    }
    made = MAKER_INVENTORY_SIGNAL.compute(
        {"maker_flow": flow.lazy(), "taker_flow": taken.lazy()},
        span=Span(begin, begin + timedelta(minutes=N)),
        chunk_rows=1,
        **params,
    )
    return made[MAKER_INVENTORY.name]


def test_scores_are_those_of_the_signal_to_the_bit(received):
    found = rarity_of_flow(received, market(np.ones(N)).ends, QUICK)
    wanted = of_the_signal(received)
    np.testing.assert_array_equal(found.z, wanted["z_level"].fill_null(np.nan).to_numpy())
    np.testing.assert_array_equal(found.q, wanted["q_level"].fill_null(np.nan).to_numpy())
    assert np.isnan(found.z[: QUICK.windows.min_history - 1]).all()
    assert not np.isnan(found.z[100:]).any()


def test_what_comes_later_changes_nothing(received):
    ends = market(np.ones(N)).ends
    found, poisoned = (
        rarity_of_flow(flow, ends, QUICK) for flow in (received, np.where(np.arange(N) < 1_500, received, 1e9))
    )
    for name in ("z", "q"):
        np.testing.assert_array_equal(getattr(found, name)[:1_500], getattr(poisoned, name)[:1_500])


def test_the_scale_of_the_inventory_does_not_matter(received):
    ends = market(np.ones(N)).ends
    one, other = (rarity_of_level(held, ends, QUICK) for held in (received, 8 * received))
    np.testing.assert_array_equal(one.z, other.z)
    np.testing.assert_array_equal(one.q, other.q)
