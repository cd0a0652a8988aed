"""Scores against the definitions told slowly, and how often |z| > 2 happens by chance."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.inventory_scores import SD_FLOOR, Windows, _floored, scores

SMALL = Windows(level=4, change=5, rank=9, min_history=2)


def slow(x, coverage, w, min_coverage=0.8):
    """(z_level, z_change, q_level) of each minute."""

    def before(values, i, window):
        part = values[max(i - window, 0) : i]
        return part[~np.isnan(part)]

    def sd(values, i, window):
        part = before(values, i, window)
        return np.std(part, ddof=1) if part.size >= max(min_coverage * window, 2) else np.nan

    n = x.size
    change = np.array([x[i] - x[i - w.level] if i >= w.level else np.nan for i in range(n)])
    spreads = np.array([sd(x, i, w.level) for i in range(n)])
    z_level, z_change, q_level = np.full((3, n), np.nan)
    for i in range(n):
        medians = before(spreads, i, w.rank)
        used = max(spreads[i], 0.05 * np.median(medians) if medians.size else 0)
        if coverage[i] >= min_coverage and used > 0:
            z_level[i] = (x[i] - np.mean(before(x, i, w.level))) / used
        moved = sd(change, i, w.change)
        if coverage[i] >= min_coverage and moved > 0:
            z_change[i] = (change[i] - np.mean(before(change, i, w.change))) / moved
        past = before(np.round(z_level, 9), i, w.rank)
        if past.size and not np.isnan(z_level[i]):
            now = round(z_level[i], 9)
            q_level[i] = (np.sum(past < now) + np.sum(past == now) / 2) / past.size
    return z_level, z_change, q_level


VALUES = st.lists(st.one_of(st.just(np.nan), st.integers(-30, 30).map(float)), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(VALUES, st.lists(st.sampled_from([0.7, 0.8, 1.0]), min_size=40, max_size=40), st.integers(0, 39))
def test_scores_are_what_their_definitions_say(x, coverage, begin):
    x, coverage, begin = np.array(x), np.array(coverage[: len(x)]), min(begin, len(x) - 1)
    made = scores(x, coverage, 7, begin, SMALL, 0.8)
    z_level, z_change, q_level = (wanted[begin:] for wanted in slow(x, coverage, SMALL))
    np.testing.assert_allclose(made.z_level, z_level, atol=1e-9)
    np.testing.assert_allclose(made.z_change, z_change, atol=1e-9)
    assert np.isnan(made.q_level).tolist() == np.isnan(q_level).tolist()


def test_a_rank_is_among_the_scores_before_it():
    x = np.random.default_rng(5).normal(size=300)
    made, wanted = scores(x, np.ones(300), 0, 100, SMALL, 0.8), slow(x, np.ones(300), SMALL)
    np.testing.assert_allclose(made.q_level, wanted[2][100:])


def test_a_quiet_window_makes_no_alarm():
    """A step of 1 after silence: the deviation counts as 5 % of its median, 0.05 times sqrt(1 / 3)... of 4 minutes."""
    x = np.array([0.0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1])
    median = np.std([0, 1, 0, 1], ddof=1)
    assert scores(x, np.ones(11), 0, 10, SMALL, 0.8).z_level.tolist() == pytest.approx([1 / (0.05 * median)])


def test_a_constant_has_no_score():
    made = scores(np.full(40, 0.1), np.ones(40), 0, 0, SMALL, 0.8)
    assert np.isnan([made.z_level, made.z_change, made.q_level]).all()


@pytest.mark.parametrize("lengths", [(1, 5, 9, 2), (4.0, 5, 9, 2), (4, 5, 9, 10), (True, 5, 9, 2)])
def test_lengths_that_are_none_are_refused_in_words(lengths):
    with pytest.raises(
        ValueError, match="expected whole minutes, at least 2, and min_history_min up to rank_window_min"
    ):
        Windows(*lengths)


@pytest.mark.parametrize(
    ("half_life", "share"), [(0, 0.047), (10, 0.059), (30, 0.079), (120, 0.121), (360, 0.143), (np.inf, 0.157)]
)
def test_vector_21_chance_alone_exceeds_two_deviations_of_six_hours_so_often(half_life, share):
    noise = np.random.default_rng(21).normal(size=200_000)
    kept = 2.0 ** (-1 / half_life) if half_life else 0.0
    x = np.array(list(accumulate(noise.tolist(), lambda held, new: kept * held + new)))
    z = scores(x, np.ones(x.size), 0, 0, Windows(360, 2, 720, 2), 0.8).z_level
    assert np.mean(np.abs(z[~np.isnan(z)]) > 2) == pytest.approx(share, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 299))
def test_the_floor_is_that_of_the_median_wherever_one_is_needed(seed, begin):
    """Quiet stretches, loud ones and gaps, against the median of every window."""
    rng = np.random.default_rng(seed)
    sd = np.abs(rng.normal(size=300)) * 10.0 ** rng.integers(-4, 2, 6).repeat(50)
    sd[rng.random(300) < 0.1] = np.nan
    wanted = [
        max(
            sd[i],
            SD_FLOOR
            * (np.median(past) if (past := sd[max(i - 90, 0) : i][~np.isnan(sd[max(i - 90, 0) : i])]).size else 0),
        )
        for i in range(begin, 300)
    ]
    np.testing.assert_array_equal(_floored(sd, begin, 90), wanted)


def test_the_floor_holds_where_the_median_is_far_above_the_mean():
    """Six of ten before are 10 and four are 0: mean 6, median 10, floor 0.5."""
    sd = np.array([10.0, 0, 10, 0, 10, 0, 10, 0, 10, 10, 0.4])
    assert _floored(sd, 10, 10).tolist() == [0.5]
    assert _floored(np.append(sd[:-1], 0.51), 10, 10).tolist() == [0.51]
