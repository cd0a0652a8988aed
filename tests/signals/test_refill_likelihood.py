"""The parts of the likelihood by hand."""

from math import log

import numpy as np
import polars as pl
import pytest

from signals.refill_chains import EQUAL, FIRST, HIDDEN, NEAR
from signals.refill_chances import DELAY_MS, chances, size_class
from signals.refill_classes import feed_interval_ms
from signals.refill_likelihood import Latency, log_likelihood_ratio

LATENCY = Latency(native_ms=5, synthetic_median_ms=80, synthetic_sigma=0.5)
S = 1_000_000
# Nothing learnt: one refill in 8 fits, equal, near or hidden, and an order's is the first tried with this probability.
FIRST_TRIED = (1 - 3 / 8) / -log(3 / 8)


def past(*refills):
    """Refills of (decided, length, delay bin, hidden, n_refills, shown, held against, next how, next decided)."""
    names = ("decided", "length", "delay_bin", "is_hidden", "n_refills", "shown", "held_against", "next_how")
    return pl.DataFrame(refills, (*names, "next_decided"), orient="row")


NONE = past((99 * S, 1, 0, False, 1, 100, 0, None, 99 * S))


def ratio(*refills, feed_ms=0.0, chain=None):
    """Of chains of (delay bin, how, tried), without a past."""
    rows = pl.DataFrame(refills, ("delay_bin", "how", "tried"), orient="row")
    rows = rows.with_columns(chain=pl.Series(chain or [0] * rows.height), shown=100, is_hidden=pl.col("how") == HIDDEN)
    none = chances(NONE, np.array([0]))
    fit = np.zeros(rows.height, np.int64)
    return log_likelihood_ratio(rows, fit, none, np.array([feed_ms]), LATENCY, 0.2).to_list()


def test_delays_are_counts_and_one_of_short_chains_that_were_over():
    rows = [(at, length, 3, False, 2, 100, 0, None, at) for at, length in ((1, 1), (2, 2), (2, 3), (5, 1))]
    found = chances(past(*rows, (2, 1, 0, True, 2, 100, 0, None, 2)), np.array([0, 10, 20]))
    assert found.delay[:, 3].tolist() == pytest.approx([1 / 13, 4 / 16, 4 / 16])
    assert found.delay.sum(axis=1) == pytest.approx([1, 1, 1])


def test_sizes_are_shares_of_what_could_have_continued_a_chain_of_one():
    firsts = [
        (9, 3, 0, False, 1, 100, 4, EQUAL, 3),
        (9, 2, 0, False, 1, 127, 6, NEAR, 4),
        (9, 1, 0, False, 1, 100, 10, None, 30),  # not decided yet
        (9, 2, 0, False, 1, 40, 2, HIDDEN, 5),
        (9, 2, 0, False, 2, 100, 7, EQUAL, 5),  # not a first
    ]
    found = chances(past(*firsts), np.array([0, 20]))
    sixth = size_class(np.array([100, 127, 40])).tolist()
    assert sixth == [6, 6, 5]
    assert found.equal[:, 6].tolist() == pytest.approx([1 / 8, 2 / 18])
    assert found.near[:, 6].tolist() == pytest.approx([1 / 8, 2 / 18])
    assert found.hidden[:, 5].tolist() == pytest.approx([1 / 8, 2 / 10])


def test_latencies():
    assert LATENCY.native(np.array([-1.0, 0, 2, 5, 9])).tolist() == [0, 0, 0.4, 1, 1]
    # exp(0.5) of the median is one deviation
    assert LATENCY.synthetic(np.array([0, 80, 80 * np.exp(0.5)])) == pytest.approx([0, 0.5, 0.841345], abs=1e-6)


def test_a_refill_at_once_is_of_a_native_order():
    # 1 to 2 ms: a fifth of native refills, no synthetic one; the peak came back, of equal peaks or of drawn ones.
    native, synthetic = 0.9 * 0.2 * 13 + 0.1, 0.1
    equal, drawn = 0.9 * FIRST_TRIED * 8 + 0.1, 0.9 * 0.2 * FIRST_TRIED * 8 + 0.1
    one = (native + synthetic) / 2
    two = (native**2 + synthetic**2) * (equal + drawn) / 4
    assert ratio((1, FIRST, 0), (1, EQUAL, 1)) == pytest.approx([log(one), log(two)], abs=1e-6)


def test_near_sizes_speak_against_equal_peaks():
    near = 0.9 * 0.8 * FIRST_TRIED * 8 + 0.1
    assert ratio((0, NEAR, 1), feed_ms=float("nan")) == pytest.approx([log((0.1 + near) / 2)])


def test_one_found_among_many_counts_less():
    twice = 0.9 * FIRST_TRIED * 8 / 2 + 0.1, 0.9 * 0.2 * FIRST_TRIED * 8 / 2 + 0.1
    assert ratio((0, EQUAL, 2), feed_ms=float("nan")) == pytest.approx([log(sum(twice) / 2)])


def test_chains_do_not_mix_and_hidden_refills_count_alike_for_all():
    hidden = log(0.9 * 0.3 * FIRST_TRIED * 8 + 0.1)
    rows = [(0, HIDDEN, 1), (1, HIDDEN, 1), (9, HIDDEN, 1)]
    assert ratio(*rows, chain=[0, 1, 0]) == pytest.approx([hidden, hidden, 2 * hidden])


def test_a_slow_feed_smears_the_delays_and_an_unknown_one_says_nothing():
    bins = [DELAY_MS.index(ms) for ms in (20, 40, 60, 80)]
    fine, slow = ([ratio((at, FIRST, 0), feed_ms=ms)[0] for at in bins] for ms in (0.0, 100.0))
    assert fine[0] < fine[1] < fine[2] < fine[3]
    assert max(slow) - min(slow) < (max(fine) - min(fine)) / 2
    unknown = ratio((0, EQUAL, 1), feed_ms=float("nan"))
    assert unknown == ratio((9, EQUAL, 1), feed_ms=float("nan"))


def test_the_interval_of_the_feed():
    ts, times = np.arange(20) * S, np.array([8, 9, 19]) * S
    first = np.ones(20, bool)
    delay = np.where(np.arange(20) < 10, 40.0, 60.0)
    assert feed_interval_ms(ts, delay, first, times) == pytest.approx([np.nan, 80, 100], nan_ok=True)
    assert feed_interval_ms(ts, delay, ~first, times) == pytest.approx([np.nan, 0, 0], nan_ok=True)
    hidden = np.full(20, np.nan)
    assert np.isnan(feed_interval_ms(ts, hidden, first, times)).all()
