"""Market makers, minute by minute: one holds a walk, and the estimate is as far from it as each test says."""

import numpy as np
import polars as pl
import pytest

from backtest.scores.controls import delayed, permuted
from backtest.scores.held import fills_oracle, half_life_oracle, held_by_minute
from backtest.scores.inventory import score_inventory
from tests.backtest.events import times

MINUTES = 240
HELD = np.cumsum(np.random.default_rng(3).normal(size=MINUTES)) - 2


def minutes(values, name="inventory_qty", start=1, **more) -> pl.DataFrame:
    """A value a minute; the first bar ends at minute `start`."""
    ends = times(60 * (start + at) for at in range(len(values)))
    return pl.DataFrame({"bar_end": ends, name: np.asarray(values, float), **more})


def inventories(values=HELD) -> pl.DataFrame:
    """Two makers who hold `values` together at the last second of each minute, and something else in the others."""
    rows = [
        (60 * at + 59, owner, value * share) for at, value in enumerate(values) for owner, share in ((1, 3), (2, -2))
    ]
    rows += [(60 * at + 30, owner, 100.0 * owner) for at in range(len(values)) for owner in (1, 2)]
    frame = pl.DataFrame(rows, schema=["event_ts", "owner", "net_qty"], orient="row")
    return frame.with_columns(event_ts=times(frame["event_ts"]))


NAIVE = minutes(np.linspace(5, -5, MINUTES), "unleaked_qty")


def scored(estimate, naive=NAIVE, **more):
    measures = score_inventory(estimate, naive, inventories(), max_lag_min=30, **more)
    return {measure.metric: measure for measure in measures}


def values(estimate, **more):
    return {name: measure.value for name, measure in scored(estimate, **more).items()}


def test_the_truth_is_the_sum_of_makers_in_the_last_second_before_the_minutes_end():
    truth = held_by_minute(inventories([2.0, 5.0]))
    assert truth["held_qty"].to_list() == [2.0, 5.0]
    assert truth["bar_end"].equals(times([60, 120]))
    on_the_minute = pl.DataFrame({"event_ts": times([59, 60]), "owner": [1, 1], "net_qty": [1.0, 9.0]})
    assert held_by_minute(on_the_minute)["held_qty"].to_list() == [1.0, 9.0]


def test_a_perfect_estimate():
    made = values(minutes(HELD, sd_qty=np.full(MINUTES, 0.1)))
    assert made["correlation"] == pytest.approx(1)
    assert (made["sign_agreement"], made["lag_min"], made["abs_lag_min"], made["band_coverage"]) == (1, 0, 0, 1)


def test_the_scale_does_not_matter_but_the_sign_does():
    assert values(minutes(0.3 * HELD))["correlation"] == pytest.approx(1)
    opposite = values(minutes(-HELD))
    assert opposite["correlation"] == pytest.approx(-1)
    assert opposite["sign_agreement"] == 0


def test_sign_is_graded_where_much_is_held():
    held = np.array([4.0, -4, 0.1, -0.1] * 5)
    guess = np.array([1.0, 1, -1, 1] * 5)
    measures = score_inventory(minutes(guess), minutes(-guess, "unleaked_qty"), inventories(held), max_lag_min=3)
    sign = next(measure for measure in measures if measure.metric == "sign_agreement")
    assert (sign.value, sign.naive, sign.n) == (0.5, 0.5, 10)


@pytest.mark.parametrize("late", [0, 1, 5])
def test_a_feed_delayed_by_d_has_a_lag_grown_by_d(late):
    made = scored(delayed(minutes(HELD), late))
    assert (made["lag_min"].value, made["abs_lag_min"].value) == (late, late)
    assert made["correlation"].n == MINUTES - late


def test_an_early_estimate_has_a_negative_lag():
    made = values(delayed(minutes(HELD), -4))
    assert (made["lag_min"], made["abs_lag_min"]) == (-4, 4)


