"""The microprice of hand-made fits: two bins, spreads of 1 and 2 ticks of 0.1, a still book at 100 two ticks wide."""

import pytest

from signals.microprice import MICROPRICE_SIGNAL
from signals.microprice_fit import MICROPRICE_FITS
from tests.signals.tape_frames import DAY_S, book, column, frame, run


def fit(at, g, *, known=None, is_told=True):
    """A fit at a time: g in ticks with more bids at a spread of two ticks, and nothing at one tick."""
    named = {"event_ts": at, "known_ts": at + 0.1 if known is None else known, "fit_start": at - 60, "fit_end": at}
    return [
        named
        | {"spread_ticks": spread, "imbalance_bin": side, "n": 9, "n_changes": 3, "n_clipped": 0}
        | {"is_told": is_told and spread == 2, "adjustment_ticks": (0, -g, g)[side + 1] if spread == 2 else 0}
        for spread in (1, 2)
        for side in (0, 1)
    ]


def priced(state, *fits, until=4, start=0):
    return run(
        MICROPRICE_SIGNAL, state, frame(MICROPRICE_FITS, [row for one in fits for row in one]), until=until, start=start
    )


def seconds(changed, until=4, first=1, **more):
    rows = book(changed, until, first=first, **more)
    bid, ask = rows["bid_qty"], rows["ask_qty"]
    return rows.with_columns(microprice=(bid * rows["ask_px"] + ask * rows["bid_px"]) / (bid + ask))


def test_it_is_the_mid_and_the_adjustment_of_its_state():
    # 0.25 ticks of 0.1 below a mid of 100, as more is asked; above it where more is bid, and 0 where sizes are equal
    state = seconds({2: {"bid_qty": 5.0}, 3: {"bid_qty": 4.0}, 4: {"bid_px": 100.0, "ask_px": 100.2}})
    rows = priced(state, fit(0, 0.25))
    assert column(rows, "microprice_px") == pytest.approx([99.975, 100.025, 100, 100.075])
    assert column(rows, "adjustment_bps") == pytest.approx([-2.5, 2.5, 0, -2.5], rel=2e-3)
    assert column(rows, "spread_ticks") == [2] * 4
    assert column(rows, "is_fitted") == [True] * 4
    assert column(rows, "fit_end") == [0] * 4


def test_beside_it_stands_the_weighted_mid():
    # 2 bid at 99.9 and 4 asked at 100.1: (2 x 100.1 + 4 x 99.9) / 6
    assert column(priced(seconds({}), fit(0, 0.25)), "weighted_mid_px")[0] == pytest.approx(99.96667, abs=1e-5)


@pytest.mark.parametrize(
    "ask_px", [pytest.param(100.0, id="a state not told"), pytest.param(100.3, id="wider than any state")]
)
def test_what_no_fit_tells_of_is_the_mid(ask_px):
    rows = priced(seconds({1: {"ask_px": ask_px}, 2: {"ask_px": 1_000.0}}), fit(0, 0.25))
    assert column(rows, "is_fitted")[:2] == [False, False]
    assert column(rows, "adjustment_bps")[:2] == [0, 0]
    assert column(rows, "microprice_px")[:2] == pytest.approx([(99.9 + ask_px) / 2, 549.95])


def test_without_a_fit_there_is_no_microprice():
    rows = priced(seconds({}))
    assert rows.select("microprice_px", "adjustment_bps", "fit_end").rows() == [(None, None, None)] * 4
    assert column(rows, "is_fitted") == [False] * 4
    assert column(rows, "weighted_mid_px")[0] == pytest.approx(99.96667, abs=1e-5)


@pytest.mark.parametrize("state", ["LOCKED", "CROSSED", "RESYNC", "STALE"])
def test_without_a_book_that_is_ok_all_is_null(state):
    rows = priced(seconds({2: {"state": state}}), fit(0, 0.25))
    assert [value for name, value in rows.row(1, named=True).items() if name not in ("venue", "symbol")][2:] == [
        None
    ] * 6
    assert column(rows, "known_ts") == pytest.approx([1.1, 2.1, 3.1, 4.1])


def test_a_fit_is_used_from_its_time_on_to_the_next():
    # the second that ends with the fit began before it
    rows = priced(seconds({}), fit(0, 0.5), fit(2, 1.0))
    assert column(rows, "microprice_px") == pytest.approx([99.95, 99.95, 99.9, 99.9])
    assert column(rows, "fit_end") == [0, 0, 2, 2]


def test_a_row_is_known_when_its_fit_is_and_after_the_rows_before_it():
    rows = priced(seconds({2: {"known_ts": 3.5}}), fit(0, 0.5, known=1.8))
    assert column(rows, "known_ts") == pytest.approx([1.8, 3.5, 3.5, 4.1])


def test_a_fit_ends_with_its_day():
    rows = priced(seconds({}, DAY_S + 1, first=DAY_S - 1), fit(0, 0.5), start=DAY_S - 2, until=DAY_S + 1)
    assert column(rows, "is_fitted") == [True, True, False]
    assert column(rows, "microprice_px")[2] is None
