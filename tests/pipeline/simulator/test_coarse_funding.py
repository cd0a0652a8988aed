"""Funding arithmetic, worked by hand. Rates are fractions per 8 h."""

import pytest

from backtest.trading.funding_cash import funding_cash
from pipeline.simulator.coarse_funding import funding_rate

INTEREST, CLAMP, CAP = 1e-4, 5e-4, 4e-2


@pytest.mark.parametrize(
    ("premium", "rate"), [(0.01, 0.0095), (0.0002, 0.0001), (-0.0010, -0.0005), (0.0007, 0.0002), (-0.0005, 0.0)]
)
def test_beyond_the_clamp_the_rate_follows_the_premium(premium: float, rate: float) -> None:
    assert funding_rate(premium, INTEREST, CLAMP, CAP) == pytest.approx(rate, abs=1e-12)


@pytest.mark.parametrize("premium", [-0.0004, -0.0001, 0.0, 0.0003, 0.00059])
def test_near_the_interest_it_is_the_interest_to_the_last_bit(premium: float) -> None:
    assert funding_rate(premium, INTEREST, CLAMP, CAP) == INTEREST


def test_never_beyond_the_cap() -> None:
    assert funding_rate(0.5, INTEREST, CLAMP, CAP) == CAP
    assert funding_rate(-0.5, INTEREST, CLAMP, CAP) == -CAP


@pytest.mark.parametrize(("position", "rate", "cash"), [(-1.0, 1e-4, 6.0), (1.0, 1e-4, -6.0), (1.0, -5e-4, 30.0)])
def test_longs_pay_shorts(position: float, rate: float, cash: float) -> None:
    assert funding_cash(position, 60_000.0, rate) == pytest.approx(cash)


def test_an_hour_is_an_eighth() -> None:
    """Ten coins at 10,000 with a premium of 1 %: 0.11875 % for the hour."""
    hourly = funding_rate(0.01, INTEREST, CLAMP, CAP) / 8
    assert funding_cash(10.0, 10_000.0, hourly) == pytest.approx(-118.75)


def test_as_a_year() -> None:
    assert pytest.approx(0.1095) == 1e-4 * 8760 / 8
    assert pytest.approx(0.1157, abs=5e-5) == (1 + 1e-4) ** (8760 / 8) - 1
