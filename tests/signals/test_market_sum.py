"""Which markets make up a sum, by hand and against the rule told slowly."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.market_sum import carried, mean_of, total

GAP = np.nan
DAY = 4


def test_what_a_market_carries_is_the_middle_of_its_sizes_before_the_day():
    """Of 3, -5 and 4 it is 4, for the whole of the next day, whose own is that of 1, 2, 9 and 9."""
    held = np.array([[3, -5, 4, GAP, 9, 9, 1, 2, 7], [GAP, GAP, GAP, GAP, 1, 1, 8, 6, 1]])
    assert carried(held, 1, DAY).tolist() == [[1] * 4 + [4] * 4 + [5.5], [1] * 4 + [0] * 4 + [3.5]]
    assert carried(held, 2, DAY)[:, -1].tolist() == [4.75, 3.5], "the middle of both days, so far as it has a size"


def test_a_share_is_by_what_is_carried_and_a_sum_is_of_what_is_known():
    held, carries = np.array([[2.0, GAP, 2, GAP], [1, 1, GAP, GAP]]), np.array([[4.0] * 4, [1.0] * 4])
    share = mean_of(~np.isnan(held), carries)
    assert share.tolist() == [1, 0.2, 0.8, 0]
    np.testing.assert_equal(total(held, share, 0.8), [3, GAP, 2, GAP])


def test_without_any_market_there_is_no_sum_whatever_is_asked_of_the_share():
    np.testing.assert_equal(total(np.array([[GAP, 0.0]]), np.array([0.0, 1.0]), 0.0), [GAP, 0])


def median(values):
    there = [abs(x) for x in values if x == x]
    return np.median(there) if there else GAP


def slow(held, days, min_known_share):
    """(share, sum) minute by minute."""
    shares, sums = [], []
    for i in range(held.shape[1]):
        past = [d for d in range(i // DAY - days, i // DAY) if d >= 0]
        usual = [median([median(row[d * DAY : (d + 1) * DAY]) for d in past]) for row in held.tolist()]
        carries = [size if size == size else 0 for size in usual]
        carries = carries if any(carries) else [1] * len(carries)
        known = [x == x for x in held[:, i]]
        share = sum(c for c, is_known in zip(carries, known, strict=True) if is_known) / sum(carries)
        shares.append(share)
        is_stated = any(known) and share >= min_known_share
        sums.append(sum(x for x in held[:, i] if x == x) if is_stated else GAP)
    return shares, sums


MARKETS = st.integers(1, 4).flatmap(
    lambda count: st.lists(
        st.lists(st.one_of(st.just(GAP), st.integers(-9, 9).map(float)), min_size=14, max_size=14),
        min_size=count,
        max_size=count,
    )
)


@settings(max_examples=80, deadline=None)
@given(MARKETS, st.integers(1, 4))
def test_share_and_sum_are_what_the_rule_says(rows, days):
    held = np.array(rows)
    share = mean_of(~np.isnan(held), carried(held, days, DAY))
    wanted, sums = slow(held, days, 0.8)
    np.testing.assert_allclose(share, wanted, rtol=1e-12)
    np.testing.assert_equal(total(held, np.array(wanted), 0.8), sums)


@settings(max_examples=30, deadline=None)
@given(MARKETS)
def test_the_future_of_a_day_changes_nothing_of_what_is_carried(rows):
    held = np.array(rows)
    later = held.copy()
    later[:, 8:] = 1e6
    np.testing.assert_equal(carried(later, 3, DAY)[:, :12], carried(held, 3, DAY)[:, :12])
