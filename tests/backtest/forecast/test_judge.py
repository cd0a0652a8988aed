"""What is there is found in its size; what is not is not; what looks ahead is named."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline

from backtest.forecast.direction import reliability
from backtest.forecast.judge import Developed, Judged, develop, open_test
from backtest.forecast.normal_scores import normal_scores
from backtest.forecast.paid import paid
from backtest.forecast.penalty import PENALTIES, ridge_paths
from backtest.forecast.rows import ForecastRows, forecast_rows
from backtest.forecast.scores import score
from tests.backtest.forecast.minutes import choices, made_rows, market

_ONE = choices(horizon_min=1)
_SHARE = 0.2


def _linear(n: int, seed: int, every_min: int = 1) -> ForecastRows:
    """y = x + noise, so that x explains a fifth of its variance; two columns mean nothing."""
    rng = np.random.default_rng(seed)
    x, noise, other, third = rng.normal(size=(4, n))
    y = np.sqrt(_SHARE) * x + np.sqrt(1 - _SHARE) * noise
    return made_rows({"x": x, "other": other, "third": third}, y, every_min=every_min)


@pytest.fixture(scope="module")
def found() -> tuple[ForecastRows, Developed, Judged]:
    rows = _linear(3_000, 1, every_min=5)  # 11 days
    developed = develop(rows, _ONE)
    return rows, developed, open_test(rows, developed, _ONE)


def _score(judged: Judged, form: str):
    return next(one for one in judged.scores if one.form == form)


def test_a_signal_is_found_in_its_size(found):
    _, developed, judged = found
    assert developed.chosen == "linear"
    for form in ("best single", "linear"):
        one = _score(judged, form)
        assert one.r2.low < _SHARE < one.r2.high
        assert one.r2.value == pytest.approx(_SHARE, abs=0.06)
        assert one.slope.low < 1 < one.slope.high
        assert one.hits.low > 0
    assert developed.walked["best single"].model.chosen["feature"] == "x"
    assert judged.findings.is_predicting
    assert judged.verdict == "predictive before cost"
    assert developed.spread.min() > 0.1


def test_what_matters_is_what_was_put_in(found):
    _, _, judged = found
    lost = {name: draws.mean() for name, draws in judged.importance.items()}
    assert lost["x"] > 0.2  # twice what it explains: the shuffled feature forecasts wrongly as well
    assert max(abs(lost["other"]), abs(lost["third"])) < 0.01


def test_moved_labels_are_not_found(found):
    _, _, judged = found
    assert judged.control.r2.max() < 0.02 < _score(judged, "linear").r2.value
    assert judged.control.probability == pytest.approx(1 / 21)


def test_stated_probabilities_come_true(found):
    _, _, judged = found
    held = judged.reliability
    assert held.brier_gain.low > 0
    assert held.log_gain.low > 0
    assert held.brier < held.base_brier
    assert np.mean([abs(bin_.stated - bin_.rose) for bin_ in held.bins]) < 0.1  # a fifth of 600 is off by 0.045
    assert held.bins[0].high < held.base_rate < held.bins[-1].low
    assert sum(bin_.n for bin_ in held.bins) == 600


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_noise_nothing_is_said(seed):
    rng = np.random.default_rng(seed)
    rows = made_rows({"a": rng.normal(size=1_000), "b": rng.normal(size=1_000)}, rng.normal(size=1_000))
    developed = develop(rows, _ONE)
    judged = open_test(rows, developed, _ONE)
    assert judged.verdict == "no evidence"
    assert all(one.r2.value <= 3 * one.r2.error for one in judged.scores)
    assert judged.control.probability > 0.05
    assert not developed.leaks


def test_a_feature_that_is_the_outcome_is_named_and_its_forecast_not_believed():
    rng = np.random.default_rng(4)
    y = rng.normal(size=1_000)
    rows = made_rows({"honest": rng.normal(size=1_000), "later": y + 0.5 * rng.normal(size=1_000)}, y)
    developed = develop(rows, _ONE)
    judged = open_test(rows, developed, _ONE)
    assert list(developed.leaks) == ["later"]
    assert _score(judged, developed.chosen).r2.low > 0.5
    assert judged.verdict == "no evidence"


def test_what_is_settled_before_the_test_is_the_same_whatever_the_test_holds(found):
    rows, developed, _ = found
    test = developed.parts.test
    x, y = rows.x.copy(), rows.y.copy()
    x[test], y[test] = 1e12, np.nan
    again = develop(replace(rows, x=x, y=y), _ONE)
    assert repr(again.scores) == repr(developed.scores)
    assert (again.chosen, again.leaks, again.fit_end) == (developed.chosen, developed.leaks, developed.fit_end)
    np.testing.assert_array_equal(again.spread, developed.spread)
    for form, one in developed.walked.items():
        np.testing.assert_array_equal(again.walked[form].said, one.said)
        np.testing.assert_array_equal(again.walked[form].model.predict(rows.x), one.model.predict(rows.x))


def test_a_refit_is_the_same_whatever_comes_after_it(found):
    """Poison from the second fold on: forecasts of the first stay."""
    rows, developed, _ = found
    second = developed.parts.develop[developed.parts.folds[1][1]][0]
    x, y = rows.x.copy(), rows.y.copy()
    x[second:], y[second:] = -7.0, 9.0
    again = develop(replace(rows, x=x, y=y), _ONE)
    for form, one in developed.walked.items():
        first = one.fold == 0
        np.testing.assert_array_equal(again.walked[form].said[first], one.said[first])


def test_the_same_rows_give_the_same_bits(found):
    rows, _, judged = found
    other = develop(rows, _ONE)
    again = open_test(rows, other, _ONE)
    for form, said in judged.said.items():
        assert again.said[form].tobytes() == said.tobytes()
    assert repr(again.scores) == repr(judged.scores)
    assert again.control.r2.tobytes() == judged.control.r2.tobytes()


def test_a_volatility_is_held_against_its_own_past():
    """The market's volatility remembers itself, and no observation knows more: the baseline stands."""
    observations, seconds = market(1_000, pull=0.0, seed=5)
    wanted = choices("volatility", 5, folds=2, draws=5)
    rows = forecast_rows(observations, seconds, wanted)
    developed = develop(rows, wanted)
    judged = open_test(rows, developed, wanted)
    base, y = judged.said["baseline"], rows.y[developed.parts.test]
    assert 1 - ((y - base) ** 2).sum() / ((y - rows.y[developed.parts.develop].mean()) ** 2).sum() > 0.2
    assert judged.verdict == "no evidence"
    assert judged.reliability is None
    assert not judged.paid


