"""Skew of chains built by hand from a smile in Black's model: what was built in comes out, with its sign."""

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import NormalDist

import pytest

from signals.implied_volatility import IMPLIED_VOLATILITY
from signals.volatility_skew import VOLATILITY_SKEW_SIGNAL
from tests.signals.tape_frames import DAY_S, column, frame, run

N = NormalDist()
END = 60
FINE = [round(-0.6 + 0.01 * step, 2) for step in range(121)]

Smile = Callable[[float], float]


def options(days: float, smile: Smile, ks: Sequence[float] = FINE, *, spread: float = 0.02, end: int = END) -> list:
    """Options out of the money of one expiry, `days` after the minute's end, quoted `spread` wide around the smile."""
    rows = []
    for k in ks:
        kind = "C" if k >= 0 else "P"
        rows.append(
            {
                "bar_end": end, "instrument": f"{days:08.4f} {kind} {1 + k:.4f}", "quote_ts": end - 1.0,
                "expiry_ts": end + days * DAY_S, "option_type": kind, "log_moneyness": k, "years": days / 365,
                "bid_iv": smile(k) - spread / 2, "ask_iv": smile(k) + spread / 2,
            }
        )  # fmt: skip
    return rows


def skew(*chains: list, until: float = END, **params):
    rows = sorted((row for chain in chains for row in chain), key=lambda row: (row["bar_end"], row["instrument"]))
    return run(VOLATILITY_SKEW_SIGNAL, frame(IMPLIED_VOLATILITY, rows), until=until, **params)


def at(rows, name: str, maturity: int):
    return column(rows.filter(maturity_days=maturity), name)[0]


def at_delta(smile: Smile, years: float, wanted: float) -> float:
    """Volatility where the call's forward delta is `wanted`, by halving."""
    low, high = -2.0, 2.0
    for _ in range(200):
        k = (low + high) / 2
        std = smile(k) * sqrt(years)
        low, high = (k, high) if N.cdf(std / 2 - k / std) > wanted else (low, k)
    return smile(low)


def test_a_flat_surface_has_no_skew():
    rows = skew(*(options(days, lambda _: 0.5) for days in (5, 10, 25, 40)))
    assert column(rows, "maturity_days") == [7, 30]
    assert column(rows, "atm_iv") == pytest.approx([0.5, 0.5])
    for name in ("rr25", "bf25", "slope"):
        assert column(rows, name) == pytest.approx([0, 0], abs=1e-9)
    assert column(rows, "coverage") == [1, 1]


@pytest.mark.parametrize("tilt", [0.2, -0.2])
def test_calls_that_are_richer_give_a_risk_reversal_above_zero(tilt):
    def smile(k: float) -> float:
        return 0.5 + tilt * k + 0.3 * k * k

    rows = skew(options(7, smile))
    years = 7 / 365
    call, put = (at_delta(smile, years, wanted) for wanted in (0.25, 0.75))
    assert at(rows, "rr25", 7) == pytest.approx(call - put, abs=1e-5)
    assert (at(rows, "rr25", 7) > 0) == (tilt > 0)
    assert at(rows, "bf25", 7) == pytest.approx((call + put) / 2 - 0.5, abs=1e-4)
    assert at(rows, "slope", 7) == pytest.approx(tilt * sqrt(years), rel=1e-6)


def test_marks_do_not_enter():
    chain = options(7, lambda k: 0.5 + 0.2 * k)
    marked = [row | {"mark_iv": 9.0, "delta": 0.25} for row in chain]
    assert skew(marked).equals(skew(chain))


def test_skew_moves_with_the_price_though_nobody_changed_a_quote():
    """Strikes keep their volatilities, of a smile steeper upwards; the forward rises by 5 %: calls get richer."""

    def by_strike(k: float) -> float:
        return 0.5 + 0.1 * k + k**2 + k**3

    before = skew(options(7, by_strike))
    risen = skew(options(7, lambda k: by_strike(k + 0.05)))
    assert at(risen, "rr25", 7) > at(before, "rr25", 7) > 0


def test_total_variance_is_linear_between_expiries():
    rows = skew(options(5, lambda _: 0.8), options(15, lambda _: 0.5), options(25, lambda _: 0.6))
    wanted = (0.64 * 5 + (7 - 5) / 10 * (0.25 * 15 - 0.64 * 5)) / 7
    assert at(rows, "atm_iv", 7) == pytest.approx(sqrt(wanted))
    assert (at(rows, "near_days", 7), at(rows, "far_days", 7)) == (5, 15)
    assert at(rows, "n_quotes", 7) == 2 * len(FINE)


def test_the_slope_is_linear_between_expiries():
    near, far = (options(days, lambda k, tilt=tilt: 0.5 + tilt * k) for days, tilt in ((5, -0.2), (15, 0.1)))
    wanted = -0.2 * sqrt(5 / 365) + (7 - 5) / 10 * (0.1 * sqrt(15 / 365) + 0.2 * sqrt(5 / 365))
    assert at(skew(near, far), "slope", 7) == pytest.approx(wanted, rel=1e-6)


def test_nothing_is_extrapolated():
    rows = skew(options(5, lambda _: 0.8), options(15, lambda _: 0.5))
    assert at(rows, "atm_iv", 30) is None
    assert (at(rows, "near_days", 30), at(rows, "far_days", 30)) == (15, None)


def test_an_expiry_within_two_days_is_left_out_and_one_at_two_days_is_not():
    chains = options(1.999, lambda _: 3.0), options(2, lambda _: 0.8), options(12, lambda _: 0.5)
    rows = skew(*chains)
    assert at(rows, "near_days", 7) == 2
    assert at(rows, "n_expiries", 7) == 2
    assert at(rows, "coverage", 7) == 1


@pytest.mark.parametrize("spread", [-0.01, 0.1])
def test_crossed_and_wide_quotes_make_no_smile(spread):
    rows = skew(options(7, lambda _: 0.5, spread=spread))
    assert at(rows, "atm_iv", 7) is None
    assert at(rows, "coverage", 7) == 0


def test_one_good_quote_on_a_side_is_too_few():
    assert at(skew(options(7, lambda _: 0.5, [-0.2, 0.1, 0.2])), "atm_iv", 7) is None
    assert at(skew(options(7, lambda _: 0.5, [-0.2, -0.1, 0.1, 0.2])), "atm_iv", 7) == pytest.approx(0.5)


def test_options_in_the_money_do_not_enter():
    inside = options(7, lambda _: 0.9)
    for row in inside:
        row["option_type"] = {"C": "P", "P": "C"}[row["option_type"]]
        row["instrument"] += " in the money"
    rows = skew(options(7, lambda _: 0.5), [row for row in inside if row["log_moneyness"]])
    assert at(rows, "atm_iv", 7) == pytest.approx(0.5)
    assert at(rows, "n_quotes", 7) == len(FINE)


def test_a_minute_is_known_when_all_before_it_is():
    early, late = options(7, lambda _: 0.5), options(7, lambda _: 0.5, end=120)
    early[3]["known_ts"] = 200
    rows = skew(early, late, until=120).filter(maturity_days=7)
    assert column(rows, "bar_end") == [60, 120]
    assert column(rows, "known_ts") == [200, 200]


def test_maturities_are_different_whole_days():
    with pytest.raises(ValueError, match="whole numbers of days"):
        skew(options(7, lambda _: 0.5), maturity_days=[7, 7])
