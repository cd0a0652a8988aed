"""A combined forecast judged: what is settled before the test is opened, and what the test says then.

`develop` fits, walks forward and chooses; it never sees an outcome of the test. `open_test` scores what was chosen,
beside the baseline and the best single signal. One thread: sums are made in one order, the same to the bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.chance import Control, importance, moved_labels
from backtest.forecast.choices import Choices
from backtest.forecast.direction import Reliability, reliability, up_model
from backtest.forecast.features import RETURNS_MIN
from backtest.forecast.leak import suspects
from backtest.forecast.models import COMBINED, FORMS, Learning, linear
from backtest.forecast.paid import Paid, paid
from backtest.forecast.rows import ForecastRows
from backtest.forecast.scores import Score, r2_estimate, score
from backtest.forecast.splits import Parts, parts
from backtest.forecast.walk import Walked, combined_r2, learning, walk
from backtest.inference.effective_sample import PowerStatement, power_statement
from backtest.inference.estimate import Estimate, unknown
from backtest.inference.newey_west import hac_lag
from backtest.verdict import LEAST_DAYS, LEVEL, POWER, Findings, Verdict, verdict

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WALK, TEST = "walk-forward", "test"


@dataclass(frozen=True, slots=True)
class Developed:
    """Everything that is settled without the test.

    walked, scores: of each form; folds: R2 of each form by fold; spread: R2 of the chosen form over combinatorial
    splits; explaining: R2 of the observations for the minute they are of, walked forward; up: P(return > 0) and how it
    was calibrated, None where it is not asked or rows are too few; leaks: features that look at the future.
    """

    parts: Parts
    learn: Learning
    walked: Mapping[str, Walked]
    scores: tuple[Score, ...]
    chosen: str
    folds: Mapping[str, Floats]
    spread: Floats
    explaining: Estimate
    up: tuple[Any, str] | None
    leaks: Mapping[str, float]

    @property
    def fit_end(self) -> int:
        """Microseconds since 1970 at which the last outcome that was learned from ended."""
        return int(self.learn.samples.end.max())


@dataclass(frozen=True, slots=True)
class Judged:
    """What the test said. said: forecasts of the test's rows by form; importance: R2 lost by feature (draws,).

    days: UTC days of all rows; below LEAST_DAYS nothing is said to be predicted, whatever the scores."""

    scores: tuple[Score, ...]
    said: Mapping[str, Floats]
    control: Control
    importance: Mapping[str, Floats]
    reliability: Reliability | None
    paid: Mapping[str, Mapping[str, Paid]]
    power: PowerStatement
    days: int
    findings: Findings
    verdict: Verdict


def develop(rows: ForecastRows, choices: Choices) -> Developed:
    """Fit and choose on all but the test. Raises TooFew."""
    from threadpoolctl import threadpool_limits

    set_apart = parts(rows.samples, choices)
    with threadpool_limits(limits=1):
        walked = walk(rows, set_apart, choices)
        learn = learning(rows, set_apart.develop, set_apart.embargo, choices)
        errors = {name: float(((rows.y[walked[name].at] - walked[name].said) ** 2).sum()) for name in COMBINED}
        chosen = min(errors, key=lambda name: errors[name])
        return Developed(
            set_apart,
            learn,
            walked,
            tuple(_score(rows, one.at, one.said, one.base, name, WALK, choices) for name, one in walked.items()),
            chosen,
            {name: _by_fold(rows, one) for name, one in walked.items()},
            combined_r2(rows, set_apart, choices, FORMS[chosen]),
            _explaining(rows, set_apart, choices) if choices.target == "return" else unknown(0),
            up_model(learn) if choices.target == "return" else None,
            suspects(rows, set_apart.develop, choices.target),
        )


def open_test(rows: ForecastRows, developed: Developed, choices: Choices) -> Judged:
    """Score the forms on the last fifth. Once is a test; again is another trial."""
    from threadpoolctl import threadpool_limits

    test = developed.parts.test
    x = rows.x[test]
    with threadpool_limits(limits=1):
        said = {name: one.model.predict(x) for name, one in developed.walked.items()}
        base = said["baseline"]
        scores = tuple(_score(rows, test, one, base, name, TEST, choices) for name, one in said.items())
        mine = next(one for one in scores if one.form == developed.chosen)
        control = moved_labels(rows, developed.learn, test, developed.chosen, mine.r2.value)
        model = developed.walked[developed.chosen].model
        matters = importance(rows, test, model, draws=choices.draws, seed=choices.seed)
        holds = _reliability(rows, developed, choices)
    money = _money(rows, developed, said, choices) if choices.target == "return" else {}
    days = int(np.unique(rows.day()).size)
    found = _findings(developed, mine, control, money, days)
    left = rows.on_grid(test, rows.y[test] - base)
    power = _power(rows.on_grid(test, said[developed.chosen] - base), left, choices)
    return Judged(scores, said, control, matters, holds, money, power, days, found, verdict(found))


def _score(rows: ForecastRows, at: Ints, said: Floats, base: Floats, form: str, part: str, choices: Choices) -> Score:
    return score(rows, at, said, base, form=form, part=part, horizon_min=choices.horizon_min, seed=choices.seed)


def _by_fold(rows: ForecastRows, one: Walked) -> Floats:
    lost = (rows.y[one.at] - one.base) ** 2, (rows.y[one.at] - one.said) ** 2
    base, mine = (np.bincount(one.fold, weights=loss) for loss in lost)
    return 1 - mine / base


def _explaining(rows: ForecastRows, set_apart: Parts, choices: Choices) -> Estimate:
    """R2 of a ridge on the observations for the return of their own minute: partly accounting, never a forecast."""
    past = [place for place, name in enumerate(rows.names) if not name.startswith("past_")]
    same = f"past_return_{RETURNS_MIN[0]}m"
    if not past or same not in rows.names:
        return unknown(0)
    now = rows.column(same)
    said, at = [], []
    for train, test in set_apart.folds:
        fit, later = (set_apart.develop[one][np.isfinite(now[set_apart.develop[one]])] for one in (train, test))
        learn = learning(rows, fit, set_apart.embargo, choices)
        names = [rows.names[place] for place in past]
        model = linear(Learning(learn.x[:, past], now[fit], learn.samples, names, learn.embargo, choices))
        said.append(model.predict(rows.x[np.ix_(later, np.array(past))]))
        at.append(later)
    places = np.concatenate(at)
    mine, y = (rows.on_grid(places, one) for one in (np.concatenate(said), now[places]))
    return r2_estimate(y, np.zeros(y.size), mine, hac_lag(1, y.size))


def _reliability(rows: ForecastRows, developed: Developed, choices: Choices) -> Reliability | None:
    if developed.up is None:
        return None
    model, method = developed.up
    test, rate = developed.parts.test, float((developed.learn.y > 0).mean())
    stated = model.predict_proba(rows.x[test])[:, 1]
    return reliability(rows, test, stated, base_rate=rate, method=method, horizon_min=choices.horizon_min)


def _money(
    rows: ForecastRows, developed: Developed, said: Mapping[str, Floats], choices: Choices
) -> Mapping[str, Mapping[str, Paid]]:
    forms = {name: one for name, one in developed.walked.items() if name != "baseline"}
    return {
        WALK: {name: paid(rows, one.at, one.said, cost_bps=choices.cost_bps) for name, one in forms.items()},
        TEST: {name: paid(rows, developed.parts.test, said[name], cost_bps=choices.cost_bps) for name in forms},
    }


def _findings(
    developed: Developed, mine: Score, control: Control, money: Mapping[str, Mapping[str, Paid]], days: int
) -> Findings:
    """A forecast alone is never said to pay later: that takes a strategy, and how many of them were tried."""
    is_better = mine.is_better and mine.r2.value > 0 and mine.r2.value > control.r2.max()
    in_sample = money[WALK][developed.chosen].net if money else unknown(0)
    return Findings(
        is_explaining=bool(developed.explaining.low > 0),
        is_predicting=bool(is_better and not developed.leaks and days >= LEAST_DAYS),
        is_paying=bool(in_sample.low > 0),
        is_paying_later=False,
    )


def _power(said: Floats, left: Floats, choices: Choices) -> PowerStatement:
    """Of the correlation of the forecast and what the baseline left, memory up to twice the horizon or an hour."""
    lags = min(max(2 * choices.horizon_min, 60), left.size - 1)
    return power_statement(said, left, lags=lags, level=LEVEL, power=POWER)
