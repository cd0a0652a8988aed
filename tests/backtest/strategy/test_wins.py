"""Wins, with the geometry that would give as many."""

import numpy as np
import pytest

from backtest.strategy.wins import wins_of
from tests.backtest.strategy.closed_trades import trades


def test_twelve_of_seventeen_is_no_evidence():
    made = trades(*((10 * at, 10 * at + 5, 0, 5 if at < 12 else -12) for at in range(17)))
    found = wins_of(made, stop=0.024, target=0.01)
    assert (found.rate, found.low, found.high) == pytest.approx((12 / 17, 0.469, 0.867), abs=5e-4)
    assert found.by_geometry == pytest.approx(0.706, abs=5e-4)  # as many, without an edge
    assert found.payoff == pytest.approx(5 / 12)


def test_without_a_loss_or_a_trade_there_is_no_payoff():
    assert np.isnan(wins_of(trades((0, 5, 9, 9)), stop=1, target=1).payoff)
    nothing = wins_of(trades(), stop=1, target=1)
    assert np.isnan(nothing.rate)
    assert (nothing.low, nothing.high, nothing.n, nothing.by_geometry) == (0, 1, 0, 0.5)
