"""Regimes of hand-made series: which past a fit sees, from when on it is used, and that nothing later enters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.bars import DAY, MINUTE, microseconds
from signals.regime_fit import RegimeRules, fit_regimes, fits_table
from signals.regimes import MinuteSeries, regimes
from tests.signals.tape_frames import MIDNIGHT, column

FITS = fits_table("fits", "a number", "number")
RULES = RegimeRules(
    n_states=2,
    step_min=2,
    fit_min=60,
    min_fit_min=20,
    refit_min=30,
    warmup_min=40,
    season_min=1_440,
    sticky=2.0,
    least_sd=0.05,
    enter=0.9,
    leave=0.1,
)
ZERO = microseconds(MIDNIGHT)


def rules(**changes) -> RegimeRules:
    return RegimeRules(**{**{name: getattr(RULES, name) for name in RULES.__slots__}, **changes})


def minutes(values, *, first=1, late_min=0.0, without=()):
    """A series from minute `first` after midnight on."""
    number = np.array([first + i for i in range(len(values)) if first + i not in without], np.int64)
    kept = np.array([values[i - first] for i in number], np.float64)
    ends = ZERO + number * MINUTE
    return MinuteSeries(("v", "s"), ends, ends + round((late_min + 0.01) * MINUTE), kept)


def two_levels(size, seed=1, apart=3.0, every=40):
    """Values around 0 and `apart` in turn, `every` minutes each."""
    high = np.arange(size) // every % 2
    return np.random.default_rng(seed).normal(size=size) * 0.5 + apart * high, high.astype(bool)


def run(series, until, *, start=0, **changes):
    fits, found = regimes(series, ZERO + start * MINUTE, ZERO + until * MINUTE, rules(**changes), FITS)
    return FITS.check(fits), found


def test_a_fit_sees_a_sample_a_step_up_to_its_moment():
    values, _ = two_levels(100)
    fits, _ = run(minutes(values), 70)
    assert column(fits.filter(state=0), "event_ts") == [1_800, 3_600], "of 20 minutes on there is enough, at 30 and 60"
    assert column(fits.filter(state=0), "n_samples") == [15, 30]
    assert column(fits.filter(state=1), "fit_start") == [120, 120]
    assert column(fits.filter(state=1), "fit_end") == [1_800, 3_600]


def test_what_lies_between_samples_is_not_fitted():
    values, _ = two_levels(90)
    other = values.copy()
    other[::2] = 77.0  # minutes 1, 3, 5, ...: refits are at even ones
    assert_frame_equal(run(minutes(other), 89)[0], run(minutes(values), 89)[0])


def test_states_are_numbered_from_the_lowest_and_their_moves_add_up():
    values, _ = two_levels(240)
    fits, _ = run(minutes(values), 239)
    assert fits.height == 2 * 7
    low, high = (np.array(column(fits.filter(state=state), "mean")) for state in (0, 1))
    assert (low < high).all()
    moves = sum(np.array(column(fits, name)) for name in ("stay_prob", "up_prob", "down_prob"))
    assert moves.tolist() == pytest.approx([1] * 14)
    assert (np.array(column(fits.filter(state=0), "down_prob")) == 0).all()
    shares = np.array(column(fits, "share")).reshape(-1, 2).sum(axis=1)
    assert shares.tolist() == pytest.approx([1] * 7)


def test_a_fit_is_used_from_the_minute_after_it_until_the_next():
    values, _ = two_levels(100)
    _, found = run(minutes(values), 100)
    ends = [None if end < 0 else (end - ZERO) // MINUTE for end in found.fit_end.tolist()]
    assert ends == [None] * 30 + [30] * 30 + [60] * 30 + [90] * 10
    assert np.isnan(found.p_high[:30]).all()
    assert not np.isnan(found.p_high[30:]).any()


def test_a_fit_is_known_when_its_past_is():
    values, _ = two_levels(100)
    fits, _ = run(minutes(values, late_min=5), 70)
    assert column(fits.filter(state=0), "known_ts") == pytest.approx([1_800 + 300.6, 3_600 + 300.6])


def test_levels_are_told_apart_minute_by_minute():
    values, is_high = two_levels(1_440)
    _, found = run(minutes(values), 1_440, fit_min=400)
    later = slice(400, None)
    assert ((found.p_high > 0.5)[later] == is_high[later]).mean() > 0.95
    assert ((found.regime == 1)[later] == is_high[later]).mean() > 0.95
    assert found.is_change[later].sum() == pytest.approx(1_040 / 40, abs=1)


def test_minutes_without_a_value_say_nothing_and_change_nothing():
    values, _ = two_levels(400)
    values[350:360] = np.nan
    _, found = run(minutes(values), 400, fit_min=200)
    frame = found.columns(np.ones(400, bool))
    assert frame["p_high"][350:360].to_list() == frame["regime"][350:360].to_list() == [None] * 10
    assert not found.is_change[350:360].any()
    assert frame["fit_end"][350:360].null_count() == 0


def test_the_usual_course_of_the_day_is_no_regime():
    day = np.where(np.arange(1_440) < 720, 0.0, 3.0)
    noise = np.random.default_rng(4).normal(size=4 * 1_440) * 0.5
    samples, minute = np.tile(day, 4) + noise, np.arange(1, 4 * 1_440 + 1)
    plain = fit_regimes(samples, minute, rules(season_min=1_440))
    usual = fit_regimes(samples, minute, rules(season_min=60))
    assert plain.means.tolist() == pytest.approx([0, 3], abs=0.1)
    assert np.ptp(usual.means) < 1.5
    assert usual.of_day(np.array([1, 720, 721, 1_440])).tolist() == pytest.approx([-1.5, -1.5, 1.5, 1.5], abs=0.1)


def test_a_past_that_is_too_short_is_not_fitted():
    values, _ = two_levels(18)
    assert run(minutes(values), 18, refit_min=2)[0].is_empty()
    assert run(minutes(two_levels(20)[0]), 20, refit_min=2)[0].height == 2


def test_a_constant_past_has_states_of_the_least_spread():
    fits, found = run(minutes([1.0] * 40), 40)
    assert column(fits, "mean") == [1, 1]
    assert column(fits, "sd") == [0.05, 0.05]
    assert not np.isnan(found.p_high[30:]).any()


SERIES = st.lists(st.one_of(st.just(np.nan), st.floats(-3, 3)), min_size=100, max_size=140)


@settings(max_examples=25, deadline=None)
@given(SERIES, st.integers(40, 95), st.floats(-50, 50))
def test_nothing_later_changes_what_was_said(values, cut, garbage):
    whole_fits, whole = run(minutes(values), len(values))
    fits, found = run(minutes(values[:cut]), cut)
    spoiled_fits, spoiled = run(minutes([*values[:cut], *[garbage] * (len(values) - cut)]), len(values))
    until = ZERO + cut * MINUTE
    for other_fits, other in ((whole_fits, whole), (spoiled_fits, spoiled)):
        assert_frame_equal(other_fits.filter(other_fits["event_ts"].to_physical() <= until), fits, check_exact=True)
        for name in ("p_high", "regime", "is_change", "fit_end"):
            np.testing.assert_array_equal(getattr(other, name)[:cut], getattr(found, name))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 200))
def test_where_the_history_begins_changes_no_bit(further):
    values, _ = two_levels(400)
    whole = minutes(values, first=-339)
    near = minutes(values[340 - 60 - further :], first=1 - 60 - further)
    fits, found = run(whole, 60)
    near_fits, near_found = run(near, 60)
    assert_frame_equal(near_fits, fits, check_exact=True)
    np.testing.assert_array_equal(near_found.p_high[-60:], found.p_high[-60:])


def test_each_day_begins_with_a_fit_at_midnight():
    values, _ = two_levels(3_000)
    fits, _ = run(minutes(values), 2_900, refit_min=1_440)
    assert column(fits.filter(state=0), "event_ts") == [DAY / 1_000_000, 2 * DAY / 1_000_000]


@pytest.mark.parametrize(
    "wrong",
    [{"refit_min": 7}, {"step_min": 0}, {"n_states": 1}, {"leave": 0.95}, {"least_sd": 0.0}, {"season_min": 11}],
)
def test_rules_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        rules(**wrong)
