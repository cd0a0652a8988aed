"""The score of regimes by hand, and what it says of markets whose regimes are known."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from backtest.scores.regime import alarms, score_regime, true_regimes
from pipeline.scores.score_coarse import regimes_of, score_coarse

START = datetime(2024, 1, 1)
UTC_START = START.replace(tzinfo=UTC)


def flags(text):
    return np.array([one == "1" for one in text])


def scored(found, naive, truth, p_high=None):
    """Measures by metric; a character a minute, "-" says nothing."""
    ends = [START + timedelta(minutes=i + 1) for i in range(len(truth))]
    made = [None if one == "-" else int(one) for one in found]
    regimes = pl.DataFrame(
        {
            "bar_end": ends,
            "p_high": [None if one is None else float(one) for one in made] if p_high is None else p_high,
            "regime": pl.Series(made, dtype=pl.Int64),
            "naive_is_high": [one == "1" for one in naive],
        }
    )
    high = pl.DataFrame({"bar_end": ends, "is_high": flags(truth)})
    return {one.metric: (one.value, one.naive, one.n) for one in score_regime(regimes, high)}


def test_alarms_by_hand():
    made = alarms(flags("0100011110000110"), flags("0000111100001000"))
    #                   met a minute late, the second never; alarms at 1 and 13 are of no spell
    assert made.delays.tolist() == [1]
    assert (made.n_spells, made.n_false) == (2, 2)


def test_a_spell_that_stands_at_the_beginning_has_no_delay_and_one_met_at_once_has_none():
    made = alarms(flags("0110110"), flags("1100110"))
    assert (made.delays.tolist(), made.n_spells, made.n_false) == ([0], 1, 0)


def test_every_measure_by_hand():
    #                found               naive               truth
    made = scored("0000111100000011", "0110001100010000", "0001111000000111")
    assert made["delay_median_min"] == (1.0, None, 2), "the naive met one of two"
    assert made["spells_met"] == (1.0, 0.5, 2)
    assert made["false_alarms_a_day"] == (0.0, 2 * 90.0, 0)
    assert made["accuracy"] == (13 / 16, 6 / 16, 16)
    assert made["auc"][2] == 7


def test_minutes_of_which_nothing_is_said_are_left_out():
    made = scored("--001111", "11001111", "11001111")
    assert made["accuracy"] == (1.0, 1.0, 6)
    assert made["spells_met"] == (1.0, 1.0, 1)


def test_a_world_without_a_switch_has_no_delay():
    made = scored("0000", "0000", "0000")
    for metric in ("delay_median_min", "spells_met", "false_alarms_a_day", "auc"):
        assert made[metric] == (None, None, 0)


def test_who_never_raises_an_alarm_has_no_rate_of_false_ones():
    made = scored("0000", "0100", "0011")
    assert made["false_alarms_a_day"] == (None, 360.0, 0)
    assert made["spells_met"] == (0.0, 0.0, 1)


def test_when_nothing_was_said_there_is_nothing_to_measure():
    assert all(value is None for value, _, _ in scored("----", "0000", "0011").values())


def test_true_regimes_are_minutes_above_a_multiple_of_the_median():
    seconds = [START + timedelta(seconds=i) for i in range(180)]
    values = pl.DataFrame({"event_ts": seconds, "vol_bps": [1.0] * 60 + [3.0] * 60 + [1.0] * 40 + [3.0] * 20})
    made = true_regimes(values, factor=1.5)
    assert made["bar_end"].to_list() == [START + timedelta(minutes=i) for i in (1, 2, 3)]
    # Means 1, 3 and 5 / 3, their median 5 / 3.
    assert made["is_high"].to_list() == [False, True, False]


def two_states(seed, *, days=16, wild=2.5, lives_h=(12, 6)):
    """(minutes of a market, its truth): a walk of 5 bps a minute, `wild` times that in the wild state."""
    draw = np.random.default_rng(seed)
    size = 1_440 * days
    states = np.zeros(size, np.int64)
    for i in range(1, size):
        states[i] = states[i - 1] ^ int(draw.random() < 1 / (60 * lives_h[states[i - 1]]))
    mids = 40_000 * np.exp(np.cumsum(5e-4 * np.where(states, wild, 1.0) * draw.normal(size=size)))
    ends = pl.datetime_range(
        UTC_START + timedelta(minutes=1), UTC_START + timedelta(minutes=size), "1m", time_zone="UTC", eager=True
    )
    minutes = pl.DataFrame({"bar_end": ends, "known_ts": ends.dt.offset_by("100ms"), "perp_mid": mids})
    return minutes, pl.DataFrame({"bar_end": ends, "is_high": states == 1})


@pytest.mark.slow
def test_on_twenty_markets_of_two_plain_states_it_is_soon_and_seldom_wrong():
    found = []
    for seed in range(20):
        minutes, truth = two_states(seed)
        found.append({one.metric: one for one in score_regime(regimes_of(minutes), truth)})
    means = {
        metric: tuple(np.mean([getattr(one[metric], side) for one in found]) for side in ("value", "naive"))
        for metric in found[0]
    }
    assert means["delay_median_min"][0] < 15
    assert means["false_alarms_a_day"][0] < 1
    assert means["accuracy"][0] > 0.95
    # A quantile that a third of the minutes pass is not fooled here, but it is off again in most wild minutes.
    assert means["accuracy"][0] > means["accuracy"][1] + 0.15
    assert means["auc"][0] > means["auc"][1] + 0.2


@pytest.mark.slow
def test_on_coarse_worlds_it_is_right_more_often_and_wrong_less_than_a_quantile():
    worlds = [
        {one.metric: one for one in score_coarse(seed=seed, days=45, preset="calm")} for seed in (1001, 1002, 1003)
    ]
    for world in worlds:
        assert world["auc"].value > 0.85
        assert world["auc"].value > world["auc"].naive + 0.1
        assert world["false_alarms_a_day"].value < 3
        assert world["false_alarms_a_day"].value < world["false_alarms_a_day"].naive / 3
    delays = [world["delay_median_min"].value for world in worlds]
    assert np.median([delay for delay in delays if delay is not None]) < 60
