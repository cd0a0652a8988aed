"""Parts of the costs, the sample, daily factors, and what is left of returns beside them."""

from datetime import date

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from backtest.inference.newey_west import hac_lag
from backtest.strategy.alpha import Alpha, alpha
from backtest.strategy.costs import split_bps, split_quote
from backtest.strategy.factors import daily_factors
from backtest.strategy.sample import Sample, sample_of
from signals.bars import DAY, MINUTE
from signals.table import UTC_US
from tests.backtest.strategy.closed_trades import trades

PARTS = {
    "position_quote": 0.5,
    "spread_quote": -0.1,
    "fees_quote": -0.09,
    "funding_quote": 0.02,
    "borrow_quote": 0.0,
}


def test_parts_add_up_and_an_unknown_impact_is_in_none():
    made = pl.concat(
        [
            trades((0, 5, 40, 30), **PARTS, impact_quote=-0.03).with_columns(net_quote=pl.lit(0.3)),
            trades((9, 12, 40, 33), **PARTS, impact_quote=None).with_columns(net_quote=pl.lit(0.33)),
        ]
    )
    bps, quote = split_bps(made), split_quote(made)
    # of a notional of 100
    assert bps == pytest.approx(
        {"position": 50, "spread": -10, "fees": -9, "funding": 2, "borrow": 0, "impact": -1.5, "net": 31.5}
    )
    assert quote["impact"] == pytest.approx(-0.03)
    for split in (bps, quote):
        assert sum(value for name, value in split.items() if name != "net") == pytest.approx(split["net"])
    assert set(split_bps(made.clear()).values()) == {None}


def test_a_sample_counts_symbols_and_regimes_at_the_entries():
    made = pl.concat([trades((1, 2, 0, 0), (3, 4, 0, 0)), trades((5, 6, 0, 0), symbol="t")])
    minutes = pl.Series([MINUTE * at for at in (1, 3, 4, 5)], dtype=pl.Int64).cast(UTC_US)
    regimes = pl.DataFrame(
        {"venue": "v", "symbol": ["s", "s", "s", "t"], "bar_end": minutes, "regime": [0, None, 2, 1]}
    )
    found = sample_of(made, regimes, episodes=3)
    assert found == Sample(episodes=3, symbols=2, regimes=2)  # not the one in which nothing was entered
    assert not found.is_enough
    assert "3 of 100" in str(found)
    assert Sample(100, 3, 2).is_enough


def test_factors_of_two_days_by_hand():
    # a mid every six hours: 100, 101, 102, 103 | 102, 101, 102, 104
    ends = [DAY * 20_000 + MINUTE * at for at in (1, 360, 361, 720, 721, 1_080, 1_081, 1_440)]
    first = [100, 101, 101, 102, 102, 101, 101, 103]
    rows = pl.DataFrame({"bar_end": pl.Series(ends, dtype=pl.Int64).cast(UTC_US), "mid": [float(one) for one in first]})
    paid = pl.DataFrame(
        {
            "settle_ts": pl.Series([DAY * 20_000 + 480 * MINUTE, DAY * 20_001], dtype=pl.Int64).cast(UTC_US),
            "rate": [1e-4, 2e-4],
            "ref_px": [100.0, 100.0],
        }
    )
    (made,) = daily_factors(rows, paid).to_dicts()
    assert made["day"] == date(2024, 10, 4)
    assert made["market"] == pytest.approx(300)
    assert made["carry"] == pytest.approx(3)  # the settlement at 24:00 is of the day it ends
    # up 1 %, up 1/101, down 1/102, up 2/101: faded -1/101 + -(-1/102) * ... each against the sign before
    assert made["reversal"] == pytest.approx(1e4 * (-1 / 101 + 1 / 102 + 2 / 101))


def test_alpha_and_betas_are_those_of_least_squares_with_their_errors():
    rng = np.random.default_rng(5)
    x = rng.normal(loc=(0.5, 3.0, 0.0), size=(200, 3))
    y = 2.0 + x @ [1.0, -0.5, 0.0] + rng.normal(size=200)
    found = alpha(y, x)
    assert isinstance(found, Alpha)
    lag = hac_lag(1, 200)
    twin = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": True})
    assert [found.alpha.value, *(one.value for one in found.betas)] == pytest.approx(twin.params.tolist())
    assert [found.alpha.error, *(one.error for one in found.betas)] == pytest.approx(twin.bse.tolist(), rel=1e-6)


def test_a_carry_trade_has_no_alpha():
    rng = np.random.default_rng(6)
    carry = rng.normal(3, 1, 300)
    x = np.stack([rng.normal(size=300), carry, rng.normal(size=300)], axis=1)
    found = alpha(2 * carry + rng.normal(0, 0.1, 300), x)
    assert found.betas[1].low < 2 < found.betas[1].high
    assert abs(found.alpha.value) < 0.1  # of a mean of 6


def test_what_cannot_be_explained_says_so():
    x = np.random.default_rng(7).normal(size=(40, 3))
    assert alpha(np.ones(29), x[:29]) == "29 days of returns, 30 are needed"
    assert "nothing to explain" in alpha(np.zeros(40), x)
    x[:, 2] = x[:, 0]
    assert "told apart" in alpha(x[:, 1] + np.arange(40), x)


def test_a_factor_that_stands_still_explains_nothing():
    x = np.random.default_rng(8).normal(size=(60, 3))
    x[:, 1] = 0.0  # no funding was paid
    found = alpha(x[:, 0] + np.arange(60) % 5, x)
    assert (found.betas[1].value, found.betas[0].value) == (0.0, pytest.approx(1, abs=0.6))
