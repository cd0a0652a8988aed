"""Hidden states by hand, against plain sums over all paths, and what they recover of a chain that is known."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.mixture import GaussianMixture

from signals.kernels.regimes import filtered, fit_states, held_states, smoothed, stationary

MEANS, SDS = np.array([0.0, 2.0]), np.array([1.0, 0.5])
MOVES = np.array([[0.9, 0.1], [0.2, 0.8]])
VALUES = st.lists(st.one_of(st.just(np.nan), st.floats(-4, 4)), min_size=1, max_size=7)


def chain(size, seed, *, apart=2.5, stay=(0.98, 0.95)):
    """(true states, values of sd 1 around 0 and `apart`)."""
    draw = np.random.default_rng(seed)
    states = np.zeros(size, np.int64)
    for i in range(1, size):
        states[i] = states[i - 1] if draw.random() < stay[states[i - 1]] else 1 - states[i - 1]
    return states, apart * states + draw.normal(size=size)


def fitted(x, rounds=200, sticky=10.0, tolerance=1e-6):
    start = np.array([np.nanquantile(x, 0.25), np.nanquantile(x, 0.9)])
    return fit_states(x, start, np.ones(2), np.array([[0.9, 0.1], [0.1, 0.9]]), sticky, 0.05, rounds, tolerance)


def density(value, state):
    """Normal density; 1 where there is no value."""
    if np.isnan(value):
        return 1.0
    return np.exp(-0.5 * ((value - MEANS[state]) / SDS[state]) ** 2) / (SDS[state] * np.sqrt(2 * np.pi))


def over_all_paths(x, first):
    """(likelihood, states by position given all values, expected moves) by summing over every path."""
    of_state, moved, whole = np.zeros((len(x), 2)), np.zeros((2, 2)), 0.0
    for path in product((0, 1), repeat=len(x)):
        weight = first[path[0]] * density(x[0], path[0])
        for i in range(1, len(x)):
            weight *= MOVES[path[i - 1], path[i]] * density(x[i], path[i])
        whole += weight
        for i, state in enumerate(path):
            of_state[i, state] += weight
            if i:
                moved[path[i - 1], state] += weight
    return whole, of_state / whole, moved / whole


def test_long_run_shares_by_hand():
    # Flows must balance: share of 0 times 0.1 = share of 1 times 0.2.
    assert stationary(MOVES).tolist() == pytest.approx([2 / 3, 1 / 3], abs=1e-15)
    three = np.array([[0.5, 0.5, 0.0], [0.25, 0.5, 0.25], [0.0, 0.5, 0.5]])
    assert stationary(three).tolist() == pytest.approx([0.25, 0.5, 0.25], abs=1e-15)


def test_a_filtered_probability_by_hand():
    # Densities of 1 are 0.2420 (0, sd 1) and 0.1080 (2, sd 0.5): 2/3 * 0.2420 : 1/3 * 0.1080 = 0.1613 : 0.0360.
    first = filtered(np.array([1.0]), 1, MEANS, SDS, MOVES)[0]
    assert first[1] == pytest.approx(0.0360 / 0.1973, abs=2e-4)
    # Without a value the chain moves: 0.1824 * 0.8 + 0.8176 * 0.1.
    second = filtered(np.array([1.0, np.nan]), 1, MEANS, SDS, MOVES)[1]
    assert second[1] == pytest.approx(first[1] * 0.8 + first[0] * 0.1, abs=1e-15)


@settings(deadline=None)
@given(VALUES)
def test_filtered_is_the_sum_over_all_paths_up_to_there(values):
    x = np.array(values)
    found = filtered(x, 1, MEANS, SDS, MOVES)
    for i in range(x.size):
        # The first position is not moved to: its shares are those of the long run.
        _, of_state, _ = over_all_paths(x[: i + 1], stationary(MOVES))
        assert found[i].tolist() == pytest.approx(of_state[i].tolist(), abs=1e-9)


@settings(deadline=None)
@given(VALUES)
def test_smoothed_is_the_sum_over_all_paths(values):
    x = np.array(values)
    log_likelihood, found, moved = smoothed(x, MEANS, SDS, MOVES)
    whole, of_state, plain_moved = over_all_paths(x, [0.5, 0.5])
    assert log_likelihood == pytest.approx(np.log(whole), abs=1e-9)
    np.testing.assert_allclose(found, of_state, atol=1e-9)
    np.testing.assert_allclose(moved, plain_moved, atol=1e-9)


def test_vector_22_what_follows_changes_smoothed_probabilities_and_no_filtered_one():
    _, x = chain(300, 1)
    early = filtered(x[:200], 1, MEANS, SDS, MOVES)
    np.testing.assert_array_equal(early, filtered(x, 1, MEANS, SDS, MOVES)[:200])
    np.testing.assert_array_equal(early, filtered(np.append(x[:200], [9e9] * 50), 1, MEANS, SDS, MOVES)[:200])
    change = np.abs(smoothed(x[:200], MEANS, SDS, MOVES)[1] - smoothed(x, MEANS, SDS, MOVES)[1][:200])
    assert change.max() > 1e-3


def test_a_step_makes_interleaved_chains():
    _, x = chain(90, 2)
    found = filtered(x, 3, MEANS, SDS, MOVES)
    for phase in range(3):
        alone = filtered(x[phase::3].copy(), 1, MEANS, SDS, MOVES)
        np.testing.assert_array_equal(found[phase::3], alone)


def test_a_round_of_fitting_never_lowers_the_score():
    _, x = chain(400, 3, apart=1.0)
    x[50:80] = np.nan
    scores = [fitted(x, rounds=rounds, tolerance=0.0)[0] for rounds in range(25)]
    assert all(after >= before - 1e-9 for before, after in pairwise(scores))
    assert scores[-1] > scores[0] + 1


def test_a_fit_finds_the_chain_it_was_made_of():
    _, x = chain(20_000, 4)
    _, means, sds, moves = fitted(x)
    assert means.tolist() == pytest.approx([0, 2.5], abs=0.05)
    assert sds.tolist() == pytest.approx([1, 1], abs=0.04)
    assert np.diagonal(moves).tolist() == pytest.approx([0.98, 0.95], abs=0.006)


@pytest.mark.parametrize("seed", range(20))
def test_states_more_than_two_sds_apart_are_told_in_85_percent_of_positions(seed):
    states, x = chain(6_000, 100 + seed, apart=2.2)
    _, means, sds, moves = fitted(x[:3_000])
    later = filtered(x[3_000:], 1, means, sds, moves)[:, 1] > 0.5
    assert (later == states[3_000:]).mean() > 0.85


def test_where_order_says_nothing_it_is_the_plain_mixture():
    draw = np.random.default_rng(5)
    x = np.where(draw.random(4_000) < 0.3, 3.0, 0.0) + draw.normal(size=4_000)
    _, means, sds, moves = fitted(x, sticky=0.0)
    plain = GaussianMixture(2, n_init=5, random_state=0, tol=1e-8, max_iter=500).fit(x[:, None])
    order = np.argsort(plain.means_[:, 0])
    assert means.tolist() == pytest.approx(plain.means_[order, 0].tolist(), abs=0.05)
    assert sds.tolist() == pytest.approx(np.sqrt(plain.covariances_[order, 0, 0]).tolist(), abs=0.05)
    assert stationary(moves).tolist() == pytest.approx(plain.weights_[order].tolist(), abs=0.02)


def test_the_same_past_gives_the_same_bits():
    _, x = chain(500, 6)
    for one, again in zip(fitted(x), fitted(x.copy()), strict=True):
        np.testing.assert_array_equal(one, again)


def test_a_regime_is_held_until_it_is_unlikely():
    high = [0.5, 0.95, 0.5, 0.15, 0.05, 0.5, 0.91, 0.99]
    found = np.array([[1 - p, p] for p in high])
    there = np.ones(8, bool)
    assert held_states(found, there, 0.9, 0.1).tolist() == [0, 1, 1, 1, 0, 0, 1, 1]
    there[4] = False
    assert held_states(found, there, 0.9, 0.1).tolist() == [0, 1, 1, 1, 1, 1, 1, 1]


def test_of_three_regimes_it_rises_and_falls_by_what_is_reached_or_passed():
    found = np.array([[0.02, 0.08, 0.9], [0.02, 0.9, 0.08], [0.3, 0.6, 0.1], [0.95, 0.05, 0.0], [0.05, 0.6, 0.35]])
    # 0.9 of state 2 are not above 0.9, but of 1 or 2 there are 0.98. Then 0.98 >= 0.1: stays. Last: 0.95 of 1 or 2.
    assert held_states(found, np.ones(5, bool), 0.9, 0.1).tolist() == [1, 1, 1, 0, 1]
    assert held_states(found, np.ones(5, bool), 0.85, 0.1).tolist() == [2, 1, 1, 0, 1]
    falls = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    assert held_states(falls, np.ones(2, bool), 0.9, 0.1).tolist() == [2, 0]


def test_the_compiled_forms_are_the_plain_ones():
    _, x = chain(60, 7)
    x[10:14] = np.nan
    there = ~np.isnan(x)
    found = filtered(x, 2, MEANS, SDS, MOVES)
    np.testing.assert_allclose(found, filtered.py_func(x, 2, MEANS, SDS, MOVES), rtol=1e-12)
    np.testing.assert_array_equal(held_states(found, there, 0.9, 0.1), held_states.py_func(found, there, 0.9, 0.1))
    start = (x, MEANS, SDS, MOVES, 3.0, 0.05, 5, 0.0)
    for fast, plain in zip(fit_states(*start), fit_states.py_func(*start), strict=True):
        np.testing.assert_allclose(fast, plain, rtol=1e-9)
