"""Rows of basis a person can check by hand; times in seconds since 1970."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from signals.bars import DAY, SECOND
from signals.basis import BASIS, BASIS_SIGNAL
from signals.book_state import BOOK_STATE
from signals.inputs.statements import DERIVATIVE_TICKER, FUNDING
from signals.inputs.trading import BOOK_TICKER
from signals.table import UTC_US, Span
from tests.signals.recordings import complete, stamped_lines
from tests.signals.rows import rows_of, seconds

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SPOT = {"venue": "w", "symbol": "t"}
MIDNIGHT = DAY // SECOND


def book(*bars, **market):
    """BOOK_STATE of (bar end, state, bid, ask), 20 ms old."""
    names = ("bar_end", "state", "bid_px", "ask_px", "age_ms")
    return rows_of(BOOK_STATE, [dict(zip(names, (*bar, 20.0), strict=True)) for bar in bars], **market)


def quotes(*messages, **market):
    """BOOK_TICKER of (time, bid, ask)."""
    names = ("event_ts", "bid_px", "ask_px")
    return rows_of(BOOK_TICKER, [dict(zip(names, message, strict=True)) for message in messages], **market)


def marks(*messages):
    """DERIVATIVE_TICKER of (time, mark, index)."""
    names = ("event_ts", "mark_price", "index_price")
    return rows_of(DERIVATIVE_TICKER, [dict(zip(names, message, strict=True)) for message in messages])


def estimates(*messages):
    """FUNDING of (time, rate, hours, next settlement)."""
    names = ("event_ts", "rate", "interval_h", "next_ts")
    rows = [{"kind": "predicted"} | dict(zip(names, message, strict=True)) for message in messages]
    return rows_of(FUNDING, rows)


def run(own, reference=None, chunk_rows=2, quote_staleness_ms=500, **others) -> pl.DataFrame:
    inputs = {"book_state": own, "reference/book_state": reference, **others}
    lazy = {
        name.replace("reference_", "reference/"): frame.lazy() for name, frame in inputs.items() if frame is not None
    }
    params = BASIS_SIGNAL.params | {"quote_staleness_ms": quote_staleness_ms}
    span = Span(EPOCH, EPOCH + timedelta(days=2))
    return BASIS_SIGNAL.compute(lazy, span=span, chunk_rows=chunk_rows, **params)["basis"]


PERP = book((10, "OK", 100.4, 100.6))
CASH = book((10, "OK", 99.9, 100.1), **SPOT)


def test_every_column_of_one_row():
    [row] = run(
        PERP.with_columns(age_ms=30.0),
        CASH,
        derivative_ticker=marks((8.5, 100.02, 100.0)),
        funding=estimates((8.5, 1e-4, 8.0, 28_800)),
    ).to_dicts()
    assert row == {
        "venue": "v",
        "symbol": "s",
        "bar_end": EPOCH + timedelta(seconds=10),
        "known_ts": EPOCH + timedelta(seconds=10.1),
        "basis_mid_bps": pytest.approx(50),  # (100.5 - 100) / 100: the perpetual stands above its spot
        "mid_source": "book_state/book_state",
        "basis_index_bps": pytest.approx(2),
        "funding_rate": 1e-4,
        "funding_apr": pytest.approx(0.1095),
        "interval_h": 8,
        "next_funding_ts": EPOCH + timedelta(hours=8),
        "staleness_ms": 30,
        "reference": "w/t",
    }


def test_a_perpetual_below_its_spot_has_a_negative_basis():
    assert run(book((10, "OK", 99.4, 99.6)), CASH)["basis_mid_bps"].to_list() == pytest.approx([-50])


@pytest.mark.parametrize(
    ("rate", "hours", "apr"),
    [(1e-4, 8, 0.1095), (5e-4, 8, 0.5475), (1e-3, 8, 1.095), (1.25e-5, 1, 0.1095), (9.132e-7, 8, 0.001)],
)
def test_annualisation_vector_2_is_simple_and_longs_paying_is_positive(rate, hours, apr):
    made = run(PERP, CASH, funding=estimates((9, rate, hours, 28_800), (9.5, -rate, hours, 28_800)))
    assert made["funding_apr"].to_list() == pytest.approx([-apr], rel=1e-4)  # the later estimate: shorts pay
    made = run(PERP, CASH, funding=estimates((9, -rate, hours, 28_800), (9.5, rate, hours, 28_800)))
    assert made["funding_apr"].to_list() == pytest.approx([apr], rel=1e-4)


def test_a_rate_without_interval_has_no_yearly_figure():
    row = run(PERP, CASH, funding=estimates((9, 1e-4, None, 28_800))).row(0, named=True)
    assert (row["funding_rate"], row["interval_h"], row["funding_apr"]) == (1e-4, None, None)


def test_a_settled_rate_is_no_estimate():
    settled = estimates((9, 1e-4, 8.0, 28_800), (9.5, 7e-4, 8.0, 0)).with_columns(
        kind=pl.Series(["predicted", "settled"])
    )
    assert run(PERP, CASH, funding=settled)["funding_rate"].to_list() == [1e-4]


@pytest.mark.parametrize("state", ["LOCKED", "CROSSED", "ONE_SIDED", "EMPTY", "STALE", "RESYNC"])
def test_a_book_that_is_not_ok_gives_way_to_a_fresh_quote(state):
    spot = book((10, state, 99.9, 99.9), **SPOT)
    ticker = quotes((9.2, 1.0, 2.0), (9.5, 99.9, 100.1), (10.0, 3.0, 4.0), **SPOT)
    row = run(PERP, spot, reference_book_ticker=ticker).row(0, named=True)
    assert row["basis_mid_bps"] == pytest.approx(50)  # the quote of 9.5; that of 10.0 is of the next second
    assert (row["mid_source"], row["staleness_ms"], row["reference"]) == ("book_state/book_ticker", 500, "w/t")


def test_a_quote_501_ms_old_is_none():
    row = run(PERP, book((10, "STALE", None, None), **SPOT), reference_book_ticker=quotes((9.499, 99.9, 100.1), **SPOT))
    said = row.select("basis_mid_bps", "mid_source", "staleness_ms", "reference").row(0)
    assert said == (None, "book_state/none", None, None)


def test_the_latest_quote_decides_even_if_it_is_crossed():
    ticker = quotes((9.8, 100.4, 100.6), (9.9, 101.0, 100.9))
    assert run(book((10, "RESYNC", None, None)), CASH, book_ticker=ticker)["mid_source"].to_list() == [
        "none/book_state"
    ]


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 10])
def test_of_quotes_of_one_instant_the_last_decides(chunk_rows):
    spot = book((10, "RESYNC", None, None), **SPOT)
    ticker = quotes((9.5, 1.0, 2.0), (9.7, 2.0, 3.0), (9.7, 99.9, 100.1), (10.2, 5.0, 6.0), **SPOT)
    assert run(PERP, spot, chunk_rows, reference_book_ticker=ticker)["basis_mid_bps"].to_list() == pytest.approx([50])


def test_the_age_is_that_of_the_older_quote():
    ticker = quotes((9.7, 100.4, 100.6))
    row = run(book((10, "RESYNC", None, None)), CASH, book_ticker=ticker).row(0, named=True)
    assert (row["mid_source"], row["staleness_ms"]) == ("book_ticker/book_state", 300)


def test_without_a_reference_the_index_and_the_funding_are_still_said():
    row = run(PERP, derivative_ticker=marks((9, 99.0, 100.0))).row(0, named=True)
    assert (row["basis_mid_bps"], row["mid_source"], row["reference"]) == (None, "book_state/none", None)
    assert row["basis_index_bps"] == pytest.approx(-100)


def test_a_gap_of_the_reference_is_null_and_nothing_is_carried_into_it():
    own = book(*((second, "OK", 100.4, 100.6) for second in (10, 11, 12, 13)))
    spot = book((10, "OK", 99.9, 100.1), (13, "OK", 99.9, 100.1), **SPOT)
    made = run(own, spot, reference_book_ticker=quotes((10.4, 99.9, 100.1), **SPOT))
    assert made["basis_mid_bps"].to_list() == [pytest.approx(50), None, None, pytest.approx(50)]


def test_a_mark_more_than_three_seconds_old_and_its_estimate_say_nothing():
    own = book(*((second, "OK", 100.4, 100.6) for second in (10, 11, 12)))
    made = run(own, CASH, derivative_ticker=marks((8, 101.0, 100.0)), funding=estimates((8, 1e-4, 8.0, 28_800)))
    assert made["basis_index_bps"].to_list() == [pytest.approx(100), pytest.approx(100), None]
    for name in ("funding_rate", "funding_apr", "interval_h", "next_funding_ts"):
        assert made[name].is_null().to_list() == [False, False, True]


def test_mark_and_index_are_of_one_message():
    made = run(PERP, CASH, derivative_ticker=marks((8, 101.0, 100.0), (9, 105.0, None), (9.5, None, 90.0)))
    assert made["basis_index_bps"].to_list() == pytest.approx([100])


def test_the_first_second_of_a_day_may_rest_on_a_mark_before_midnight():
    own = book((MIDNIGHT + 1, "OK", 100.4, 100.6))
    made = run(own, derivative_ticker=marks((MIDNIGHT - 2, 101.0, 100.0)))
    assert made["basis_index_bps"].to_list() == pytest.approx([100])
    reach = {source.name: source.reach(BASIS_SIGNAL.params) for source in BASIS_SIGNAL.inputs}
    assert reach["derivative_ticker"] == reach["funding"] == timedelta(seconds=2)
    assert reach["book_ticker"] == reach["reference/book_ticker"] == timedelta(0)


def test_a_row_is_known_when_all_that_entered_it_is_and_never_before_the_row_above():
    seconds_of_day = (10, 11, 12, 13, 14)
    own = book(*((second, "OK", 100.4, 100.6) for second in seconds_of_day))
    spot = book(
        (10, "OK", 99.9, 100.1),
        (11, "STALE", None, None),
        (12, "STALE", None, None),
        (13, "OK", 99.9, 100.1),
        (14, "OK", 99.9, 100.1),
        **SPOT,
    )
    ticker = rows_of(
        BOOK_TICKER,
        [
            {"event_ts": 9.9, "known_ts": 99.0, "bid_px": 99.9, "ask_px": 100.1},  # nobody needs it
            {"event_ts": 10.9, "known_ts": 12.7, "bid_px": 99.9, "ask_px": 100.1},
            {"event_ts": 11.1, "known_ts": 50.0, "bid_px": 99.9, "ask_px": 100.1},  # too old at 12
        ],
        **SPOT,
    )
    late = rows_of(DERIVATIVE_TICKER, [{"event_ts": 12.5, "known_ts": 13.9, "mark_price": 101.0, "index_price": 100.0}])
    made = run(own, spot, reference_book_ticker=ticker, derivative_ticker=late)
    assert seconds(made, "known_ts") == [10.1, 12.7, 12.7, 13.9, 14.1]


def test_the_running_maximum_of_known_ts_starts_again_at_midnight():
    own = book((MIDNIGHT, "OK", 100.4, 100.6), (MIDNIGHT + 1, "OK", 100.4, 100.6))
    own = own.with_columns(known_ts=pl.Series([(MIDNIGHT + 30) * SECOND, (MIDNIGHT + 2) * SECOND]).cast(UTC_US))
    assert seconds(run(own), "known_ts") == [MIDNIGHT + 30, MIDNIGHT + 2]


def test_no_input_no_rows():
    assert run(None).equals(BASIS.empty())


@pytest.mark.parametrize(
    ("perp", "median", "least", "most"),
    [("usdm_btcusdt", -3.66, -5.28, -1.89), ("cm_btcusd_perp", -2.77, -4.33, -1.09)],
)
def test_the_basis_of_the_recordings(perp, median, least, most):
    """Mid of the last quote in each second of the recorder, facts of the recordings' README."""
    own, spot = (recorded_quotes(f"binance-2024-08-08/{name}_20240808.gz") for name in (perp, "spot_btcusdt"))
    ends = range(1_723_161_255, 1_723_161_601)
    bars = rows_of(BOOK_STATE, [{"bar_end": end, "state": "RESYNC"} for end in ends])
    made = run(bars, None, 10_000, quote_staleness_ms=1_000, book_ticker=own, reference_book_ticker=spot)
    basis = made["basis_mid_bps"].drop_nulls()
    assert basis.len() >= 344
    assert [basis.min(), basis.median(), basis.max()] == pytest.approx([least, median, most], abs=0.05)


def recorded_quotes(name: str) -> pl.DataFrame:
    """BOOK_TICKER of a recording, by the recorder's clock."""
    rows = [
        (at / 1e6, float(line["data"]["b"]), float(line["data"]["a"]))
        for at, line in stamped_lines(name, holding=b"bookTicker")
    ]
    return complete(pl.DataFrame(rows, ["event_ts", "bid_px", "ask_px"], orient="row"), BOOK_TICKER, delay_ms=100)
