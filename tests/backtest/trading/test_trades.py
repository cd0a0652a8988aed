"""Trades worked by hand: entered on the minute at 60 s, left on the one at 180 s, one settlement between."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.trading.fees import FeeSchedule
from backtest.trading.reversion_episodes import GONE, episodes
from backtest.trading.trade_table import PARTS, TRADES
from backtest.trading.trades import trades
from tests.backtest.reversion_rows import TERMS, books, settlements, signal_rows
from tests.signals.rows import seconds

LONG = signal_rows(
    ("ENTRY", 1, "armed+pullback", 100.0),
    ("LONG", 1, "filled", 101.0),
    ("LONG", 1, "target", 102.0),
    ("COOLDOWN", 1, "flat", 102.0),
    waited=False,
)
SHORT = LONG.with_columns(state=pl.col("state").replace("LONG", "SHORT"), direction=-pl.col("direction"))
BOOK = books((60, 100.0), (61, 100.0), (62, 100.4), (180, 102.0), (181, 102.0), (182, 101.0))
PAID = settlements((120, 0.001, 101.0))


def one(rows=LONG, book=BOOK, paid=PAID, **terms) -> dict:
    return trades(rows, book, paid, terms=replace(TERMS, **terms)).row(0, named=True)


def test_a_long_with_fees_and_a_settlement_that_it_pays():
    made = trades(LONG, BOOK, PAID, terms=TERMS)
    trade = made.row(0, named=True)
    times = ("entry_decided_ts", "entry_known_ts", "entry_ts", "exit_decided_ts", "exit_known_ts", "exit_ts")
    assert [seconds(made, name)[0] for name in times] == [60, 60.1, 61, 180, 180.1, 181]
    told = ("side", "status", "waited", "entry_reason", "exit_reason", "entry_fill", "exit_fill", "stamps", "held_min")
    assert [trade[name] for name in told] == [1, "closed", False, "pullback", "target", "best", "best", 1, 2]
    # bought at 100.1, sold at 101.9; fees 0.0005 * 202; funding -1 * 101 * 0.001
    worked = {
        "size_qty": 1,
        "entry_px": 100.1,
        "exit_px": 101.9,
        "position_quote": 2,
        "spread_quote": -0.2,
        "fees_quote": -0.101,
        "funding_quote": -0.101,
        "borrow_quote": 0,
        "net_quote": 1.598,
        "gross_bps": 1.8 / 0.01001,
        "net_bps": 1.598 / 0.01001,
        "break_even_bps": 1.699 / 0.01001,
        "entry_slippage_bps": 10,  # 0.1 of 100
        "exit_slippage_bps": 0.1 / 0.0102,
    }
    assert {name: trade[name] for name in worked} == pytest.approx(worked)


def test_a_short_receives_the_settlement_and_loses_the_rise():
    # sold at 99.9, bought back at 102.1
    worked = {"position_quote": -2, "spread_quote": -0.2, "fees_quote": -0.101, "funding_quote": 0.101}
    trade = one(SHORT)
    assert {name: trade[name] for name in worked} == pytest.approx(worked)
    assert trade["net_quote"] == pytest.approx(-2.2)


def test_a_short_on_spot_pays_for_what_it_borrows():
    # 99.9 for two minutes at 2628 a year: 99.9 * 2628 / 30 / 8760
    assert one(SHORT, paid=settlements(), borrow_apr=2628)["borrow_quote"] == pytest.approx(-0.999)
    assert one(LONG, paid=settlements(), borrow_apr=2628)["borrow_quote"] == 0


def test_latency_picks_the_later_book():
    made = trades(LONG, BOOK, PAID, terms=replace(TERMS, latencies_ms=(1000, 50)))
    assert made["latency_ms"].to_list() == [50, 1000]
    assert [seconds(made, name) for name in ("entry_ts", "exit_ts")] == [[61, 62], [181, 182]]
    assert made["entry_px"].to_list() == pytest.approx([100.1, 100.5])


def test_an_entry_into_a_gap_is_not_filled_and_is_counted():
    trade = one(book=books((60, 100.0), (61, None), (62, 100.0), (181, 102.0)))
    assert (trade["status"], trade["size_qty"]) == ("no_fill", 1)
    assert {trade[name] for name in ("entry_ts", "entry_px", "exit_ts", "net_quote", *PARTS)} == {None}


def test_an_exit_waits_out_a_gap():
    made = trades(LONG, books((60, 100.0), (61, 100.0), (181, None), (190, 101.0)), PAID, terms=TERMS)
    assert (seconds(made, "exit_ts"), made["status"].to_list()) == ([190], ["closed"])


@pytest.mark.parametrize("unknown", [(120, None, 101.0), (120, 0.001, None)])
def test_over_a_settlement_that_is_not_known_nothing_is_stated(unknown):
    trade = one(paid=settlements(unknown))
    assert (trade["status"], trade["exit_px"]) == ("unpriced", 101.9)
    assert {trade[name] for name in ("net_quote", "net_bps", "break_even_bps", *PARTS)} == {None}
    assert one(paid=settlements((61, None, None), (182, None, None)))["status"] == "closed"  # not met


def test_a_locked_book_fills_nothing():
    locked = pl.lit("LOCKED")
    at_arrival = pl.col("bar_end").dt.epoch("s") == 61
    assert one(book=BOOK.with_columns(state=pl.when(at_arrival).then(locked).otherwise("state")))["status"] == "no_fill"


@pytest.mark.parametrize("rows", [LONG, LONG.head(2)], ids=["no book", "no decision"])
def test_a_trade_without_an_exit_stays_open(rows):
    trade = one(rows, books((60, 100.0), (61, 100.0)))
    assert (trade["status"], trade["entry_px"], trade["net_quote"]) == ("open", 100.1, None)


def test_the_depth_shown_caps_the_size():
    capped = one(book=books((60, 100.0), (61, 100.0), (181, 102.0), ask_depth_10bps_qty=8.0))
    assert (capped["size_qty"], capped["is_capped"]) == (pytest.approx(0.8), True)
    assert one()["is_capped"] is None


def test_no_depth_to_take_is_no_trade():
    assert one(book=books((60, 100.0), (61, 100.0), ask_depth_10bps_qty=0.0))["status"] == "no_fill"


def test_a_large_order_walks_the_bands_and_waits_for_a_book_that_holds_it():
    # 10 bought: 5 at 100.1, 5 at 100 + 50 bps
    deep = {f"{side}_depth_{bps}bps_qty": 5.0 for side in ("bid", "ask") for bps in (1, 5, 10, 25)}
    shown = deep | {f"{side}_depth_50bps_qty": 20.0 for side in ("bid", "ask")}
    book = pl.concat(
        [books((60, 100.0), (61, 100.0), **shown), books((181, 102.0), **deep), books((182, 100.0), **shown)]
    )
    trade = one(book=book, capital_quote=6_000, depth_share=5)
    assert (trade["entry_fill"], trade["exit_fill"]) == ("walk", "walk")
    assert (trade["entry_px"], trade["exit_px"]) == pytest.approx((100.3, 99.7))


def test_fees_of_the_break_even_leave_nothing():
    trade = one()
    in_bps = trade["break_even_bps"] * trade["entry_px"] / (trade["entry_px"] + trade["exit_px"])
    assert one(fees=FeeSchedule("v", "x", 0, in_bps, "made up"))["net_quote"] == pytest.approx(0, abs=1e-12)


def test_break_even_is_gross_without_carry():
    trade = one(paid=settlements())
    assert trade["break_even_bps"] == pytest.approx(trade["gross_bps"])


PRICES = st.floats(1, 1e5)


@given(PRICES, PRICES, PRICES, st.floats(-0.01, 0.01), st.floats(0, 2), st.booleans(), st.floats(-2, 20))
def test_the_parts_add_up(entry, leave, mark, rate, apr, is_long, taker_bps):
    fees = replace(TERMS.fees, taker_bps=taker_bps)
    book = books((60, entry), (61, entry), (181, leave))
    rows = (LONG if is_long else SHORT).with_columns(mid=pl.lit(entry))
    trade = one(rows, book, settlements((61, 1, 1), (120, rate, mark), (182, 1, 1)), borrow_apr=apr, fees=fees)
    notional = trade["size_qty"] * trade["entry_px"]
    assert sum(trade[name] for name in PARTS) == pytest.approx(trade["net_quote"], abs=1e-9)
    assert (trade["position_quote"] + trade["spread_quote"]) / notional * 1e4 == pytest.approx(
        trade["gross_bps"], abs=1e-6
    )
    side = trade["side"]  # the formula of the rule, in one piece
    direct = side * (trade["exit_px"] - trade["entry_px"]) / trade["entry_px"] - side * rate * mark / trade["entry_px"]
    direct -= taker_bps / 1e4 * (1 + trade["exit_px"] / trade["entry_px"])
    direct -= (not is_long) * apr * 2 / 60 / 8760
    assert trade["net_bps"] == pytest.approx(direct * 1e4, rel=1e-9, abs=1e-6)


def test_a_position_that_is_gone_is_left_and_one_never_entered_is_passed_over():
    rows = signal_rows(
        ("LONG", 1, "stop", 100.0),
        ("ENTRY", -1, "pullback", 100.0),
        ("IDLE", 0, "no_fill", 100.0),
        ("ENTRY", 1, "pullback", 100.0),
        ("ENTRY", 1, "no_fill+armed+pullback", 100.0),
        ("LONG", 1, "filled+stop", 100.0),
        ("ENTRY", 1, "pullback", 100.0),
        ("SHORT", -1, None, 100.0),
    )
    found = [(episode.side, episode.entry.at // 60_000_000, episode.exit.reason) for episode in episodes(rows)]
    assert found == [(-1, 2, GONE), (1, 4, GONE), (1, 5, "stop"), (1, 7, GONE)]


def test_nothing_decided_no_trade():
    assert trades(LONG.clear(), BOOK, PAID, terms=TERMS).equals(TRADES.empty())


def test_what_cannot_be_priced_is_refused():
    two = pl.concat([LONG, LONG.with_columns(symbol=pl.lit("t"))])
    with pytest.raises(ValueError, match="one market"):
        trades(two, BOOK, PAID, terms=TERMS)
    with pytest.raises(ValueError, match="belong together"):
        trades(LONG, books((61, 100.0)), PAID, terms=TERMS)
