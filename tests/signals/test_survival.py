"""Survival curves by hand, and what must hold of any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.survival import Survival


def at(*values: float):
    return np.array(values, np.float64)


def curve(sizes, cause, entry=None, **options):
    return Survival.of(at(*(entry or [0.0] * len(sizes))), at(*sizes), np.array(cause, np.int64), **options)


KNOWN = curve([3, 5, 5, 8, 10], [1, 0, 1, 1, 0])


def test_the_known_answer():
    assert KNOWN.survival(at(3, 5, 8)) == pytest.approx([0.8, 0.6, 0.3], abs=1e-15)
    assert KNOWN.conditional(at(8), at(3)) == pytest.approx([0.375], abs=1e-15)
    assert KNOWN.remaining(at(3), 10) == pytest.approx([5.0], abs=1e-14)


def test_it_steps_at_the_ends_and_holds():
    assert KNOWN.survival(at(0, 2.9, 4.9, 7.9, 99)) == pytest.approx([1, 1, 0.8, 0.6, 0.3])
    assert KNOWN.largest == 10


def test_who_came_late_was_not_at_risk_before():
    # at 3: the first two of three, at 5: two, at 6: one
    late = curve([3, 5, 6], [1, 1, 1], entry=[0, 0, 4])
    assert late.at_risk.tolist() == [2, 2, 1]
    assert late.survival(at(3, 5, 6)) == pytest.approx([0.5, 0.25, 0])


def test_who_enters_at_a_size_is_at_risk_beyond_it_only():
    assert curve([3, 5], [1, 1], entry=[0, 3]).at_risk.tolist() == [1, 1]


def test_the_curve_starts_where_enough_are_at_risk():
    late = curve([3, 5, 6], [1, 1, 1], entry=[0, 2, 4], min_at_risk=2)
    assert late.start == 2
    assert late.steps.tolist() == [3, 5, 6]
    assert curve([1.5, 5, 6], [1, 1, 1], entry=[0, 2, 4], min_at_risk=2).steps.tolist() == [5, 6]
    nobody = curve([3], [1], min_at_risk=2)
    assert (nobody.start, nobody.steps.size) == (np.inf, 0)
    assert nobody.remaining(at(1), 3).tolist() == [2]


def test_quantiles_of_what_is_beyond():
    assert KNOWN.quantile(at(0, 3), 0.2).tolist() == [3, 5]
    assert KNOWN.quantile(at(3), 0.5).tolist() == [8]
    assert KNOWN.quantile(at(3), 0.9).tolist() == [10], "fewer than 90 % are seen to end"


def test_causes_compete():
    # 4 at risk: 1 of cause 1 at 2, 1 of cause 2 at 3, 1 of cause 1 at 4, one censored at 5
    both = curve([2, 3, 4, 5], [1, 2, 1, 0], causes=2)
    assert both.incidence(1, at(0)) == pytest.approx([1 / 4 + 1 / 2 * 1 / 2])
    assert both.incidence(2, at(0)) == pytest.approx([3 / 4 * 1 / 3])
    assert both.incidence(1, at(3)) == pytest.approx([1 / 2])


def test_an_entry_beyond_the_size_is_refused():
    with pytest.raises(ValueError, match=r"entry < size, got 3\.0 and 3\.0 in row 1"):
        curve([3, 3], [1, 1], entry=[0, 3])


SAMPLES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 8), st.integers(0, 2)).map(lambda s: (s[0], s[0] + s[1], s[2])),
    min_size=1,
    max_size=30,
)


def drawn(sample, **options):
    entry, size, cause = zip(*sample, strict=True)
    return curve(size, cause, entry=list(entry), **options)


@given(SAMPLES)
def test_it_never_rises_and_the_incidences_are_what_is_lost(sample):
    one = drawn(sample, causes=2)
    share = one.survival(np.arange(15.0))
    assert (np.diff(share) <= 0).all()
    assert ((share >= 0) & (share <= 1)).all()
    lost = one.incidence(1, at(0)) + one.incidence(2, at(0))
    assert lost == pytest.approx(1 - one.survival(at(99)), abs=1e-12)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30))
def test_seen_from_the_beginning_to_the_end_it_is_the_share(sizes):
    one = curve(sizes, [1] * len(sizes))
    for v in range(10):
        assert one.survival(at(v)) == pytest.approx([np.mean(np.array(sizes) > v)], abs=1e-12)
    assert one.remaining(at(0), 9) == pytest.approx([np.mean(sizes)])
