"""Icebergs, and chains found for them: tick 0.1, times in seconds."""

import polars as pl
import pytest

from backtest.scores.chains import found_chains, standing, volume_spikes
from backtest.scores.replenishment import score_replenishment
from pipeline.simulator.truth import ICEBERG_REFILLS, ICEBERGS
from signals.replenishment import REPLENISHMENT
from signals.taker_orders import TAKER_ORDERS
from tests.backtest.events import TICK
from tests.backtest.scores.test_sweeps import truth_rows
from tests.signals.rows import rows_of, seconds


def iceberg(chain, price, start, end, kind="native", side=1, n_refills=5, **more):
    sizes = {"peak_qty": 1.0, "total_qty": 10.0, "executed_qty": 8.0, "ended_by": "cancelled", "owner": 5}
    return {
        "chain": chain, "price": price, "start_ts": start, "end_ts": end, "kind": kind, "side": side,
        "n_refills": n_refills, **sizes, **more,
    }  # fmt: skip


def refill(chain, n, at, executed, price):
    return {
        "chain": chain, "n": n, "event_ts": at, "taken_ts": at, "executed_qty": executed, "qty": 1.0, "price": price,
    }  # fmt: skip


def chain(number, price, start, *times, side=1, **more):
    """Rows of REPLENISHMENT, from the third refill on, at those times."""
    return [
        {
            "chain_id": number,
            "price": price,
            "start_ts": start,
            "event_ts": at,
            "side": side,
            "n_refills": 3 + i,
            **more,
        }
        for i, at in enumerate(times)
    ]


def found(*chains, **extra):
    rows = sorted((row for rows in chains for row in rows), key=lambda row: row["event_ts"])
    table = rows_of(REPLENISHMENT, rows)
    return table.with_columns(**{name: pl.Series([row.get(name) for row in rows], dtype=pl.Float64) for name in extra})


TRUTH = [iceberg(1, 100.0, 0, 60), iceberg(2, 101.0, 10, 50, "synthetic", -1), iceberg(3, 99.0, 100, 200, "synthetic")]
REFILLS = [refill(1, n, 10.0 * n, 1.0 * n, 100.0) for n in range(1, 6)]
ORDERS = rows_of(TAKER_ORDERS, [])


def scored(table, truth=TRUTH, orders=ORDERS, refills=REFILLS):
    measures = score_replenishment(
        table,
        orders,
        truth_rows(ICEBERGS, truth),
        truth_rows(ICEBERG_REFILLS, refills),
        tick=TICK,
        min_refills=3,
        seed=1,
    )
    return {measure.metric: measure for measure in measures}


def values(table, **more):
    return {name: measure.value for name, measure in scored(table, **more).items()}


ONE = chain(0, 100.1, 5, 30, 40)
OTHER = chain(1, 101.0, 15, 45, side=-1)
THIRD = chain(3, 99.0, 120, 160)
FALSE = chain(2, 105.0, 50, 70, 80)


def test_chains_are_gathered_from_their_rows():
    events = found_chains(found(ONE, OTHER))
    assert (seconds(events, "start_ts"), seconds(events, "end_ts")) == ([5, 15], [40, 45])
    assert (events["price"].to_list(), events["side"].to_list()) == ([100.1, 101.0], [1, -1])
    assert seconds(events, "known_ts") == [30.1, 45.1]


def test_two_of_three_by_hand():
    made = values(found(ONE, OTHER, FALSE))
    assert [made[name] for name in ("f1", "precision", "recall", "recall_all")] == [2 / 3] * 4


def test_by_class_the_false_count_against_each():
    made = scored(found(ONE, OTHER, FALSE))
    assert (made["f1_native"].value, made["f1_native"].n) == (2 / (1 + 2), 2)
    assert (made["f1_synthetic"].value, made["f1_synthetic"].n) == (2 / (2 + 2), 3)


def test_a_class_that_does_not_occur_has_no_value():
    made = values(found(OTHER), truth=TRUTH[1:])
    assert (made["f1_native"], made["f1_synthetic"]) == (None, 2 / 3)


def test_side_and_a_tick_count():
    assert values(found(chain(0, 100.2, 5, 30)))["f1"] == 0
    assert values(found(chain(0, 100.0, 5, 30, side=-1)))["f1"] == 0
    assert values(found(chain(0, 100.0, 61, 90)))["f1"] == 0


def test_two_chains_of_one_iceberg_are_both_true_and_find_it_once():
    made = values(found(ONE, chain(1, 100.0, 45, 50, 55)), truth=TRUTH[:2])
    assert [made[name] for name in ("precision", "recall", "f1")] == [1, 1 / 2, 2 / 3]
    assert (made["delay_qty"], made["delay_share"]) == (3, 3 / 8)