def test_a_drift_that_pays_no_round_trip_is_said_to_be_before_cost(monkeypatch):
    observations, seconds = market(1_100, pull=3.0, seed=6)
    wanted = choices(horizon_min=1, folds=2, draws=5)
    rows = forecast_rows(observations, seconds, wanted)
    developed = develop(rows, wanted)
    assert "predictive" not in open_test(rows, developed, wanted).verdict  # of a day nothing is claimed
    monkeypatch.setattr("backtest.forecast.judge.LEAST_DAYS", 1)
    judged = open_test(rows, developed, wanted)
    assert developed.walked["best single"].model.chosen["feature"] == "imbalance"
    assert judged.paid["test"][developed.chosen].gross.low > 0
    assert judged.verdict == "predictive before cost"
    assert set(rows.absent) >= {"basis", "funding", "toxicity"}


def test_scores_of_a_hand():
    """Outcomes 2, -2, 2, -2; forecasts 1, -1, 1, 1: squared errors 1, 1, 1, 9 against 4, 4, 4, 4."""
    rows = made_rows({"x": np.arange(4.0)}, np.array([2.0, -2, 2, -2]))
    one = score(rows, np.arange(4), np.array([1.0, -1, 1, 1]), np.zeros(4), form="f", part="p", horizon_min=1, seed=1)
    assert one.r2.value == pytest.approx(1 - 12 / 16)
    assert one.gain.value == pytest.approx((4 * 4 - 12 + 4) / 4)  # Clark and West add the squared forecast, 1 each
    assert one.hit_share == 0.75
    assert one.hits.value == pytest.approx(0.75 - 0.5)  # half rose, so any signs would be right half the time


def test_probabilities_of_a_hand():
    """Stated 0.1 for one that fell and 0.9 for one that rose, five times over: Brier 0.01 against 0.25."""
    y = np.tile([-1.0, 1.0], 5)
    rows = made_rows({"x": np.arange(10.0)}, y)
    held = reliability(rows, np.arange(10), np.where(y > 0, 0.9, 0.1), base_rate=0.5, method="sigmoid", horizon_min=1)
    assert (held.brier, held.base_brier) == pytest.approx((0.01, 0.25))
    assert (held.log_score, held.base_log_score) == pytest.approx((-np.log(0.9), np.log(2)))
    assert [bin_.rose for bin_ in held.bins] == [0, 0, 0.5, 1, 1]


def test_the_plain_rule_holds_one_position_at_a_time():
    """Outcomes of 2 minutes, a row a minute: after row 0 the next that may trade is known when its outcome has ended.

    Row 0's outcome ends at minute 3 and a second, row 2 is known at 3 min 0.2 s: too early; row 3 is next, then row 6.
    """
    rows = made_rows({"x": np.arange(8.0)}, np.array([10.0, 0, 0, -4, 0, 0, 3, 0]), horizon_min=2)
    said = np.array([12.0, 12, 12, 8, 8, 8, -20, 0])
    found = paid(rows, np.arange(8), said, cost_bps=9.0)
    assert (found.gross.n, found.gross.value) == (3, pytest.approx((10 - 4 - 3) / 3))
    assert (found.net.n, found.net.value) == (2, pytest.approx(((10 - 9) + (-3 - 9)) / 2))
    assert list(found.by_day.values()) == [pytest.approx(-11.0)]


def test_a_penalty_is_scored_as_the_ridge_of_scikit_learn_would_be():
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(300, 4)), rng.normal(size=300)
    train, test = np.arange(200), np.arange(220, 300)
    (path,) = ridge_paths(x, [(train, test)])
    for place, penalty in enumerate(PENALTIES):
        model = make_pipeline(normal_scores(200), Ridge(penalty)).fit(x[train], y[train])
        slow = ((y[test] - model.predict(x[test])) ** 2).sum()
        assert path.errors(y)[place] == pytest.approx(slow)
