"""Nothing that was learned from reaches into what it is tested on."""

import numpy as np
import pytest

from backtest.forecast.rows import subset
from backtest.forecast.splits import TooFew, combinations_of, inner_splits, parts
from backtest.inference.purged_kfold import Samples
from tests.backtest.forecast.minutes import choices, made_rows

_MINUTE = 60_000_000


def _samples(n: int, horizon_min: int = 5) -> Samples:
    return made_rows({"x": np.zeros(n)}, np.zeros(n), horizon_min).samples


def test_the_part_to_learn_on_ends_an_embargo_before_the_test():
    """1,000 minutes: the test begins at row 800. Row i's outcome ends 5 min and 0.8 s after it is known; the embargo is
    an hour and 0.2 s (the longest look back, to known). i + 5 min 0.8 s + 60 min 0.2 s < 800 min: i <= 734."""
    found = parts(_samples(1_000), choices())
    assert found.embargo == 60 * _MINUTE + 200_000
    assert (found.develop[0], found.develop[-1]) == (0, 734)
    assert (found.test[0], found.test[-1]) == (800, 999)


def test_every_refit_learned_only_what_had_ended_an_embargo_before():
    samples = _samples(1_200)
    found = parts(samples, choices())
    inside = subset(samples, found.develop)
    assert len(found.folds) == 3
    for train, test in found.folds:
        assert inside.end[train].max() + found.embargo < inside.known[test].min()
    tested = np.concatenate([test for _, test in found.folds])
    assert (np.diff(tested) == 1).all()  # each once, in order
    for train, test in inner_splits(inside, found.embargo):
        assert inside.end[train].max() + found.embargo < inside.known[test].min()


def test_combinations_share_no_minute_that_either_side_looked_at():
    samples = _samples(2_000)
    splits = combinations_of(samples, 60 * _MINUTE)
    assert len(splits) == 15
    for train, test in splits:
        for block in np.split(test, np.flatnonzero(np.diff(test) > 1) + 1):
            first, last = samples.known[block[0]], samples.end[block[-1]]
            assert not ((samples.begin[train] <= last) & (samples.end[train] >= first)).any()


@pytest.mark.parametrize(
    ("n", "horizon", "says"),
    [(14, 5, "nothing at all"), (499, 1, "no correlation below 0.28"), (600, 15, "has 8 outcomes that do not overlap")],
)
def test_so_few_rows_are_refused_with_what_they_cannot_show(n, horizon, says):
    with pytest.raises(TooFew, match=says):
        parts(_samples(n, horizon), choices(horizon_min=horizon))


def test_an_embargo_that_eats_the_rows_is_said():
    samples = _samples(1_000)
    far = Samples(samples.begin - 400 * _MINUTE, samples.known, samples.end)
    with pytest.raises(ValueError, match="in an embargo of 460 minutes"):
        parts(far, choices())
