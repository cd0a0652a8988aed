"""Premiums a person can check by hand: what options imply, less what the underlying did over a window as long."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.variance_premium import VARIANCE_PREMIUM_SIGNAL, mean_of_blocks
from signals.volatility import VOLATILITY
from signals.volatility_skew import VOLATILITY_SKEW
from tests.signals.minute_frames import made
from tests.signals.tape_frames import column, frame

SHORT = {"maturity_days": [7], "window_min": [4], "block_min": 2}
REFERENCE = "reference/volatility"
DAY = 1_440


def implied(by_minute: dict, maturity: int = 7, *, late: float = 0.1):
    rows = [
        {"bar_end": 60 * minute, "known_ts": 60 * minute + late, "maturity_days": maturity, "atm_iv": iv}
        for minute, iv in by_minute.items()
    ]
    return frame(VOLATILITY_SKEW, rows)


def realised(by_minute: dict, block: int = 2, *, late: dict | None = None):
    rows = [
        {
            "bar_end": 60 * minute, "known_ts": 60 * minute + (late or {}).get(minute, 0.1), "window_min": block,
            "realised_vol": vol, "venue": "perp", "symbol": "X",
        }
        for minute, vol in by_minute.items()
    ]  # fmt: skip
    return frame(VOLATILITY, rows)


def premiums(skew, volatility=None, *, until=20, start=0, **params):
    inputs = {"volatility_skew": skew} | ({} if volatility is None else {REFERENCE: volatility})
    options = {**SHORT, **params}
    return made(VARIANCE_PREMIUM_SIGNAL, inputs, start=start, until=until, **options)["variance_premium"]


def test_every_column_by_hand():
    # Two blocks of 2 minutes: variances 0.16 and 0.04, mean 0.10. Implied 0.25 now, 0.36 four minutes ago.
    row = premiums(implied({6: 0.6, 10: 0.5}), realised({8: 0.4, 9: 9.0, 10: 0.2})).row(-1, named=True)
    assert row["realised_vol"] == pytest.approx(0.1**0.5)
    assert row["trailing_premium"] == pytest.approx(0.25 - 0.10)
    assert row["trailing_premium_vol"] == pytest.approx(0.5 - 0.1**0.5)
    assert row["realised_premium"] == pytest.approx(0.36 - 0.10)
    assert row["realised_premium_vol"] == pytest.approx(0.6 - 0.1**0.5)
    assert (row["atm_iv"], row["atm_iv_before"], row["window_min"], row["coverage"]) == (0.5, 0.6, 4, 1)
    assert (row["venue"], row["symbol"], row["reference"]) == ("v", "s", "perp/X")


@pytest.mark.parametrize(("iv", "sign"), [(0.5, 1), (0.3, -1)])
def test_dear_options_give_a_premium_above_zero(iv, sign):
    row = premiums(implied({4: iv, 8: iv}), realised({6: 0.4, 8: 0.4})).row(-1, named=True)
    assert row["trailing_premium"] == pytest.approx(sign * (0.09 if sign > 0 else 0.07))
    assert row["realised_premium"] == pytest.approx(sign * (0.09 if sign > 0 else 0.07))


def test_by_default_thirty_days_of_options_are_held_against_thirty_days_of_returns():
    """One wild day, the last: 30 days of variance hold a thirtieth of it, 7 days a seventh."""
    end = 31 * DAY
    ivs = {end: 0.5}
    skew = frame(
        VOLATILITY_SKEW,
        [
            {"bar_end": 60 * minute, "maturity_days": days, "atm_iv": iv}
            for minute, iv in ivs.items()
            for days in (7, 30)
        ],
    )
    days = {day * DAY: 0.4 for day in range(2, 31)} | {end: 1.0}
    options = dict(VARIANCE_PREMIUM_SIGNAL.params)
    rows = premiums(skew, realised(days, DAY), start=30 * DAY, until=end, **options)
    assert column(rows, "window_min") == [7 * DAY, 30 * DAY]
    assert column(rows, "realised_vol") == pytest.approx([((6 * 0.16 + 1) / 7) ** 0.5, ((29 * 0.16 + 1) / 30) ** 0.5])
    assert VARIANCE_PREMIUM_SIGNAL.inputs[0].reach(options) == timedelta(days=30)
    assert VARIANCE_PREMIUM_SIGNAL.inputs[1].reach(options) == timedelta(days=30)


def test_what_a_seller_earned_is_told_when_the_window_is_over_and_by_its_own_minute():
    skew = implied({2: 0.6, 6: 0.5, 7: 0.5})
    rows = premiums(skew, realised(dict.fromkeys(range(2, 8), 0.2)))
    assert column(rows, "realised_premium") == [None, pytest.approx(0.36 - 0.04), None]
    assert column(rows, "atm_iv_before") == [None, 0.6, None]


def test_later_returns_leave_an_earlier_premium_as_it_was():
    skew, calm = implied({4: 0.5, 6: 0.5}), {2: 0.2, 4: 0.2}
    before = premiums(skew, realised(calm | {6: 0.2}))
    after = premiums(skew, realised(calm | {6: 5.0}))
    assert before.row(0) == after.row(0)
    assert column(before, "trailing_premium")[1] > 0 > column(after, "trailing_premium")[1]


def test_a_window_with_too_many_holes_tells_nothing():
    skew = implied({10: 0.5})
    ten = {"window_min": [10]}
    four = premiums(skew, realised({2: None, 4: 0.4, 6: 0.4, 8: 0.4, 10: 0.4}), **ten)
    assert (column(four, "realised_vol"), column(four, "coverage")) == ([pytest.approx(0.4)], [0.8])
    three = premiums(skew, realised({4: None, 6: 0.4, 8: 0.4, 10: 0.4}), **ten)
    assert column(three, "trailing_premium") == [None]
    assert column(three, "coverage") == [0.6]
    assert column(three, "atm_iv") == [0.5]


def test_without_a_reference_there_is_no_premium():
    rows = premiums(implied({10: 0.5}))
    assert column(rows, "atm_iv") == [0.5]
    for name in ("realised_vol", "trailing_premium", "realised_premium", "reference"):
        assert column(rows, name) == [None]
    assert column(rows, "coverage") == [0]


def test_a_minute_without_a_smile_has_no_premium():
    rows = premiums(implied({6: None, 10: 0.5}), realised({8: 0.4, 10: 0.4}))
    assert column(rows, "trailing_premium") == [None, pytest.approx(0.09)]
    assert column(rows, "realised_premium") == [None, None]


def test_a_row_is_known_when_both_markets_were():
    skew = implied({8: 0.5, 10: 0.5})
    late = premiums(skew, realised({6: 0.4, 8: 0.4, 10: 0.4}, late={8: 300}))
    assert column(late, "known_ts") == [780, 780]
    assert column(premiums(implied({10: 0.5}, late=90), realised({8: 0.4, 10: 0.4})), "known_ts") == [690]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"window_min": [4, 6]}, "a window_min for each"),
        ({"maturity_days": [7, 7], "window_min": [4, 4]}, "a window_min for each"),
        ({"window_min": [5]}, "multiples of block_min, got 5 for 2"),
        ({"maturity_days": [9]}, "maturity_days has 9, expected one of volatility_skew's maturities: 7"),
        ({"window_min": [6], "block_min": 3}, "block_min is 3, expected one of volatility's windows: 2"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(params, said):
    with pytest.raises(ValueError, match=said):
        premiums(implied({8: 0.5, 10: 0.5}), realised({8: 0.4, 10: 0.4}), **params)


@given(
    st.lists(st.one_of(st.floats(0, 4), st.just(np.nan)), min_size=1, max_size=40), st.integers(1, 6), st.integers(1, 5)
)
def test_the_mean_of_blocks_is_that_of_a_plain_loop(values, blocks, step):
    got, coverage = mean_of_blocks(np.array(values), blocks, step, 0.5)
    for at in range(len(values)):
        there = [values[at - back * step] for back in range(blocks) if at >= back * step]
        known = [one for one in there if not np.isnan(one)]
        assert coverage[at] == len(known) / blocks
        if len(known) >= 0.5 * blocks:
            assert got[at] == pytest.approx(sum(known) / len(known))
        else:
            assert np.isnan(got[at])


def test_no_rows_of_skew_no_rows():
    assert premiums(implied({})).is_empty()