def test_values_permuted_in_time_score_at_chance():
    made = [values(permuted(minutes(HELD), "inventory_qty", seed=seed)) for seed in range(20)]
    assert abs(np.mean([one["correlation"] for one in made])) < 0.05
    assert max(abs(one["correlation"]) for one in made) < 0.25


def test_without_a_band_or_an_estimate_there_is_no_value_and_no_error():
    assert scored(minutes(HELD))["band_coverage"].value is None
    silent = scored(minutes(HELD).clear())
    assert {measure.value for measure in silent.values()} == {None}
    assert {measure.n for measure in silent.values()} == {0}


def test_the_band_holds_90_percent_of_normal_errors():
    errors = np.random.default_rng(1).normal(size=MINUTES)
    made = values(minutes(HELD + errors, sd_qty=np.ones(MINUTES)))
    assert made["band_coverage"] == pytest.approx(0.9, abs=0.04)


def test_the_baseline_is_graded_on_the_minutes_of_the_estimate_only():
    late = minutes(np.where(np.arange(MINUTES) < 100, np.nan, HELD)).with_columns(
        pl.col("inventory_qty").fill_nan(None)
    )
    wrong_at_first = minutes(np.where(np.arange(MINUTES) < 100, 1e6, HELD), "unleaked_qty")
    made = scored(late, wrong_at_first)["correlation"]
    assert made.naive == pytest.approx(1)
    assert made.n == MINUTES - 100


def test_the_baseline_goes_on_over_midnight():
    start = 24 * 60 - 119
    frame = inventories().with_columns(pl.col("event_ts").dt.offset_by(f"{start - 1}m"))
    restarted = HELD - np.where(np.arange(MINUTES) >= 120, HELD[119], 0)
    measures = score_inventory(
        minutes(HELD, start=start), minutes(restarted, "unleaked_qty", start), frame, max_lag_min=3
    )
    assert measures[0].naive == pytest.approx(1)


OWNERS = pl.DataFrame(
    {"owner": [1, 2, 3], "kind": ["market_maker", "market_maker", "passive"], "half_life_min": [1.0, 3.0, None]}
)


def test_the_half_life_oracle_by_hand():
    """Median half-life 2: 4 come in the first minute's middle; of them 2^(-1/4) is left at its end."""
    flow = minutes([4.0, 0.0, 0.0], "maker_net_qty")
    left = half_life_oracle(flow, OWNERS)["held_qty"].to_numpy()
    assert left == pytest.approx(4 * 2.0 ** np.array([-0.25, -0.75, -1.25]))


def test_the_fills_oracle_knows_makers_and_not_hedges():
    """Maker 1 buys 4 from a taker; its own taking, and what others make, count nothing."""
    fills = pl.DataFrame(
        {
            "event_ts": times([10, 20, 70]),
            "qty": [4.0, 8.0, 16.0],
            "taker_side": [-1, 1, 1],
            "taker": [9, 9, 1],
            "maker": [1, 3, 3],
        }
    )
    ends = pl.Series("bar_end", times([60, 120]))
    assert fills_oracle(fills, OWNERS, ends)["held_qty"].to_list() == pytest.approx([4 * 2**-0.5, 4 * 2**-1.5])


def test_ceilings_stand_beside():
    flow = minutes(np.diff(HELD, prepend=0), "maker_net_qty")
    fills = pl.DataFrame(
        {
            "event_ts": times(60 * at + 30 for at in range(MINUTES)),
            "qty": np.abs(np.diff(HELD, prepend=0)),
            "taker_side": -np.sign(np.diff(HELD, prepend=0)),
            "taker": np.full(MINUTES, 9),
            "maker": np.full(MINUTES, 1),
        }
    )
    owners = OWNERS.with_columns(half_life_min=pl.lit(1e9))
    made = values(minutes(HELD), flow=flow, owners=owners, fills=fills)
    assert made["ceiling_half_life"] == pytest.approx(1)
    assert made["ceiling_fills"] == pytest.approx(1)
