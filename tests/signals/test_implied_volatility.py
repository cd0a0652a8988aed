"""The last quote of each option and minute: stated volatilities as they are, prices inverted, and when it was known."""

from datetime import timedelta

import pytest

from signals.implied_volatility import IMPLIED_VOLATILITY_SIGNAL
from signals.inputs.statements import OPTION_QUOTES
from tests.signals.tape_frames import MIDNIGHT, column, frame, run
from tests.signals.test_black76 import black

EXPIRY_S = 36.5 * 86_400
YEARS = 0.1


def quote(at: float, name: str = "v-X-100-C", **changes) -> dict:
    """A call struck at 100 on a forward of 100, 36.5 days from expiry at `at` = 0, priced in quote currency."""
    whole = {
        "event_ts": at, "instrument": name, "expiry_ts": EXPIRY_S, "strike": 100.0, "option_type": "C",
        "px_ccy": "USD", "underlying_px": 100.0,
    }  # fmt: skip
    return whole | changes


def made(*rows: dict, until: float = 60, **changes):
    return run(IMPLIED_VOLATILITY_SIGNAL, frame(OPTION_QUOTES, list(rows)), until=until, **changes)


def test_a_price_is_inverted_and_a_stated_volatility_is_taken():
    price = black(100, 100, 0.5, YEARS, "C")
    rows = made(quote(0, bid_px=price, ask_px=9.0, ask_iv=0.61))
    assert column(rows, "bid_iv") == [pytest.approx(0.5, rel=1e-8)]
    assert column(rows, "bid_iv_from") == ["inverted"]
    assert column(rows, "ask_iv") == [0.61]  # whatever 9.0 would imply
    assert column(rows, "ask_iv_from") == ["stated"]
    assert column(rows, "mark_iv") == [None]
    assert column(rows, "mark_iv_from") == ["no price"]


def test_a_premium_in_coin_is_worth_forward_times_as_much():
    price = black(100, 100, 0.5, YEARS, "C")
    rows = made(quote(0, px_ccy="s", mark_px=price / 100))  # the chain is called s
    assert column(rows, "mark_iv") == [pytest.approx(0.5, rel=1e-8)]
    delta = column(rows, "delta")[0]
    assert delta == pytest.approx(0.5 + price / 200, rel=1e-6)  # at the money N(d1) = 0.5 + C / 2F
    assert column(rows, "hedge_delta") == [pytest.approx(delta - price / 100)]


def test_an_option_in_quote_currency_is_hedged_by_its_delta():
    rows = made(quote(0, mark_px=black(100, 100, 0.5, YEARS, "C")))
    assert column(rows, "hedge_delta") == column(rows, "delta")


def test_delta_is_at_the_middle_of_bid_and_ask_where_there_is_no_mark():
    rows = made(quote(0, bid_iv=0.4, ask_iv=0.6))
    same = made(quote(0, mark_iv=0.5))
    assert column(rows, "delta") == column(same, "delta")


def test_a_price_outside_the_bounds_is_null_with_its_reason():
    rows = made(quote(0, "a", strike=90.0, bid_px=9.9, ask_px=100.0), quote(0, "b", underlying_px=None, bid_px=1.0))
    assert column(rows, "bid_iv") == [None, None]
    assert column(rows, "bid_iv_from") == ["no time value", "no forward"]
    assert column(rows, "ask_iv_from") == ["too dear", "no price"]


def test_the_last_quote_of_a_minute_stands_and_one_at_its_end_is_the_next_minutes():
    rows = made(quote(1, bid_iv=0.1), quote(59.9, bid_iv=0.2), quote(60, bid_iv=0.3), until=120)
    assert column(rows, "bar_end") == [60, 120]
    assert column(rows, "bid_iv") == [0.2, 0.3]
    assert column(rows, "quote_ts") == [59.9, 60]


def test_a_minute_that_is_not_over_has_no_rows():
    assert made(quote(1), quote(61), until=119.9).height == 1


def test_a_row_is_known_when_every_quote_before_its_end_is():
    rows = made(quote(1, "a", known_ts=200), quote(2, "b"), quote(70, "b"), until=120)
    assert column(rows, "known_ts") == [200, 200, 200]
    assert column(made(quote(1)), "known_ts") == [60]


def test_years_are_from_the_quote_to_the_expiry():
    rows = made(quote(30, bid_iv=0.5))
    assert column(rows, "years") == [pytest.approx((EXPIRY_S - 30) / (365 * 86_400), rel=1e-12)]
    assert rows["expiry_ts"][0] == MIDNIGHT + timedelta(days=36, hours=12)


def test_no_quotes_no_rows():
    assert made(until=60).is_empty()
