"""Rows of the scorecard, and how they are shown."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.scores.measure import Measure
from backtest.scores.scorecard import Run, interval, scorecard
from backtest.scores.scorecard_text import CAVEAT, feed_name, markdown, number, table
from pipeline.scores.scorecard_report import objects


def run(feed, seed, value, naive=0.1, metric="f1", detector="replenishment"):
    return Run(feed, seed, (Measure(detector, metric, value, naive, 10),))


RUNS = [run(0, 1, 0.7), run(0, 2, 0.9, 0.2), run(0, 3, 1.0, 0.3), run(100, 1, 0.5), run(1_000, 1, None, None)]


def rows(runs=RUNS, metric="f1", detector="replenishment"):
    return [row for row in scorecard(runs) if (row.detector, row.metric) == (detector, metric)]


def test_a_row_by_hand():
    row = rows()[0]
    assert (row.value, row.naive, row.n_seeds) == (pytest.approx(2.6 / 3), pytest.approx(0.2), 3)
    assert (row.target, row.verdict) == (">= 0.65; good > 0.8", "good")
    assert 0.699 < row.lo < row.value < row.hi < 1.001


def test_with_one_seed_there_is_no_interval():
    row = rows()[1]
    assert (row.value, row.lo, row.hi, row.n_seeds, row.verdict) == (0.5, None, None, 1, "acceptable")


def test_a_feed_without_a_value_has_a_row_that_says_so():
    row = rows()[2]
    assert (row.feed_interval_ms, row.value, row.naive, row.n_seeds, row.verdict) == (1_000, None, None, 0, "no value")
    assert [row.verdict for row in rows(metric="recall", detector="sweeps")] == ["no value"] * 3


def test_a_coarse_world_has_rows_of_what_is_measured_there():
    minute = run(60_000, 1, 20.0, metric="delay_median_min", detector="volatility_regime")
    card = [row for row in scorecard([*RUNS, minute]) if row.feed_interval_ms == 60_000]
    assert [(row.detector, row.value, row.verdict) for row in card] == [("volatility_regime", 20.0, "acceptable")]
    assert feed_name(60_000) == "1 min"


def test_a_seed_without_a_value_does_not_count():
    row = rows([run(0, 1, 0.7), run(0, 2, None, None), run(0, 3, float("nan"), None)])[0]
    assert (row.value, row.naive, row.n_seeds, row.lo) == (0.7, 0.1, 1, None)


def test_the_order_of_runs_does_not_matter():
    shuffled = random.Random(1).sample(RUNS, len(RUNS))
    assert scorecard(shuffled) == scorecard(RUNS)
    keys = [(row.detector, row.metric, row.feed_interval_ms) for row in scorecard(RUNS)]
    assert keys == sorted(set(keys))


def test_the_same_thing_twice_is_refused():
    with pytest.raises(ValueError, match="replenishment f1 for feed 0 and seed 1"):
        scorecard([RUNS[0], RUNS[0]])


def test_no_runs_no_rows():
    assert scorecard([]) == []


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_an_interval_lies_among_the_values(values):
    lo, hi = interval(values)
    assert min(values) - 1e-12 <= lo <= hi <= max(values) + 1e-12
    assert interval(values) == (lo, hi)


def test_json_has_exactly_these_keys():
    keys = ["detector", "metric", "feed_interval_ms", "value", "lo", "hi", "naive", "target", "n_seeds", "verdict"]
    parsed = json.loads(json.dumps(objects({"": scorecard(RUNS)}, [])))
    assert {tuple(row) for row in parsed} == {tuple(keys)}
    assert parsed[0]["value"] is None


def test_the_table_fits_a_screen():
    wide = Measure("maker_inventory", "band_coverage", -0.12345, -123.45, 1)
    text = table(scorecard([*RUNS, Run(500, 1, (wide,)), Run(500, 2, (wide,))]))
    assert max(map(len, text.splitlines())) <= 110
    assert CAVEAT[1:] in text.replace("\n", " ")
    assert "  f1                   event   0.867        0.7 to 1     0.2 >= 0.65; good > 0.8" in text
    assert [line for line in text.splitlines() if line and not line.startswith(" ")][:4] == [
        "maker_inventory", "quote_pulls", "replenishment", "sweeps",
    ]  # fmt: skip


def test_markdown_says_what_it_is_made_from():
    text = markdown(
        scorecard(RUNS),
        seeds=[1, 2, 3],
        constants={"half-life": "30 min"},
        versions={"mm-footprint": "0.4"},
        command="footprint score --seeds 3 --markdown docs/scorecard.md",
        limited_by=lambda row: "information: adds and takes net out" if row.feed_interval_ms else "",
    )
    for part in (CAVEAT, "1, 2, 3", "half-life 30 min", "mm-footprint 0.4", "`footprint score --seeds 3", "## sweeps"):
        assert part in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in lines} == {10}
    assert any("information: adds and takes net out" in line for line in lines)


def test_numbers_and_feeds_in_words():
    assert [number(value) for value in (None, 0.12345, 0, 12.345, 1234.5, -0.00001)] == [
        "-", "0.123", "0", "12.3", "1,234", "-1e-05",
    ]  # fmt: skip
    assert [feed_name(ms) for ms in (0, 100, 1_000, 1_500)] == ["event", "100 ms", "1 s", "1500 ms"]
