"""Implied volatilities: what goes into Black's formula comes out again, and what no volatility makes has none."""

from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.black76 import STATUS, forward_delta, implied_volatility

N = NormalDist()


def black(forward: float, strike: float, volatility: float, years: float, kind: str) -> float:
    """Undiscounted price, as it stands in every textbook."""
    std = volatility * sqrt(years)
    d1 = log(forward / strike) / std + std / 2
    if kind == "C":
        return forward * N.cdf(d1) - strike * N.cdf(d1 - std)
    return strike * N.cdf(std - d1) - forward * N.cdf(-d1)


def implied(price, forward, strike, years, kind) -> tuple[float, str]:
    one = [np.array([float(x)]) for x in (price, forward, strike, years)]
    volatility, status = implied_volatility(*one, np.array([kind == "C"]))
    return float(volatility[0]), STATUS[status[0]]


def test_the_textbook_price_at_the_money():
    # F = K = 100, 20 %, one year: 100 (2 N(0.1) - 1) = 7.965567455405804
    assert implied(7.965567455405804, 100, 100, 1, "C") == (pytest.approx(0.2, rel=1e-9), "inverted")


@given(
    st.floats(-1.0, 1.0), st.floats(0.1, 3.0), st.floats(1 / 365, 2.0), st.sampled_from("CP"), st.floats(0.01, 60_000)
)
@settings(max_examples=60, deadline=None)
def test_what_went_in_comes_out(away, volatility, years, kind, forward):
    strike = forward * exp(away)
    price = black(forward, strike, volatility, years, kind)
    value = price - max(forward - strike if kind == "C" else strike - forward, 0)
    if not 1e-7 < value / min(forward, strike) < 0.999:
        return  # the price has not the digits to tell volatilities apart
    found, status = implied(price, forward, strike, years, kind)
    assert status == "inverted"
    assert found == pytest.approx(volatility, rel=1e-5)


@pytest.mark.parametrize(
    ("price", "forward", "strike", "years", "kind", "why"),
    [
        (np.nan, 100, 100, 1, "C", "no price"),
        (5, np.nan, 100, 1, "C", "no forward"),
        (5, 0, 100, 1, "C", "no forward"),
        (5, 100, 100, 0, "C", "expired"),
        (5, 100, 100, -0.1, "C", "expired"),
        (20, 120, 100, 1, "C", "no time value"),  # intrinsic, and nothing else
        (19, 120, 100, 1, "C", "no time value"),
        (0, 100, 120, 1, "C", "no time value"),
        (20, 80, 100, 1, "P", "no time value"),
        (100, 100, 120, 1, "C", "too dear"),  # a call is worth less than the forward
        (120, 100, 120, 1, "P", "too dear"),  # and a put less than its strike
    ],
)
def test_a_price_outside_its_bounds_has_no_volatility_and_a_reason(price, forward, strike, years, kind, why):
    volatility, status = implied(price, forward, strike, years, kind)
    assert np.isnan(volatility)
    assert status == why


def test_call_and_put_of_a_strike_imply_the_same():
    forward, strike, years = 42_000.0, 45_000.0, 0.1
    call = black(forward, strike, 0.6, years, "C")
    put = call - forward + strike
    assert implied(call, forward, strike, years, "C")[0] == pytest.approx(
        implied(put, forward, strike, years, "P")[0], rel=1e-9
    )


def test_another_library_finds_the_same():
    library = pytest.importorskip("py_lets_be_rational", reason="the extra `test` has it")
    draw = np.random.default_rng(3)
    strikes, volatilities = np.exp(draw.normal(0, 0.3, 300)), draw.uniform(0.2, 1.5, 300)
    years, is_call = draw.uniform(0.01, 1, 300), draw.random(300) < 0.5
    prices = np.array(
        [
            black(1.0, *row, "C" if call else "P")
            for *row, call in zip(strikes, volatilities, years, is_call, strict=True)
        ]
    )
    found, status = implied_volatility(prices, np.ones(300), strikes, years, is_call)
    theirs = [
        library.implied_volatility_from_a_transformed_rational_guess(price, 1.0, strike, time, 1.0 if call else -1.0)
        for price, strike, time, call in zip(prices, strikes, years, is_call, strict=True)
        if price - max(1 - strike if call else strike - 1, 0) > 1e-6
    ]
    enough = prices - np.maximum(np.where(is_call, 1 - strikes, strikes - 1), 0) > 1e-6
    assert (status[enough] == 0).all()
    np.testing.assert_allclose(found[enough], theirs, rtol=1e-7)


def test_deltas():
    # F = K: d1 = std / 2 = 0.1, N(0.1) = 0.539827837277029
    one = np.ones(2)
    deltas = forward_delta(0.2 * one, 100 * one, 100 * one, one, np.array([True, False]))
    assert deltas == pytest.approx([0.539827837277029, 0.539827837277029 - 1])
    assert np.isnan(forward_delta(np.nan * one, one, one, one, np.array([True, False]))).all()
