"""The parts of the likelihood by hand."""

from math import log

import numpy as np
import polars as pl
import pytest

from signals.refill_chances import DELAY_MS, SizeBins, chances
from signals.refill_classes import feed_interval_ms
from signals.refill_likelihood import Latency, log_likelihood_ratio

LATENCY = Latency(native_ms=5, synthetic_median_ms=80, synthetic_sigma=0.5)
BINS = SizeBins(0.02, 0.1)
S = 1_000_000


def past(*refills):
    """Refills of (decided, length, delay bin, size bin, hidden)."""
    names = ("decided", "length", "delay_bin", "size_bin", "is_hidden")
    return pl.DataFrame(refills, names, orient="row")


def ratio(*refills, feed_ms=0.0, chain=None):
    """Of chains of (delay bin, size bin, hidden), without a past."""
    rows = pl.DataFrame(refills, ("delay_bin", "size_bin", "is_hidden"), orient="row")
    rows = rows.with_columns(chain=pl.Series(chain or [0] * rows.height))
    none = chances(past((9 * S, 1, 0, 0, False)), 13, np.array([99]), np.array([0]))
    fit = np.zeros(rows.height, np.int64)
    return log_likelihood_ratio(rows, fit, none, np.array([feed_ms]), LATENCY, BINS).to_list()


def test_sizes_equal_to_the_peak_are_within_two_percent_or_a_lot():
    sizes = [100, 98, 102, 97, 103, 90, 110, 89, 111, 1, 2000]
    found = BINS.of(np.array(sizes, float), np.full(len(sizes), 100.0))
    assert found.tolist() == [6, 6, 6, 5, 7, 4, 7, 4, 8, 0, 12]
    assert BINS.of(np.array([4.0, 6.0, 3.0]), np.array([5.0, 5.0, 5.0])).tolist() == [6, 6, 3]


def test_impossible_bins_are_refused():
    with pytest.raises(ValueError, match="0 < size_tolerance < peak_spread < 0.25, got 0.2, 0.1"):  # noqa: RUF043
        SizeBins(0.2, 0.1)


def test_chances_are_counts_and_one_of_short_chains_that_were_over():
    rows = past((1, 1, 3, 6, False), (2, 2, 3, 0, False), (2, 3, 3, 0, False), (2, 1, 0, 0, True), (5, 1, 0, 0, False))
    found = chances(rows, 13, np.array([0, 10, 20]), np.array([0, 2, 4]))
    assert found.delay[:, 3].tolist() == pytest.approx([1 / 13, 3 / 15, 3 / 15])
    assert found.size[:, 6].tolist() == pytest.approx([1 / 13, 2 / 15, 2 / 15])
    assert found.hidden.tolist() == pytest.approx([1, 2 / 11, 2 / 21])
    assert found.delay.sum(axis=1) == pytest.approx([1, 1, 1])


def test_latencies():
    assert LATENCY.native(np.array([-1.0, 0, 2, 5, 9])).tolist() == [0, 0, 0.4, 1, 1]
    # exp(0.5) of the median is one deviation
    assert LATENCY.synthetic(np.array([0, 80, 80 * np.exp(0.5)])) == pytest.approx([0, 0.5, 0.841345], abs=1e-6)


def test_a_refill_at_once_is_of_a_native_order():
    # 1 to 2 ms: a fifth of native refills, no synthetic one; the peak came back, of equal peaks or of drawn ones.
    native, synthetic = 0.9 * 0.2 * 13 + 0.1, 0.1
    equal, drawn = 0.9 * 13 + 0.1, 0.9 * 0.2 * 13 + 0.1
    one = (native + synthetic) * (equal + drawn) / 4
    two = (native**2 + synthetic**2) * (equal**2 + drawn**2) / 4
    assert ratio((1, 6, False), (1, 6, False)) == pytest.approx([log(one), log(two)], abs=1e-6)


def test_chains_do_not_mix_and_hidden_refills_count_alike_for_all():
    assert ratio((1, 6, True), (1, 6, True), (1, 6, True), chain=[0, 1, 0]) == pytest.approx(
        [log(100), log(100), 2 * log(100)]
    )


def test_a_slow_feed_smears_the_delays_and_an_unknown_one_says_nothing():
    bins = [DELAY_MS.index(ms) for ms in (20, 40, 60, 80)]
    fine, slow = ([ratio((at, 6, False), feed_ms=ms)[0] for at in bins] for ms in (0.0, 100.0))
    assert fine[0] < fine[1] < fine[2] < fine[3]
    assert max(slow) - min(slow) < (max(fine) - min(fine)) / 2
    unknown = ratio((0, 6, False), feed_ms=float("nan"))
    assert unknown == ratio((9, 6, False), feed_ms=float("nan"))


def test_the_interval_of_the_feed():
    ts, times = np.arange(20) * S, np.array([8, 9, 19]) * S
    first = np.ones(20, bool)
    delay = np.where(np.arange(20) < 10, 40.0, 60.0)
    assert feed_interval_ms(ts, delay, first, times) == pytest.approx([np.nan, 80, 100], nan_ok=True)
    assert feed_interval_ms(ts, delay, ~first, times) == pytest.approx([np.nan, 0, 0], nan_ok=True)
    hidden = np.full(20, np.nan)
    assert np.isnan(feed_interval_ms(ts, hidden, first, times)).all()
