"""Scores of wash-like pairs a person can check by hand: times in seconds."""

import polars as pl
import pytest

from backtest.scores.wash_like import opposite_orders, score_wash_like, true_pairs
from pipeline.simulator.truth import LABELS, TAKER_ORDERS
from signals import taker_orders as tape
from signals.wash_like_pairs import WASH_LIKE_PAIRS
from tests.backtest.scores.test_sweeps import truth_rows
from tests.signals.rows import rows_of

REACH = {"gap_ms": 500, "most_between": 8}


def labels(*rows):
    """Of (order, second, side, size), of one account unless stated."""
    made = [
        {"owner": 7, "kind": "wash_like", "order_id": number, "event_ts": at, "side": side, "qty": qty}
        | dict(zip(("owner", "kind"), rest, strict=False))
        for number, at, side, qty, *rest in rows
    ]
    matched = [row | {"event_ts": row["event_ts"] + 0.0042, "levels": 1, "intent": "wash_like"} for row in made]
    return truth_rows(LABELS, made), truth_rows(TAKER_ORDERS, matched)


def true(*rows):
    return true_pairs(*labels(*rows)).rows()


def test_a_pair_is_an_order_and_its_opposite_at_the_time_of_the_match():
    assert true((1, 9, 1, 0.5), (2, 9.3, -1, 0.5)) == [(9_004, 9_304, 1)]


def test_interleaved_pairs_are_told_apart_by_size():
    rows = (1, 9, 1, 0.5), (2, 9.1, -1, 0.6), (3, 9.2, -1, 0.5), (4, 9.3, 1, 0.6)
    assert true(*rows) == [(9_004, 9_204, 1), (9_104, 9_304, -1)]


def test_each_order_is_of_one_pair():
    assert true((1, 9, 1, 0.5), (2, 9.1, -1, 0.5), (3, 9.2, 1, 0.5)) == [(9_004, 9_104, 1)]


@pytest.mark.parametrize(
    "second",
    [(2, 9.6, -1, 0.5), (2, 9.2, 1, 0.5), (2, 9.2, -1, 0.6), (2, 9.2, -1, 0.5, 8), (2, 9.2, -1, 0.5, 7, "layer")],
)
def test_late_equal_sided_unequal_or_anothers_is_no_pair(second):
    assert true((1, 9, 1, 0.5), second) == []


def test_an_order_that_is_not_on_the_tape_makes_no_pair():
    made, matched = labels((1, 9, 1, 0.5), (2, 9.3, -1, 0.5))
    assert true_pairs(made, matched.head(1)).is_empty()


def orders(*rows):
    return rows_of(tape.TAKER_ORDERS, [dict(zip(("event_ts", "side"), row, strict=True)) for row in rows])


def test_opposite_orders_within_reach_by_hand():
    """0 to 0.1 and 0.1 to 0.2 turn, 0 to 0.2 do not; 0.7 is half a second after 0.2."""
    rows = orders((0, 1), (0.1, -1), (0.2, 1), (0.7, -1))
    assert opposite_orders(rows, **REACH) == 2
    assert opposite_orders(rows, gap_ms=501, most_between=8) == 3
    assert opposite_orders(orders((0, 1), (0.1, 1), (0.2, -1)), gap_ms=500, most_between=0) == 1
    assert opposite_orders(orders(), **REACH) == opposite_orders(orders((0, 1)), **REACH) == 0


ORDERS = orders(*((at / 10, 1 if at % 2 else -1) for at in range(40)))  # of one side, then the other
TRUE = pl.DataFrame(
    [(900, 1_000, 1), (1_900, 2_000, 1)],
    {"first_ms": pl.Int64, "second_ms": pl.Int64, "side": pl.Int8},
    orient="row",
)


def pairs(*rows):
    """Of (first, second, side, surprise)."""
    names = ("first_ts", "event_ts", "first_side", "surprise")
    return rows_of(WASH_LIKE_PAIRS, [dict(zip(names, row, strict=True)) | {"first_seq": 0} for row in rows])


def scored(found, truth=TRUE):
    made = score_wash_like(found, ORDERS, truth, **REACH)
    return {one.metric: one for one in made}


N_OTHERS = 39 + 37 - 2
"""Of forty orders that turn each time, 39 neighbours and 37 with two between are opposite; two of them are true."""


def test_two_of_three_by_hand():
    made = scored(pairs((0.9, 1.0, 1, 4.0), (1.9, 2.0, 1, 2.0), (3.0, 3.1, -1, 3.0)))
    assert made["auc"].value == (N_OTHERS + N_OTHERS - 1) / (2 * N_OTHERS)
    assert made["auc"].naive == (N_OTHERS - 1 / 2) / N_OTHERS
    assert (made["auc_stated"].value, made["auc_stated"].naive, made["auc_stated"].n) == (0.5, 0.5, 3)
    assert (made["false_positive_rate"].value, made["false_positive_rate"].naive) == (1 / N_OTHERS, 1 / N_OTHERS)
    assert (made["recall"].value, made["recall"].naive) == (0.5, 1)
    assert (made["auc"].n, made["false_positive_rate"].n) == (2, N_OTHERS)


def test_a_pair_that_is_not_stated_counts_half_against_all_others():
    assert scored(pairs((0.9, 1.0, 1, 4.0)))["auc"].value == (1 + 0.5) / 2


def test_the_other_way_round_is_another_pair():
    made = scored(pairs((0.9, 1.0, -1, 4.0)))
    assert (made["recall"].value, made["false_positive_rate"].value) == (0, 1 / N_OTHERS)


def test_a_perfect_detector_and_a_silent_one():
    perfect = scored(pairs((0.9, 1.0, 1, 4.0), (1.9, 2.0, 1, 4.0)))
    assert (perfect["auc"].value, perfect["false_positive_rate"].value, perfect["recall"].value) == (1, 0, 1)
    silent = scored(pairs())
    assert (silent["auc"].value, silent["false_positive_rate"].value, silent["recall"].value) == (0.5, 0, 0)


def test_a_market_without_such_pairs():
    made = scored(pairs((0.9, 1.0, 1, 4.0)), truth=TRUE.clear())
    assert (made["auc"].value, made["recall"].value) == (None, None)
    assert made["false_positive_rate"].value == 1 / (N_OTHERS + 2)


def test_no_surprise_is_no_flag():
    assert scored(pairs((3.0, 3.1, -1, None)))["false_positive_rate"].value == 0
