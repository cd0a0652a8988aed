"""The chain of quote states: worked on paper, as Stoikov's series term by term, and on a market whose g is known."""

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.grid import Grid
from signals.microprice_chain import ChainShape, Moves, adjustments, count_moves
from signals.quote_states import QuoteStates

TWO = ChainShape(spreads=1, bins=2, max_change=2)
TEN = ChainShape(spreads=1, bins=10, max_change=2)


def states(rows):
    """QuoteStates of rows (twice the mid, spread, bin); bin None: equal sizes in a market of ten bins."""
    low = [4 if at is None else at for _, _, at in rows]
    high = [5 if at is None else at for _, _, at in rows]
    return QuoteStates(*(np.array(part, np.int64) for part in ([r[0] for r in rows], [r[1] for r in rows], low, high)))


def path(rows, shape):
    """The moves of a path without a hole."""
    return count_moves(states(rows[:-1]), states(rows[1:]), shape)


def mirrored(rows, bins=10):
    return [(-mid, spread, None if at is None else bins - 1 - at) for mid, spread, at in rows]


def test_two_states_worked_on_paper():
    # From H (more bids): 2 of 4 stay, 1 of 4 goes to L with the mid unchanged, 1 of 4 to L with the mid a tick up; L is
    # the mirror image. (1 - Q)^-1 = ((8, 4), (4, 8)) / 3, so g1(H) = (8 - 4) / 3 / 4 = 1/3. B = ((1, 2), (2, 1)) / 3
    # multiplies what is antisymmetric by -1/3: g(H) = 1/3 / (1 + 1/3) = 1/4.
    begin, end = [(0, 1, 1)] * 4, [(0, 1, 1), (0, 1, 1), (0, 1, 0), (2, 1, 0)]
    g, is_told = adjustments(count_moves(states(begin), states(end), TWO), TWO, 1)
    assert g == pytest.approx([-0.25, 0.25], abs=1e-15)
    assert is_told.tolist() == [True, True]


def test_moves_are_counted_with_their_mirror_images():
    moves = path([(0, 1, 9), (0, 1, 0), (4, 1, 9)], TEN)  # no change; then two ticks up, counted as one
    assert (moves.count[[0, 9]] // 2).tolist() == [2, 2]
    assert moves.to[0].nonzero()[0].tolist() == [9]
    assert (moves.change[[0, 9]] // 2).tolist() == [2, -2], "up from bin 0, so down from bin 9"
    assert (moves.changed[[0, 9]] // 2).tolist() == [1, 1]
    assert (moves.clipped[[0, 9]] // 2).tolist() == [1, 1]


def test_equal_sizes_count_half_in_both_middle_bins_and_say_nothing():
    moves = path([(0, 1, None), (2, 1, 9)], TEN)
    assert moves.count[[4, 5]].tolist() == [2, 2]
    assert moves.change.tolist() == [0] * 10


def test_beyond_the_states_nothing_more_is_expected():
    # from H half of the moves go a tick up to a spread of 2, of which nothing is known; half of them stay
    begin, end = [(0, 1, 1)] * 2, [(0, 1, 1), (2, 2, 1)]
    g, _ = adjustments(count_moves(states(begin), states(end), TWO), TWO, 1)
    assert g == pytest.approx([-1, 1], abs=1e-15)


def test_what_starts_beyond_the_states_is_left_out():
    assert path([(0, 2, 1), (0, 2, 1)], TWO).count.tolist() == [0, 0]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(0, 1, 9)] * 5, id="a state never left"),
        pytest.param([(2 * at, 1, 9) for at in range(5)], id="always up: the sum has no end"),
        pytest.param([(2 * at, 1, 8 + at % 2) for at in range(5)], id="always up, through two states"),
    ],
)
def test_a_path_without_an_end_tells_nothing(rows):
    g, is_told = adjustments(path(rows, TEN), TEN, 1)
    assert g.tolist() == [0] * 10
    assert not is_told.any()


def test_a_rare_state_is_not_told_and_what_leads_there_ends_there():
    rows = [(0, 1, 8), (0, 1, 8), (0, 1, 8), (2, 1, 9), (0, 1, 8)]
    g, is_told = adjustments(path(rows, TEN), TEN, 2)
    assert is_told.nonzero()[0].tolist() == [1, 8]
    assert g[8] == pytest.approx(1), "it stays, or goes a tick up to the rare state, which adds nothing"
    assert g[9] == 0


def test_mirrored_halves_agree_to_the_bit_and_rise_with_more_bids():
    moves, _ = queue_market(20_000, seed=3)
    g, _ = adjustments(moves, TEN, 1)
    assert (g + g[::-1]).tolist() == [0] * 10
    assert (np.diff(g) > 0).all()