def test_an_iceberg_is_found_where_its_refills_went():
    """From 20 to 40 it stood a unit lower: the chain there is true, and none at its first price meanwhile."""
    moved = [refill(1, 1, 20, 1.0, 99.0), refill(1, 2, 30, 2.0, 99.0), refill(1, 3, 40, 3.0, 100.0)]
    legs = standing(truth_rows(ICEBERGS, TRUTH[:1]), truth_rows(ICEBERG_REFILLS, moved))
    assert (legs["price"].to_list(), seconds(legs, "start_ts")) == ([100.0, 99.0, 100.0], [0, 20, 40])
    assert seconds(legs, "end_ts") == [20, 40, 60]
    for price, hit in ((99.0, 1), (100.0, 0)):
        assert values(found(chain(0, price, 22, 38)), truth=TRUTH[:1], refills=moved)["recall"] == hit


def test_an_iceberg_too_short_to_be_stated_is_neither_missed_nor_false():
    truth = [*TRUTH[:1], iceberg(2, 99.0, 100, 200, n_refills=2)]
    assert [values(found(ONE), truth=truth)[name] for name in ("f1", "recall", "recall_all")] == [1, 1, 0.5]
    both = values(found(ONE, THIRD), truth=truth)
    assert [both[name] for name in ("f1", "precision", "recall_all")] == [1, 1, 1]


def test_a_short_iceberg_takes_no_chain_from_a_long_one():
    truth = [iceberg(1, 100.1, 4, 60, n_refills=1), iceberg(2, 100.0, 0, 60)]
    assert values(found(ONE), truth=truth)["recall"] == 1


def test_a_perfect_detector_and_a_silent_one():
    made = values(found(ONE, OTHER, THIRD))
    assert [made[name] for name in ("f1", "f1_native", "f1_synthetic", "precision", "recall")] == [1] * 5
    silent = values(found())
    assert (silent["f1"], silent["recall"], silent["precision"], silent["delay_share"]) == (0, 0, None, None)


def test_delay_is_what_was_executed_when_the_chain_was_known():
    """Known at 30.1: the refill at 30 came after 3 of the 8 executed."""
    made = values(found(ONE))
    assert (made["delay_qty"], made["delay_share"]) == (3, 3 / 8)


def test_chance_is_low_where_events_are_few():
    rows = [iceberg(n, 100.0 + n, 100 * n, 100 * n + 5) for n in range(1, 30)]
    table = found(*(chain(n, 100.0 + n, 100 * n, 100 * n + 4) for n in range(1, 30)))
    made = values(table, truth=rows)
    assert made["f1"] == 1
    assert made["f1_by_chance"] < 0.05


def order(at, price=100.0, qty=1.0, displayed=2.5, side=-1, levels=1):
    return {
        "event_ts": at, "side": side, "levels": levels, "first_px": price, "last_px": price, "qty": qty,
        "displayed_qty": displayed,
    }  # fmt: skip


def spikes(*rows):
    events = volume_spikes(rows_of(TAKER_ORDERS, rows))
    return list(
        zip(events["side"], events["price"], seconds(events, "start_ts"), seconds(events, "end_ts"), strict=True)
    )


def test_the_baseline_is_a_spike_of_volume_at_a_price():
    assert spikes(order(1), order(5), order(15)) == [(1, 100.0, 1, 15)]
    assert spikes(order(1), order(5)) == []
    assert spikes(order(1), order(5), order(15.5)) == []
    assert spikes(order(1, displayed=3.0), order(5), order(15)) == []
    assert spikes(order(1), order(2, 100.1), order(3, side=1), order(5), order(6, levels=2)) == []


def test_the_baseline_stands_beside():
    orders = rows_of(TAKER_ORDERS, [order(1), order(5), order(15)])
    made = scored(found(), orders=orders)
    assert (made["f1"].naive, made["precision"].naive) == (2 / (3 + 1), 1)


SIZES = {1: 30.0, 2: 90.0}
REMAINING = [iceberg(n, 100.0 + n, 0, 600, total_qty=size) for n, size in SIZES.items()]
TWENTY = [refill(number, n, 10.0 * n, 1.0 * n, 100.0 + number) for number in SIZES for n in range(1, 21)]


def foretold(predict):
    chains = [
        chain(number, 100.0 + number, 5, 10.0 * n, remaining_qty=predict(size - n))
        for n in range(3, 21)
        for number, size in SIZES.items()
    ]
    return values(found(*chains, remaining_qty=True), truth=REMAINING, refills=TWENTY)


def test_remaining_size_is_graded_at_each_refill():
    exact = foretold(lambda left: left)
    assert (exact["calibration_slope"], exact["concordance"]) == (pytest.approx(1), 1)
    twice = foretold(lambda left: 2 * left + 5)
    assert (twice["calibration_slope"], twice["concordance"]) == (pytest.approx(0.5), 1)
    assert foretold(lambda left: -left)["concordance"] == 0
    constant = foretold(lambda _: 4.0)
    assert (constant["calibration_slope"], constant["concordance"]) == (None, 0.5)


def test_without_the_column_there_is_no_value():
    made = scored(found(ONE).drop("remaining_qty", strict=False))
    assert (made["calibration_slope"].value, made["concordance"].value) == (None, None)
