"""Hidden states of a series: a Markov chain with a normal value in each state (Hamilton 1989).

Arrays of values are (positions,), of probabilities (positions, states). NaN is a position without a value: the chain
moves on there and learns nothing.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_MATRIX = types.Array(types.float64, 2, "C", readonly=True)


@njit(types.float64[::1](_MATRIX), cache=True, nogil=True)
def stationary(moves):
    """How often the chain is in each state in the long run. moves: probabilities from each state (rows) to each."""
    states = moves.shape[0]
    power, square = moves.copy(), np.empty((states, states))
    for _ in range(60):  # the chain after 2^60 positions
        for a in range(states):
            for b in range(states):
                total = 0.0
                for c in range(states):
                    total += power[a, c] * power[c, b]
                square[a, b] = total
        for a in range(states):
            whole = square[a].sum()
            for b in range(states):
                power[a, b] = square[a, b] / whole
    return power[0].copy()


@njit(types.float64(types.float64, _FLOATS, _FLOATS, types.float64[::1]), cache=True, nogil=True)
def _weigh(x, means, sds, weights):
    """Put the likelihoods of x by state, over the largest, into `weights`; the log of the largest."""
    largest = -np.inf
    for s in range(means.size):
        away = (x - means[s]) / sds[s]
        weights[s] = -0.5 * away * away - np.log(sds[s]) - 0.9189385332046727  # half the log of 2 pi
        largest = max(largest, weights[s])
    for s in range(means.size):
        weights[s] = np.exp(weights[s] - largest)
    return largest


@njit(types.float64[:, ::1](_FLOATS, types.int64, _FLOATS, _FLOATS, _MATRIX), cache=True, nogil=True)
def filtered(x, step, means, sds, moves):
    """Probability of each state given the values up to its position, and no later one.

    The chain moves once in `step` positions, so position i continues i - step; the first `step` begin with the
    long-run shares. With windows of `step` positions no value is counted twice.
    """
    states = means.size
    found, weights = np.empty((x.size, states)), np.empty(states)
    usual = stationary(moves)
    for i in range(x.size):
        if i < step:
            for b in range(states):
                found[i, b] = usual[b]
        else:
            for b in range(states):
                total = 0.0
                for a in range(states):
                    total += found[i - step, a] * moves[a, b]
                found[i, b] = total
        if x[i] == x[i]:
            _weigh(x[i], means, sds, weights)
            total = 0.0
            for b in range(states):
                found[i, b] *= weights[b]
                total += found[i, b]
            for b in range(states):
                found[i, b] = found[i, b] / total if total > 0.0 else 1.0 / states
    return found


@njit(
    types.Tuple((types.float64, types.float64[:, ::1], types.float64[:, ::1]))(_FLOATS, _FLOATS, _FLOATS, _MATRIX),
    cache=True,
    nogil=True,
)
def smoothed(x, means, sds, moves):
    """(log likelihood, probability of each state given ALL values, expected moves from each state to each).

    For fitting to a past that is over, never for a signal. Any first state is as likely as another.
    """
    size, states = x.size, means.size
    found, likely, scale = np.empty((size, states)), np.empty((size, states)), np.empty(size)
    log_likelihood = 0.0
    weights = np.empty(states)
    for i in range(size):
        largest = 0.0
        weights[:] = 1.0
        if x[i] == x[i]:
            largest = _weigh(x[i], means, sds, weights)
        total = 0.0
        for b in range(states):
            likely[i, b] = weights[b]
            before = 1.0 / states
            if i:
                before = 0.0
                for a in range(states):
                    before += found[i - 1, a] * moves[a, b]
            found[i, b] = before * weights[b]
            total += found[i, b]
        total = max(total, 1e-300)
        for b in range(states):
            found[i, b] /= total
        scale[i] = total
        log_likelihood += largest + np.log(total)
    moved, later, now = np.zeros((states, states)), np.ones(states), np.empty(states)
    for i in range(size - 2, -1, -1):
        for a in range(states):
            now[a] = 0.0
            for b in range(states):
                to = moves[a, b] * likely[i + 1, b] * later[b] / scale[i + 1]
                now[a] += to
                moved[a, b] += found[i, a] * to
        total = 0.0
        for a in range(states):
            later[a] = now[a]
            found[i, a] *= now[a]
            total += found[i, a]
        if total > 0.0:
            for a in range(states):
                found[i, a] /= total
    return log_likelihood, found, moved


@njit(
    types.Tuple((types.float64, types.float64[::1], types.float64[::1], types.float64[:, ::1]))(
        _FLOATS, _FLOATS, _FLOATS, _MATRIX, types.float64, types.float64, types.int64, types.float64
    ),
    cache=True,
    nogil=True,
)
def fit_states(x, means, sds, moves, sticky, least_sd, rounds, tolerance):
    """(score, means, sds, moves) that explain x best, climbed to from the given ones (Baum et al. 1970).

    The score is the log likelihood plus the prior's: `sticky` more stays than moves are thought to have been seen in
    every state, and one move to each other. No sd falls below `least_sd`. It ends when a round gains less than
    `tolerance`, or after `rounds`.
    """
    states = means.size
    means, sds, moves = means.copy(), sds.copy(), moves.copy()
    best = -np.inf
    for done in range(rounds + 1):
        score, found, moved = smoothed(x, means, sds, moves)
        for a in range(states):
            for b in range(states):
                score += (sticky + 1.0 if a == b else 1.0) * np.log(moves[a, b])
        gain, best = score - best, max(score, best)
        if gain < tolerance or done == rounds:
            break
        for a in range(states):
            weight, total = 0.0, 0.0
            for i in range(x.size):
                if x[i] == x[i]:
                    weight += found[i, a]
                    total += found[i, a] * x[i]
            if weight > 1e-9:
                means[a] = total / weight
                spread = 0.0
                for i in range(x.size):
                    if x[i] == x[i]:
                        spread += found[i, a] * (x[i] - means[a]) ** 2
                sds[a] = max(np.sqrt(spread / weight), least_sd)
            row = 0.0
            for b in range(states):
                moves[a, b] = moved[a, b] + (sticky + 1.0 if a == b else 1.0)
                row += moves[a, b]
            for b in range(states):
                moves[a, b] /= row
    return best, means, sds, moves


@njit(
    types.int64[::1](_MATRIX, types.Array(types.boolean, 1, "C", readonly=True), types.float64, types.float64),
    cache=True,
    nogil=True,
)
def held_states(found, is_there, enter, leave):
    """One state a position, from 0 on, that does not flicker.

    It rises to the highest state that is reached or passed with a probability above `enter`, and falls while that of
    its own or a higher one is below `leave`. Where nothing is there it stays.
    """
    held = np.empty(found.shape[0], np.int64)
    state = 0
    for i in range(found.shape[0]):
        if is_there[i]:
            at_least = 0.0
            for s in range(found.shape[1] - 1, -1, -1):
                at_least += found[i, s]
                if s > state:
                    if at_least > enter:
                        state = s
                        break
                elif s > 0 and at_least < leave:
                    state = s - 1
                else:
                    break
        held[i] = state
    return held