ROWS = st.lists(
    st.tuples(st.integers(-3, 3), st.integers(1, 3), st.one_of(st.none(), st.integers(0, 9))), min_size=2, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_a_mirrored_market_has_the_same_fit(rows):
    shape = ChainShape(spreads=2, bins=10, max_change=2)
    one, other = (adjustments(path(kind, shape), shape, 1) for kind in (rows, mirrored(rows)))
    assert one[0].tolist() == other[0].tolist()
    assert one[1].tolist() == other[1].tolist()


def plain(rows, spreads, bins, longest):
    """(moves from each state, g) by counting in a dictionary, and by adding up Stoikov's series on all states."""
    seen: Counter[tuple[tuple[int, int], tuple[int, int] | None, int]] = Counter()
    for (mid, spread, at), (later, wide, then) in pairwise(rows):
        change = max(-longest, min(longest, later - mid))
        if spread <= spreads:
            seen[(spread, at), (wide, then) if wide <= spreads else None, change] += 1
            seen[(spread, bins - 1 - at), (wide, bins - 1 - then) if wide <= spreads else None, -change] += 1
    names = [(spread, at) for spread in range(1, spreads + 1) for at in range(bins)]
    counts = {name: sum(n for (begin, _, _), n in seen.items() if begin == name) for name in names}
    q, t, rk = np.zeros((len(names),) * 2), np.zeros((len(names),) * 2), np.zeros(len(names))
    for (begin, end, change), n in seen.items():
        share = float(Fraction(n, counts[begin]))
        rk[names.index(begin)] += share * change / 2
        if end is not None:
            (t if change else q)[names.index(begin), names.index(end)] += share
    first = np.linalg.solve(np.eye(len(names)) - q, rk)
    onward = np.linalg.solve(np.eye(len(names)) - q, t)
    g, term = first, first
    for _ in range(100_000):
        term = onward @ term
        g = g + term
        if np.abs(term).max() < 1e-13 * np.abs(g).max():
            return [counts[name] for name in names], g
    raise AssertionError("the series did not settle")


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_series_of_stoikov(seed):
    draw = np.random.default_rng(seed)
    steps = draw.choice([-4, -2, -1, 0, 0, 0, 1, 2, 4], 3_000)
    at = draw.integers(0, 4, 3_000)
    at = np.where(steps > 0, np.maximum(at, draw.integers(0, 4, 3_000)), at)  # so that states tell something
    rows = list(zip(np.cumsum(steps).tolist(), draw.integers(1, 4, 3_000).tolist(), at.tolist(), strict=True))
    shape = ChainShape(spreads=2, bins=4, max_change=2)
    moves = path(rows, shape)
    counts, g = plain(rows, spreads=2, bins=4, longest=2)
    assert (moves.count // 2).tolist() == counts
    assert adjustments(moves, shape, 1)[0] == pytest.approx(g, rel=1e-9, abs=1e-12)


def queue_market(steps: int, seed: int) -> tuple[Moves, list[tuple[int, int, int]]]:
    """The imbalance goes a bin up or down; over the edge the mid goes a tick that way, and new queues are about equal.

    The chance to leave at the top from bin b is that of a gambler, (b + 1) / 11, so that g(b) = (2 b - 9) / 11.
    """
    draw = np.random.default_rng(seed)
    mid, at, rows = 0, 4, []
    for up, fresh in zip(draw.integers(0, 2, steps).tolist(), draw.integers(4, 6, steps).tolist(), strict=True):
        rows.append((mid, 1, at))
        at += 2 * up - 1
        if not 0 <= at <= 9:
            mid, at = mid + (2 if at > 9 else -2), fresh
    return path(rows, TEN), rows


def test_a_market_whose_answer_is_known():
    moves, _ = queue_market(100_000, seed=1)
    g, is_told = adjustments(moves, TEN, 20)
    assert is_told.all()
    assert g == pytest.approx((2 * np.arange(10) - 9) / 11, abs=0.02)


def test_the_mid_comes_to_the_microprice_and_on_average_goes_no_further():
    moves, _ = queue_market(100_000, seed=1)
    g, _ = adjustments(moves, TEN, 20)
    _, rows = queue_market(400_000, seed=2)
    mid, at = np.array([row[0] for row in rows]) / 2, np.array([row[2] for row in rows])
    later = mid[200:] - mid[:-200]
    slope, intercept = np.polyfit(g[at[:-200]], later, 1)
    assert slope == pytest.approx(1, abs=0.15)
    assert intercept == pytest.approx(0, abs=0.1)
    assert np.mean(later - g[at[:-200]]) == pytest.approx(0, abs=0.1)


def test_a_mid_that_ignores_the_sizes_has_nearly_no_adjustment():
    draw = np.random.default_rng(5)
    mid = np.cumsum(draw.choice([-2, 0, 0, 0, 2], 100_000))
    rows = [(one, 1, at) for one, at in zip(mid.tolist(), draw.integers(0, 10, 100_000).tolist(), strict=True)]
    g, is_told = adjustments(path(rows, TEN), TEN, 20)
    assert is_told.all()
    assert np.abs(g).max() < 0.03


def sizes(*pairs):
    return pl.DataFrame(
        {
            "bid_px": [99.9] * len(pairs),
            "ask_px": [100.1] * len(pairs),
            "bid_qty": [float(bid) for bid, _ in pairs],
            "ask_qty": [float(ask) for _, ask in pairs],
        }
    )


def test_mirrored_sizes_have_mirrored_bins_edges_included():
    book = sizes((1, 9), (2, 8), (1, 99), (4, 5), (5, 5), (5, 4), (99, 1), (8, 2), (9, 1))
    made = QuoteStates.of(book, Grid.of(0.1, 3), 10)
    assert made.low_bin.tolist() == [1, 2, 0, 4, 4, 5, 9, 7, 8]
    assert made.high_bin.tolist() == [1, 2, 0, 4, 5, 5, 9, 7, 8]
    assert (made.twice_mid.tolist(), made.spread.tolist()) == ([2_000] * 9, [2] * 9)


@pytest.mark.parametrize("wrong", [{"bins": 5}, {"bins": 0}, {"spreads": 0}, {"max_change": 0}])
def test_a_shape_must_have_a_mirror(wrong):
    with pytest.raises(ValueError, match="even number of bins"):
        ChainShape(**({"spreads": 5, "bins": 10, "max_change": 2} | wrong))
