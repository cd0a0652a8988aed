"""True taker orders, and sweeps found among them: tick 0.1, spread of two ticks, times in seconds."""

import polars as pl
import pytest

from backtest.scores.controls import turned
from backtest.scores.matching import match
from backtest.scores.sweeps import large_prints, matched_sweeps, score_sweeps
from backtest.scores.true_sweeps import true_sweeps
from pipeline.simulator.truth import FILLS, TAKER_ORDERS
from signals.book_state import BOOK_STATE
from signals.inputs.trading import TRADES
from signals.sweeps import SWEEPS
from tests.backtest.events import TICK
from tests.signals.rows import rows_of

RULES = {"tick": TICK, "window_min": 60, "percentile": 99.5, "min_orders": 3, "many_levels": 3}
BOOK = rows_of(BOOK_STATE, [{"bar_end": at, "state": "OK", "bid_px": 100.0, "ask_px": 100.2} for at in (1, 2, 3)])


def truth_rows(table, rows) -> pl.DataFrame:
    """Rows of a truth table: times in seconds, what is not said is null."""
    columns = {name: [{"venue": "v", "symbol": "s", **row}.get(name) for row in rows] for name in table.schema}
    scaled = {
        name: [None if one is None else round(one * 1_000_000) for one in column] if name.endswith("_ts") else column
        for name, column in columns.items()
    }
    schema = {name: pl.Int64() if name.endswith("_ts") else dtype for name, dtype in table.schema.items()}
    return pl.DataFrame(scaled, schema=schema).cast(dict(table.schema))


def order(number, at, levels=1, qty=1.0, side=1, intent="noise_taker", span=None):
    span = 0.1 * (levels - 1) if span is None else span
    return {
        "order_id": number, "event_ts": at, "owner": 1, "intent": intent, "side": side, "levels": levels, "qty": qty,
        "first_px": 100.0, "last_px": 100.0 + side * span,
    }  # fmt: skip


def taken(*rows):
    return truth_rows(TAKER_ORDERS, [order(*row) if isinstance(row, tuple) else row for row in rows])


def true(*rows, fills=(), **rules):
    return true_sweeps(taken(*rows), truth_rows(FILLS, fills), BOOK, **RULES | rules)


SMALL = [(number, 3 + number) for number in range(1, 4)]


def test_three_prices_make_a_sweep_two_only_if_large():
    assert true(*SMALL, (9, 9, 3))["order_id"].to_list() == [9]
    assert true(*SMALL, order(9, 9, 2, qty=0.99, span=0.2))["order_id"].to_list() == []
    assert true(*SMALL, order(9, 9, 2, qty=1.01, span=0.2))["order_id"].to_list() == [9]
    assert true(*SMALL[:2], order(9, 9, 2, qty=50.0, span=0.2))["order_id"].to_list() == []  # too few before it


def test_orders_of_one_millisecond_are_not_before_each_other():
    two = order(8, 9.0001, 1, qty=500.0), order(9, 9.0009, 2, qty=2.0, span=0.2)
    assert true(*SMALL, *two)["order_id"].to_list() == [9]


def test_a_sweep_spans_the_median_spread():
    assert true(order(1, 9, 3, span=0.1))["order_id"].to_list() == []
    assert true(order(1, 9, 3, span=0.2))["order_id"].to_list() == [1]
    assert true(order(1, 0.5, 3, span=0.1))["order_id"].to_list() == [1]  # no book yet: one tick


def test_notional_is_that_of_the_fills():
    fills = [{"trade_id": 1, "event_ts": 9, "taker_order_id": 9, "price": 100.0, "qty": 5.0}]
    row = true(*SMALL, order(9, 9, 2, qty=5.0, span=0.2), fills=fills)
    assert row["notional"].to_list() == [500.0]
    assert row["start_ts"].dt.epoch("ms").to_list() == [9_000]


def sweeps(*rows):
    """SWEEPS of (seconds, side, qty, levels)."""
    names = ("event_ts", "side", "qty", "levels")
    return rows_of(SWEEPS, [dict(zip(names, row, strict=True)) for row in rows])


def tape(*rows):
    """TRADES of (seconds, side, qty)."""
    rows = [dict(zip(("event_ts", "taker_side", "qty"), row, strict=True)) for row in rows]
    return rows_of(
        TRADES, [{"price": 100.0, "is_off_market": False, "trade_id": str(i)} | row for i, row in enumerate(rows)]
    )


TRUE = true((1, 9.0003, 3), order(2, 12, 4, side=-1), order(3, 15, 5, qty=9.0, intent="informed"))
QUIET = tape(*((at, 1, 1.0) for at in range(20, 30)))


def scored(found, trades=QUIET, truth=TRUE):
    return {measure.metric: measure for measure in score_sweeps(found, trades, truth)}


def test_two_of_three_by_hand():
    made = scored(sweeps((9, 1, 1.0, 3), (12, 1, 1.0, 4), (15, 1, 9.0, 5)))
    assert [made[name].value for name in ("precision", "recall", "f1")] == [2 / 3] * 3
    assert [made[name].n for name in ("precision", "recall", "f1")] == [3, 3, 6]


def test_the_informed_one_is_the_larger():
    found = sweeps((9, 1, 1.0, 3), (12, -1, 2.0, 5), (15, 1, 9.0, 5))
    made = scored(found)
    assert (made["precision"].value, made["recall"].value) == (1, 1)
    assert (made["informed_auc_qty"].value, made["informed_auc_qty"].naive) == (1, 0.5)
    assert made["informed_auc_levels"].value == 0.75


def test_a_perfect_detector_and_a_silent_one():
    assert scored(sweeps((9, 1, 1, 3), (12, -1, 1, 4), (15, 1, 9, 5)))["f1"].value == 1
    silent = scored(sweeps())
    assert (silent["precision"].value, silent["recall"].value, silent["f1"].value) == (None, 0, 0)
    assert silent["informed_auc_qty"].value is None


def test_the_baseline_is_a_threshold_of_size():
    prints = tape(*((at / 100, 1, 1.0) for at in range(998)), (12, -1, 5.0), (12, -1, 6.0), (15, -1, 7.0))
    assert large_prints(prints)["side"].to_list() == [-1, -1]
    made = scored(sweeps(), prints)
    assert (made["precision"].naive, made["recall"].naive) == (1 / 2, 1 / 3)
    assert large_prints(tape()).height == 0


def test_sweeps_moved_in_time_match_by_chance_only():
    rows = [(number, 10 + 7.3 * number, 3) for number in range(60)]
    truth = true(*rows)
    found = truth.select("venue", "symbol", "side", "start_ts", "end_ts")
    shares = [match(truth, moved, tolerance_ms=0).recall for moved in turned(found, truth, times=10, seed=1)]
    assert max(shares) < 0.1


def test_what_is_missed_and_what_is_false_is_known():
    made = matched_sweeps(sweeps((9, 1, 1.0, 3), (30, 1, 1.0, 4)), TRUE)
    assert (made.missed.tolist(), made.false.tolist()) == ([1, 2], [1])


@pytest.mark.parametrize("found", [sweeps((9, 1, 1.0, 3)), sweeps()])
def test_a_market_without_sweeps(found):
    made = scored(found, truth=TRUE.clear())
    assert made["recall"].value is None
    assert made["precision"].value == (0 if found.height else None)
